/** Stores: tables under a topic, of which one node is the authority and any node may have a copy. */
import { SwitchyardError } from "./core/errors.ts";
import type { ChangeRun, Durability, Version } from "./core/store/change.ts";
import type { TermEffect } from "./core/store/term-messages.ts";
import { checkTopic } from "./core/topic.ts";
import { Emitter } from "./emitter.ts";
import type { Node } from "./node.ts";
import { keepFile } from "./storage/kept-file.ts";
import type { OpenStorage, Storage } from "./storage/storage.ts";
import { clientSide, openReplicaSide } from "./store/client-sides.ts";
import type { Diverged } from "./store/diverged.ts";
import { Elective } from "./store/elective.ts";
import { readStart } from "./store/opening.ts";
import { checkElectiveOptions } from "./store/option-checks.ts";
import {
  type AuthoritativeOptions,
  checkStoreOptions,
  isKept,
  type OpenStoreOptions,
  type StandbyOptions,
  type StoreOptions,
  type TakeoverOptions,
  timeoutOf,
} from "./store/options.ts";
import type { Side } from "./store/side.ts";
import { type StoreEvents, storeChangeOf } from "./store/told.ts";
import { Traffic } from "./store/traffic.ts";
import { openWitness, type WitnessHandle } from "./store/witness.ts";
import { Store } from "./store.ts";

/** One of them. */
export interface Rival {
  readonly name: string;
  readonly id: string;
  readonly version: Version;
}

/** Two nodes are authoritative for one store. */
export interface AuthorityConflict {
  readonly topic: string;
  /** Ourselves first. */
  readonly authorities: readonly [Rival, Rival];
}

/** How long a sync store waits for its first copy unless told otherwise. */
const openTimeoutMs = 30_000;

export class Stores {
  readonly #node: Node;
  readonly #traffic: Traffic;
  readonly #storage: Storage | undefined;
  readonly #onConflict: (conflict: AuthorityConflict) => void;
  readonly #open = new Set<Store>();
  /** `undefined`: it is on its way. */
  readonly #witnesses = new Map<string, WitnessHandle | undefined>();
  readonly #authoritative = new Set<string>();

  constructor(node: Node, storage: Storage | undefined, onConflict: (conflict: AuthorityConflict) => void) {
    this.#node = node;
    this.#traffic = new Traffic(node);
    this.#storage = storage;
    this.#onConflict = onConflict;
  }

