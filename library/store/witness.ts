/**
 * The arbiter of a store (core/store/witness.ts) at work: keeps its record on a disk, and answers those who ask.
 *
 * Invariant: one question after the other, and what is answered is synced. There is one witness for a store: one that knows
 * of another refuses everybody, so nothing moves until one of them goes.
 */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import { sameRecord, swapped, type WitnessRecord } from "../core/store/witness.ts";
import type { OpenStorage } from "../storage/storage.ts";
import type { Reply, Traffic } from "./traffic.ts";
import { WitnessRivals } from "./witness-rivals.ts";
import { readWitnessText, witnessText } from "./witness-text.ts";

/** A witness of a store, which is open here. */
export interface WitnessHandle {
  readonly topic: string;
  /** Whose turn it is; `undefined`: nobody has asked yet. */
  readonly record: WitnessRecord | undefined;
  /** Another node is witness of the same store, or was a moment ago: both refuse, and no role changes. */
  readonly isDisputed: boolean;
  /** Resolves when the database is closed. Closing twice is harmless. */
  close(): Promise<void>;
}

/** Resolves when the peers know that it is there. @throws SwitchyardError `CORRUPT` */
export async function openWitness(traffic: Traffic, topic: string, opened: OpenStorage): Promise<WitnessHandle> {
  const keeper = new Keeper(traffic, topic, opened);
  await keeper.begin();
  return {
    topic,
    get record() {
      return keeper.record;
    },
    get isDisputed() {
      return keeper.rivals.isDisputed;
    },
    close: () => keeper.close(),
  };
}

class Keeper {
  record: WitnessRecord | undefined;
  readonly rivals: WitnessRivals;
  readonly #traffic: Traffic;
  readonly #topic: string;
  readonly #opened: OpenStorage;
  #last: Promise<void> = Promise.resolve();
  /** Questions that wait for their turn. */
  #waiting = 0;
  #end: (() => void) | undefined;

  constructor(traffic: Traffic, topic: string, opened: OpenStorage) {
    const kept = readWitnessText(opened.head.record ?? "");
    if (kept === undefined) throw new SwitchyardError("CORRUPT", "the record of a witness");
    this.record = kept.found;
    this.rivals = new WitnessRivals(traffic, topic);
    this.#traffic = traffic;
    this.#topic = topic;
    this.#opened = opened;
  }

  async begin(): Promise<void> {
    this.#end = await this.#traffic.listen("witness", this.#topic, (said, reply) => {
      const { name, args } = said;
      if (name === "here") this.rivals.hear(said);
      else if (name === "read") this.#inTurn(() => this.#tell(reply));
      else if (name === "swap") this.#swap(args, reply);
    });
    this.rivals.begin();
  }

  async close(): Promise<void> {
    this.#end?.();
    this.rivals.close();
    await this.#last;
    await this.#opened.close();
  }

  #inTurn(answer: () => void | Promise<void>): void {
    if (this.#waiting >= limits.witnessQuestions) return;
    this.#waiting += 1;
    const { node } = this.#traffic;
    this.#last = this.#last
      .then(answer)
      .catch((cause) => node.fail(new SwitchyardError("DISK_FAILED", `witness of ${this.#topic}`, { cause })))
      .finally(() => (this.#waiting -= 1));
  }

  /** Says nothing before it is known that there is no other one: whoever asks asks again. */
  #tell(reply: Reply): void {
    if (this.rivals.isSure) reply("record", [witnessText(this.record)]);
    else if (this.rivals.isDisputed) reply("refused", ["WITNESS_CONFLICT", `store ${this.#topic}`]);
  }

  /** Read before it waits: what is none takes no room. */
  #swap([before, after, to]: readonly unknown[], reply: Reply): void {
    const expected = readWitnessText(before);
    const wanted = readWitnessText(after)?.found;
    if (expected === undefined || wanted === undefined || to !== this.#traffic.node.origin.id) return;
    this.#inTurn(async () => {
      if (this.rivals.isSure) await this.#keep(swapped(this.record, expected.found, wanted));
      this.#tell(reply);
    });
  }

  async #keep(next: WitnessRecord | undefined): Promise<void> {
    if (sameRecord(next, this.record)) return;
    await this.#opened.writeHead({ ...this.#opened.head, record: witnessText(next) });
    this.record = next;
  }
}
