/**
 * What is asked of a store, by whom, from when to when, and what came of it.
 *
 * Invariant: each act has a place for its beginning and one for its end in one count of all, so what was over before what
 * began is known without clocks; each inserted value is the number of its act, so no two are alike.
 */
import type { SwitchyardError } from "../../library/core/errors.ts";
import { count } from "../../library/core/values/index.ts";
import type { Store } from "../../library/store.ts";
import type { SeededChance } from "../simulator/chance.ts";
import type { World } from "../simulator/world.ts";
import { briefKeys, type StoreLedger, shownAs } from "./store-ledger.ts";

export type ActKind = "insert" | "absent" | "replace" | "remove" | "increment" | "clear" | "read";

/** `refused`: it had no effect; `conflict`: its condition did not hold; `doubt`: it took effect once, or not at all. */
export type ActEnd = "done" | "refused" | "conflict" | "doubt";

export interface Act {
  readonly number: number;
  readonly kind: ActKind;
  /** As `keyOf` has it; empty for `clear`. */
  readonly key: string;
  /** Of `replace`: the value that must be there. */
  readonly expected?: string | undefined;
  /** The value that it puts there, where that is known. */
  readonly value?: string | undefined;
  /** How long after its effect the entry goes. */
  readonly lastsMs?: number | undefined;
  readonly beganMs: number;
  readonly began: number;
  ended: number;
  endedMs: number;
  end: ActEnd | undefined;
  /** Of the failure, where it was one. */
  code: string | undefined;
  /** Of its effect, or of what it saw. */
  revision: number;
  /** What it took or made, or what was read. */
  found: string | undefined;
  /** The last revision that there can have been when it ended. */
  newest: number;
}

export const counter = "counter";
const keys = ["a", "b", "c"] as const;

/** It is for certain that these changed nothing. */
const refusals: ReadonlySet<string> = new Set(["NO_AUTHORITY", "UNPROTECTED", "AUTHORITY_CONFLICT", "NO_SPACE"]);
/** Those of a write that may have taken effect, and of a read that was not answered. */
const doubts: ReadonlySet<string> = new Set(["INDETERMINATE", "TIMED_OUT", "CLOSED"]);

/** As long as a write or a read may take. */
export const timeoutMs = 5_000;

export class StoreActs {
  readonly all: Act[] = [];
  pending = 0;
  readonly faults: string[] = [];
  readonly #world: World;
  readonly #ledger: StoreLedger;
  #places = 0;
  /** The last value that was seen anywhere, by key: what a `replace` expects. */
  readonly #seen = new Map<string, number>();

  constructor(world: World, ledger: StoreLedger) {
    this.#world = world;
    this.#ledger = ledger;
  }

  /** Asks anything of it. */
  act(store: Store): void {
    const { chance } = this.#world;
    const kind = chance.integer(0, 19);
    const key = chance.pick(keys);
    if (kind < 5) this.insert(store, key);
    else if (kind < 7) this.#insertBrief(store, chance.pick(briefKeys), chance);
    else if (kind < 8) this.#insertIfAbsent(store, key);
    else if (kind < 10) this.#replace(store, key);
    else if (kind < 12) this.#remove(store, key);
    else if (kind < 15) this.#increment(store);
    else if (kind < 16) void this.#settle(this.#begin("clear", ""), store, store.clear({ timeoutMs }));
    else this.read(store, chance.pick([...keys, ...briefKeys, counter]));
  }

  /** S6: what the authority has. */
  read(store: Store, key: string): void {
    const act = this.#begin("read", key);
    store.entry(key, { timeoutMs }).then(
      (entry) => {
        act.found = shownAs(entry?.value);
        act.revision = entry?.revision ?? 0;
        if (typeof entry?.value === "number") this.#seen.set(act.key, entry.value);
        this.#end(act, "done");
      },
      (error: unknown) => this.#fail(act, error),
    );
  }

  insert(store: Store, key: string): void {
    const act = this.#begin("insert", key, { value: shownAs(this.all.length) });
    void this.#settle(act, store, store.insert(key, act.number, { timeoutMs }));
  }

  #insertBrief(store: Store, key: string, chance: SeededChance): void {
    const lastsMs = chance.between(50, 4_000);
    const act = this.#begin("insert", key, { value: shownAs(this.all.length), lastsMs });
    void this.#settle(act, store, store.insert(key, act.number, { timeoutMs, expiresAfter: lastsMs }));
  }

  #insertIfAbsent(store: Store, key: string): void {
    const act = this.#begin("absent", key, { value: shownAs(this.all.length) });
    void this.#settle(act, store, store.insertIfAbsent(key, act.number, { timeoutMs }));
  }

  #replace(store: Store, key: string): void {
    const expected = this.#seen.get(shownAs(key)!) ?? -1;
    const act = this.#begin("replace", key, { value: shownAs(this.all.length), expected: shownAs(expected) });
    void this.#settle(act, store, store.replace(key, act.number, { timeoutMs, expected }));
  }

  #remove(store: Store, key: string): void {
    void this.#settle(this.#begin("remove", key), store, store.remove(key, { timeoutMs }));
  }

  #increment(store: Store): void {
    void this.#settle(this.#begin("increment", counter), store, store.increment(counter, count(1), { timeoutMs }));
  }

  #begin(kind: ActKind, key: string, more: Partial<Pick<Act, "value" | "expected" | "lastsMs">> = {}): Act {
    const beganMs = this.#world.time.nowMs;
    const act: Act = {
      ...{ number: this.all.length, kind, key: key && shownAs(key)!, ...more, beganMs, began: this.#places++ },
      ...{
        ended: Number.POSITIVE_INFINITY,
        endedMs: beganMs,
        end: undefined,
        code: undefined,
        revision: 0,
        found: undefined,
      },
      newest: 0,
    };
    this.all.push(act);
    this.pending += 1;
    return act;
  }

  async #settle(act: Act, store: Store, written: ReturnType<Store["insert"]>): Promise<void> {
    try {
      const { revision, value } = await written;
      act.revision = revision;
      act.found = shownAs(value);
      this.#end(act, "done");
      if (act.value !== undefined) this.#seen.set(act.key, act.number);
      this.#checkOwn(act, store);
    } catch (error) {
      this.#fail(act, error);
    }
  }

  #end(act: Act, end: ActEnd): void {
    act.end = end;
    act.ended = this.#places++;
    act.endedMs = this.#world.time.nowMs;
    act.newest = this.#ledger.newestWritten;
    this.pending -= 1;
  }

  #fail(act: Act, error: unknown): void {
    const { code } = error as SwitchyardError;
    act.code = code;
    if (code === "CONFLICT" && (act.kind === "absent" || act.kind === "replace")) this.#end(act, "conflict");
    else if (refusals.has(code)) this.#end(act, "refused");
    else if (doubts.has(code)) this.#end(act, "doubt");
    else this.faults.push(`${act.kind} ${act.number} failed: ${String(error)}`);
  }

  /** S3: where it resolves, the copy has it. */
  #checkOwn(act: Act, store: Store): void {
    if (store.role === "client" || store.state === "closed" || store.version.revision >= act.revision) return;
    this.faults.push(`${act.kind} of revision ${act.revision} is not seen at ${store.version.revision}`);
  }
}
