/**
 * What stores are made of: versions, operations that ask for a change, and the changes that the authority makes of them.
 *
 * Invariant: an operation may depend on what is there; a change does not, so whoever applies the same changes in the same
 * order has the same table. Knows nothing of who is the authority, of links or of disks.
 */
import type { FailureCode } from "../errors.ts";
import type { Value } from "../values/index.ts";

/**
 * The place of a change in a store's history. Revisions count every change of the store's life, also across epochs; a new
 * epoch begins with each new authority. The empty store is `{ epoch: 0, revision: 0 }`. Both are whole numbers below 2^53.
 */
export interface Version {
  readonly epoch: number;
  readonly revision: number;
}

/** Which of two versions is later: by epoch, then by revision; like the result of a comparison. */
export function compareVersions(a: Version, b: Version): number {
  return a.epoch - b.epoch || a.revision - b.revision;
}

/** When an entry goes: at a time of the authority's wall clock, or so long after the last change of it. */
export type Expiry = { readonly kind: "at"; readonly wallMs: number } | { readonly kind: "after"; readonly ms: number };

/** What must hold for the operation to take effect; else it fails with `CONFLICT` and changes nothing. */
export type Condition =
  | { readonly kind: "absent" }
  | { readonly kind: "present" }
  /** The value is equal to this one. */
  | { readonly kind: "equals"; readonly value: Value }
  /** The entry was last changed by this revision; 0: it is absent. */
  | { readonly kind: "revision"; readonly revision: number };

export type Operation =
  | {
      readonly kind: "insert";
      readonly key: Value;
      readonly value: Value;
      readonly expiry?: Expiry | undefined;
      readonly condition?: Condition | undefined;
    }
  | { readonly kind: "remove"; readonly key: Value; readonly condition?: Condition | undefined }
  /** On int, count, double, interval and time (by an interval); a missing key starts from nothing. */
  | { readonly kind: "increment" | "decrement"; readonly key: Value; readonly by: Value }
  /** Into the set or vector (at its end) that the key holds, or the table, then with `value`. A missing key begins as a set, or as a table where there is a `value`. */
  | { readonly kind: "add"; readonly key: Value; readonly element: Value; readonly value?: Value | undefined }
  /** Out of the set or table that the key holds, or the last one out of the vector, then without `element`. */
  | { readonly kind: "take"; readonly key: Value; readonly element?: Value | undefined }
  /** Sets or lifts the expiry of an entry, and leaves its value. */
  | { readonly kind: "expire"; readonly key: Value; readonly expiry: Expiry | undefined }
  | { readonly kind: "clear" };

/** What one change does to the table; it has the revision after that of the change before it. */
export type Change =
  | {
      readonly kind: "put";
      readonly key: Value;
      readonly value: Value;
      /** When it goes, by the authority's wall clock, for people to see; replicas never expire by themselves. */
      readonly expiresAtMs: number | undefined;
      /** So long after a change of the entry it goes; `undefined` where it has no such rule. */
      readonly expiresAfterMs: number | undefined;
    }
  /** `isExpired`: its time had come. */
  | { readonly kind: "remove"; readonly key: Value; readonly isExpired: boolean }
  | { readonly kind: "clear" };

/** An entry, as a table holds it. */
export interface Entry {
  readonly key: Value;
  readonly value: Value;
  /** Of the change that made it what it is. */
  readonly revision: number;
  readonly expiresAtMs: number | undefined;
  readonly expiresAfterMs: number | undefined;
}

/**
 * A put of an entry that stays, and that entry, in one: by far the most are such, and there are many. What is the same for
 * all of them takes no place in any.
 */
export class LastingPut implements Entry {
  readonly key: Value;
  readonly value: Value;
  readonly revision: number;

  constructor(key: Value, value: Value, revision: number) {
    this.key = key;
    this.value = value;
    this.revision = revision;
  }

  get kind(): "put" {
    return "put";
  }

  get expiresAtMs(): undefined {
    return undefined;
  }

  get expiresAfterMs(): undefined {
    return undefined;
  }
}

/** An entry of these parts. */
export function entryFrom(
  key: Value,
  value: Value,
  revision: number,
  expiresAtMs: number | undefined,
  expiresAfterMs: number | undefined,
): Entry {
  if (expiresAtMs === undefined && expiresAfterMs === undefined) return new LastingPut(key, value, revision);
  return { key, value, revision, expiresAtMs, expiresAfterMs };
}

/** Changes as a table took them, one after the other, in one epoch. */
export interface ChangeRun {
  /** After the last of `changes`. */
  readonly version: Version;
  /** Of the first of `changes`; the others follow one by one. */
  readonly firstRevision: number;
  readonly changes: readonly Change[];
  /** Beside each change: the entry that was there; `undefined` where there was none, and for `clear`. */
  readonly before: readonly (Entry | undefined)[];
}

/** Who wrote, and the how-manieth write of theirs it is, from 1: one that comes again has no further effect. */
export interface OperationId {
  /** 32 hex digits: the life of the writing node, or of one handle of it. */
  readonly client: string;
  readonly number: number;
}

/** What became of an operation. A failed one changed nothing, and has the revision that it saw. */
export type Outcome =
  | { readonly kind: "done"; readonly revision: number; readonly value: Value | undefined }
  | { readonly kind: "failed"; readonly revision: number; readonly code: FailureCode; readonly what: string };

/** How safe a write is when it is acknowledged; each level includes those before it. */
export const durabilities = ["memory", "process", "disk", "replicated"] as const;
export type Durability = (typeof durabilities)[number];

/** Is it more than a store in memory can give? With `replicated` the heir holds it, be it in memory. */
export function needsDisk(durability: Durability): boolean {
  return durability === "disk" || durability === "process";
}