  /** Those that are open here. */
  all(): readonly Store[] {
    return [...this.#open];
  }

  /** Stores or witnesses: there is something to be closed. */
  get isAnyOpen(): boolean {
    return this.#open.size > 0 || this.#witnesses.size > 0;
  }

  /**
   * Opens a store for which this node is the authority: all writes go through it. There is one for each topic.
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `AUTHORITY_CONFLICT` where this node is the authority already,
   * `LOCKED`, `CORRUPT`, `FORMAT_TOO_NEW`, `NOT_PERMITTED`, `NO_SPACE`, `DISK_FAILED`, `CLOSED`; `UNSUPPORTED` where
   * `durability` needs a disk and nothing is kept there; after `openTimeoutMs`
   * `NO_AUTHORITY` where it cannot be known who goes on, and `NO_WITNESS` where that does not answer
   */
  async openAuthoritative(topic: string, options: AuthoritativeOptions & TakeoverOptions = {}): Promise<Store> {
    this.#check(topic, options);
    return this.#openElective(topic, options, "authority");
  }

  /**
   * Opens a copy that takes over when the authority fails (docs/stores.md). Resolves when it is whole.
   * @throws SwitchyardError as `openAuthoritative`
   */
  async openStandby(topic: string, options: StandbyOptions = {}): Promise<Store> {
    this.#check(topic, options);
    return this.#openElective(topic, options, "standby");
  }

  /**
   * Keeps the record of who is the authority of a store, for an authority and a standby with `arbiter: "witness"`; on a
   * third node, best of all. There is one for each store: of two that hear of each other both refuse, and both tell `error`
   * with `WITNESS_CONFLICT`. It answers nobody for the first 1.5 s. Whoever it is for must be able to `own` the store there.
   * @param options `path`: the folder of its database, which holds one record
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `WITNESS_CONFLICT` where this node is it already, `LOCKED`, `CORRUPT`, `NOT_PERMITTED`, `NO_SPACE`, `DISK_FAILED`, `CLOSED`
   */
  async openWitness(topic: string, { path }: { readonly path: string }): Promise<WitnessHandle> {
    this.#check(topic, {});
    if (typeof path !== "string") throw new SwitchyardError("BAD_ARGUMENT", `witness of ${topic} without a path`);
    if (this.#witnesses.has(topic)) throw new SwitchyardError("WITNESS_CONFLICT", `store ${topic}, twice here`);
    this.#witnesses.set(topic, undefined);
    const storage = async (): Promise<Storage> => this.#storage ?? (await diskStorage());
    let opened: OpenStorage | undefined;
    try {
      opened = await (await storage()).open(path);
      const witness = await openWitness(this.#traffic, topic, opened);
      this.#witnesses.set(topic, witness);
      return {
        topic,
        get record() {
          return witness.record;
        },
        get isDisputed() {
          return witness.isDisputed;
        },
        close: async () => {
          if (this.#witnesses.get(topic) === witness) this.#witnesses.delete(topic);
          await witness.close();
        },
      };
    } catch (error) {
      this.#witnesses.delete(topic);
      await opened?.close();
      throw error;
    }
  }

  async #openElective(topic: string, options: StandbyOptions, role: "authority" | "standby"): Promise<Store> {
    checkElectiveOptions(topic, options);
    if (this.#authoritative.has(topic)) {
      throw new SwitchyardError(
        "AUTHORITY_CONFLICT",
        `store ${topic}, which is open here already, as authority or standby`,
      );
    }
    const timeoutMs = timeoutOf(options.openTimeoutMs, openTimeoutMs);
    this.#authoritative.add(topic);
    let begun: Elective | undefined;
    try {
      const { elective, emitter, tellAll } = await this.#elective(topic, options, role);
      begun = elective;
      await elective.begin(timeoutMs);
      this.#node.clock.soon(tellAll); // when whoever opened it had the time to listen
      return this.#keep(topic, options, options.durability, elective.side, emitter);
    } catch (error) {
      this.#authoritative.delete(topic);
      await begun?.close(0);
      throw error;
    }
  }

  async #elective(topic: string, options: StandbyOptions, role: "authority" | "standby") {
    const { emitter, onChanges, onState, onReset } = this.#handle(topic);
    const { path, clear, repair, onHeirLost, heir, schema, arbiter, divergedPath } = options;
    const persistent = isKept(options);
    const storage = this.#storage ?? (persistent ? await diskStorage() : undefined);
    const keeper: Pick<Storage, "keep"> = storage ?? { keep: keepFile };
    const opened = persistent ? await storage!.open(path!, { clear, repair }) : undefined;
    for (const what of opened?.notices ?? []) {
      this.#node.fail(new SwitchyardError("CORRUPT", `store ${topic}, mended: ${what}`));
    }
    let early: Diverged[] | undefined = [];
    const tellAll = (): void => {
      for (const diverged of early ?? []) emitter.emit("diverged", diverged);
      early = undefined;
    };
    const elective = new Elective({
      ...{ traffic: this.#traffic, topic, role, schema, opened, onChanges, start: await readStart(opened) },
      term: {
        ...{ onHeirLost, heir, hasArbiter: arbiter !== undefined },
        looksAround: onHeirLost !== undefined || heir !== undefined,
      },
      durability: options.durability ?? (persistent ? "disk" : "memory"),
      onState,
      onEffect: (effect) => {
        if (effect.kind === "reset") onReset(effect);
      },
      onTerm: (effect) => {
        if (effect.kind === "state") emitter.emit("term", effect.state, effect.epoch);
        if (effect.kind === "conflict") this.#conflict(topic, effect);
        if (effect.kind === "namesakes") {
          this.#node.fail(new SwitchyardError("NAMESAKES", `store ${topic}, ${effect.node}`));
        }
      },
      keep: (name, lines) => keeper.keep(divergedPath ?? (persistent ? path! : "."), name, lines),
      onDiverged: (diverged) => {
        if (early === undefined) emitter.emit("diverged", diverged);
        else early.push(diverged);
      },
      onClockJump: (jumpMs) => emitter.emit("clockJump", jumpMs),
    });
    return { elective, emitter, tellAll };
  }

  /**
   * Opens a store whose authority is another node, or will be. In `sync` mode it resolves when a whole copy is here, at
   * one version.
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `NO_AUTHORITY` or `TIMED_OUT` after `openTimeoutMs`, `CLOSED`
   */
  async open(topic: string, options: OpenStoreOptions = {}): Promise<Store> {
    this.#check(topic, options);
    const timeoutMs = timeoutOf(options.openTimeoutMs, openTimeoutMs);
    const { onChanges, onState, onReset, emitter } = this.#handle(topic);
    const traffic = this.#traffic;
    const side =
      options.mode === "async"
        ? clientSide(traffic, topic)
        : await openReplicaSide(
            {
              ...{ traffic, topic, onChanges },
              onEffect: (effect) => {
                if (effect.kind === "state") onState(effect.state);
                else if (effect.kind === "reset") onReset(effect);
              },
            },
            timeoutMs,
          );
    return this.#keep(topic, options, options.durability, side, emitter);
  }

  /** Closes all, each as `store.close` does. */
  async closeAll(graceMs: number): Promise<void> {
    const witnesses = [...this.#witnesses.values()].map((witness) => witness?.close());
    await Promise.all([...this.all().map((store) => store.close(graceMs)), ...witnesses]);
  }

  #check(topic: string, options: StoreOptions): void {
    this.#node.checkOpen();
    checkTopic(topic);
    checkStoreOptions(options);
  }

  #handle(topic: string) {
    const emitter = new Emitter<StoreEvents>((cause) =>
      this.#node.fail(new SwitchyardError("HANDLER_FAILED", `listener of store ${topic}`, { cause })),
    );
    return {
      emitter,
      onChanges: ({ changes, before, firstRevision, version: { epoch } }: ChangeRun): void => {
        for (let i = 0; i < changes.length && emitter.has("change"); i++) {
          const version = { epoch, revision: firstRevision + i };
          emitter.emit("change", storeChangeOf(changes[i]!, before[i], version));
        }
      },
      onState: (state: Side["state"]): void => emitter.emit("state", state),
      onReset: ({ from, to, isFork }: Parameters<StoreEvents["reset"]>[0]): void =>
        emitter.emit("reset", { from, to, isFork }),
    };
  }

  #keep(
    topic: string,
    options: StoreOptions,
    durability: Durability | undefined,
    side: Side,
    emitter: Emitter<StoreEvents>,
  ): Store {
    const store = new Store({
      ...{
        node: this.#node,
        traffic: this.#traffic,
        topic,
        client: this.#newClient(),
        options,
        durability,
        side,
        emitter,
      },
      onClose: (closed) => {
        this.#open.delete(closed);
        if (side.promote !== undefined) this.#authoritative.delete(topic);
      },
    });
    this.#open.add(store);
    return store;
  }

  #newClient(): string {
    return Array.from(this.#node.chance.bytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  #conflict(topic: string, { other, theirs, ours }: Extract<TermEffect, { kind: "conflict" }>): void {
    const { name, id } = this.#node.origin;
    const rival = { name: other.node, id: other.life, version: theirs };
    this.#onConflict({ topic, authorities: [{ name, id, version: ours }, rival] });
  }
}

/** Nobody who keeps nothing on disk loads it. */
async function diskStorage(): Promise<Storage> {
  const { levelStorage } = await import("./storage/level.ts");
  return levelStorage();
}
