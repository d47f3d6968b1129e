/**
 * The one act of a term that is under way: a record on its way to the disk, a question to the witness.
 *
 * Invariant: the next act begins when the last has ended or was called off; what comes of one that was called off changes
 * nothing. A swap whose fate is unknown is asked about until it is known. Knows nothing of what acts are for.
 */
import { limits } from "../limits.ts";
import type { Act, ActResult, TermEffect, TermRecord } from "./term-messages.ts";
import { sameRecord, type WitnessRecord } from "./witness.ts";

type Next = (nowMs: number) => TermEffect[];

/** A change of the witness's record. */
export interface Arbitration {
  /** What it should become; `undefined`: from there it may not be changed. */
  readonly wanted: (record: WitnessRecord | undefined) => WitnessRecord | undefined;
  readonly won: (record: WitnessRecord, nowMs: number) => TermEffect[];
  readonly lost: (record: WitnessRecord | undefined, nowMs: number) => TermEffect[];
  /** The witness does not answer, and nothing was asked of it but its record. */
  readonly unreachable: Next;
}

export class Acts {
  /** Nothing may be answered until it has ended. */
  stops = false;
  #lastId = 0;
  #running: { readonly id: number; readonly ended: (result: ActResult, nowMs: number) => TermEffect[] } | undefined;
  #later: { readonly atMs: number; readonly run: Next } | undefined;

  get isBusy(): boolean {
    return this.#running !== undefined || this.#later !== undefined;
  }

  get deadlineMs(): number | undefined {
    return this.#later?.atMs;
  }

  callOff(): void {
    this.#running = undefined;
    this.#later = undefined;
    this.stops = false;
  }

  check(nowMs: number): TermEffect[] {
    if (this.#later === undefined || nowMs < this.#later.atMs) return [];
    const { run } = this.#later;
    this.#later = undefined;
    return run(nowMs);
  }

  done(id: number, result: ActResult, nowMs: number): TermEffect[] {
    if (this.#running?.id !== id) return [];
    const { ended } = this.#running;
    this.#running = undefined;
    return ended(result, nowMs);
  }

  /** Until it is on the disk. */
  persist(record: TermRecord, then: Next): TermEffect[] {
    return this.#begin({ kind: "persist", record }, (result, nowMs) => {
      if (result.kind !== "persisted") return this.later(nowMs, () => this.persist(record, then));
      this.stops = false;
      return then(nowMs);
    });
  }

  /** Asks the witness for its record. */
  read(then: (record: WitnessRecord | undefined, nowMs: number) => TermEffect[], unreachable: Next): TermEffect[] {
    return this.#begin({ kind: "read" }, (result, nowMs) => {
      this.stops = false;
      return result.kind === "record" ? then(result.record, nowMs) : unreachable(nowMs);
    });
  }

  arbitrate(arbitration: Arbitration): TermEffect[] {
    return this.#begin({ kind: "read" }, (result, nowMs) => {
      if (result.kind === "record") return this.#swap(arbitration, result.record, nowMs);
      this.stops = false;
      return arbitration.unreachable(nowMs);
    });
  }

  #swap(arbitration: Arbitration, expected: WitnessRecord | undefined, nowMs: number): TermEffect[] {
    const wanted = arbitration.wanted(expected);
    if (wanted === undefined) {
      this.stops = false;
      return arbitration.lost(expected, nowMs);
    }
    return this.#begin({ kind: "swap", expected, wanted }, (result, endedMs) =>
      this.#swapped(arbitration, wanted, result, endedMs),
    );
  }

  /** What there is after a swap, as far as it is known. */
  #swapped(arbitration: Arbitration, wanted: WitnessRecord, result: ActResult, nowMs: number): TermEffect[] {
    if (result.kind !== "record") {
      return this.later(nowMs, () =>
        this.#begin({ kind: "read" }, (read, readMs) => this.#swapped(arbitration, wanted, read, readMs)),
      );
    }
    if (!sameRecord(result.record, wanted)) return this.#swap(arbitration, result.record, nowMs);
    this.stops = false;
    return arbitration.won(wanted, nowMs);
  }

  #begin(act: Act, ended: (result: ActResult, nowMs: number) => TermEffect[]): TermEffect[] {
    this.#lastId += 1;
    this.#running = { id: this.#lastId, ended };
    return [{ kind: "act", id: this.#lastId, act }];
  }

  /** Does it after a while. */
  later(nowMs: number, run: Next): TermEffect[] {
    this.#later = { atMs: nowMs + limits.termRetryMs, run };
    return [];
  }
}
