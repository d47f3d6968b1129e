/** What a store tells those who use it: what became of a write, and what changed. */
import type { Change, Entry, Version } from "../core/store/change.ts";
import type { Value } from "../core/values/index.ts";
import type { Diverged } from "./diverged.ts";
import type { StoreState } from "./side.ts";

/** What a write came to: the version that has it. */
export interface Written extends Version {
  /** The new value of `increment` and `decrement`, what `remove` and `take` took; else `undefined`. */
  readonly value: Value | undefined;
}

/** A change of the table, as it became visible here. */
export interface StoreChange {
  /** `insert`: there was no such key; `expire`: its time had come. */
  readonly kind: "insert" | "update" | "remove" | "expire" | "clear";
  /** None for `clear`. */
  readonly key: Value;
  readonly value: Value | undefined;
  /** What was there before. */
  readonly before: Value | undefined;
  readonly version: Version;
}

/** A snapshot took the place of the table; nothing is told of single changes. */
export interface StoreReset {
  readonly from: Version;
  readonly to: Version;
  /** `from` had changes that the authority's history has not. */
  readonly isFork: boolean;
}

export interface StoreEvents {
  change(change: StoreChange): void;
  state(state: StoreState): void;
  reset(reset: StoreReset): void;
  /** We were the authority, and another one goes on that lacks some of what we had: it is in a file. Then we follow. */
  diverged(diverged: Diverged): void;
  /** What we are in the succession: `alone`, `protected`, `unprotected`, `waiting-for-heir`, `heir`, `follower` and so on. */
  term(state: string, epoch: number): void;
  /** The authority's wall clock jumped by so much. */
  clockJump(jumpMs: number): void;
}

/** How a change is told. */
export function storeChangeOf(change: Change, before: Entry | undefined, version: Version): StoreChange {
  if (change.kind === "clear") return { kind: "clear", key: null, value: undefined, before: undefined, version };
  const { key } = change;
  if (change.kind === "remove") {
    return { kind: change.isExpired ? "expire" : "remove", key, value: undefined, before: before?.value, version };
  }
  return { kind: before ? "update" : "insert", key, value: change.value, before: before?.value, version };
}
