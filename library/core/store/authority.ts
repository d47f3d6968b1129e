/**
 * The authority of a store: gives every change its place in the one order.
 *
 * Invariant: the table is what the committed batches made of it, and reads see nothing else; one batch at most is pending;
 * an operation takes effect once, however often it comes. Knows nothing of links, disks, timers, or whether it may be the
 * authority: the driver makes a batch safe between `begin` and `commit`, and gives epoch and time.
 *
 *     submit(…)*  begin → write, prepare → commit or abort → tell and answer  begin …
 *
 * Times: `nowMs` on the monotonic clock, `wallMs` on the wall clock, both of this machine.
 */
import { type FailureCode, SwitchyardError } from "../errors.ts";
import type { Value } from "../values/index.ts";
import type { Entry, Version } from "./change.ts";
import type { ChangesSince, Committed, Page, PendingBatch, Receipt, Request, Results, Settled } from "./submission.ts";
import type { Table } from "./table.ts";

/** Where an authority begins: with nothing, or with what a disk, or a replica that is promoted, has. */
export interface AuthorityStart {
  readonly version: Version;
  /** Every epoch of this history in order, with the revision after which it began; the last is that of `version`. */
  readonly epochs: readonly Version[];
  /** Taken over as it is, not copied. */
  readonly table: Table;
  readonly results: Iterable<Results>;
  readonly nowMs: number;
  readonly wallMs: number;
}

/** Why the entry may not be in this store (`SCHEMA_MISMATCH`), in words; `undefined` when it may. See `schema.ts`. */
export type EntryCheck = (key: Value, value: Value) => string | undefined;

const later = (): SwitchyardError => new SwitchyardError("INTERNAL", "not there yet");

export class Authority<Asker> {
  /** `start` is empty by default: epoch 0, revision 0. What was due while nobody ran comes with the first `begin`s. */
  constructor(_options: { readonly start?: AuthorityStart | undefined; readonly check?: EntryCheck | undefined }) {
    throw later();
  }

  /** Of the table, that is, after the last commit. */
  get version(): Version {
    throw later();
  }

  get epochs(): readonly Version[] {
    throw later();
  }

  /** Opens an epoch, above all others, with the present revision; the driver has made it safe. No batch may be pending. */
  beginEpoch(_epoch: number): void {
    throw later();
  }

  /** Takes operations, in the order in which their client numbers them. They make the next batch. */
  submit(_request: Request<Asker>, _nowMs: number): Receipt {
    throw later();
  }

  /** Is there anything that a `begin` would make a batch of? */
  hasWork(_nowMs: number, _wallMs: number): boolean {
    throw later();
  }

  /** Is a batch begun and neither committed nor aborted? */
  get isPending(): boolean {
    throw later();
  }

  /**
   * Makes a batch of what waits: entries that are due are removed, then operations are evaluated, up to
   * `limits.storeBatchOperations` and about `limits.storeBatchBytes`. `undefined` where nothing waits.
   * No batch may be pending.
   */
  begin(_nowMs: number, _wallMs: number): PendingBatch | undefined {
    throw later();
  }

  /** The pending batch is safe: applies it. */
  commit(): Committed<Asker> {
    throw later();
  }

  /**
   * The pending batch came to nothing, by `NO_SPACE` for example. Its operations, and what else waits of their clients,
   * fail with the code, and may be sent again under the same numbers: nothing of them is remembered.
   */
  abort(_code: FailureCode, _what: string): readonly Settled<Asker>[] {
    throw later();
  }

  /** As `abort`, of everything that waits, be a batch pending or not: when the store closes, or has another authority. */
  refuseAll(_code: FailureCode, _what: string): readonly Settled<Asker>[] {
    throw later();
  }

  /** When an entry is due next, on the monotonic clock; `undefined` when none ever is. In the past while one is due. */
  get deadlineMs(): number | undefined {
    throw later();
  }

  /**
   * Compares the clocks; the driver calls it once a second or so, and `begin` does. A jump of the wall clock by more than
   * `limits.clockJumpMs` since the last time is returned, in ms (negative: back); entries that go `at` a time are
   * due by the new clock from then on, those that go `after` a while are not touched.
   */
  observeClocks(_nowMs: number, _wallMs: number): number | undefined {
    throw later();
  }

  /** The entry, unless it is due. */
  get(_key: Value, _nowMs: number): Entry | undefined {
    throw later();
  }

  /** How many entries there are, without those due. */
  size(_nowMs: number): number {
    throw later();
  }

  /** All entries that are not due, in no particular order. What changes while it is read may or may not be in it. */
  entries(_nowMs: number): IterableIterator<Entry> {
    throw later();
  }

  /** The table of the last commit, with entries that are due: for `digest`, and for who takes over. */
  get table(): Table {
    throw later();
  }

  /** At most about `limits.storePageBytes` and `limits.storePageEntries` of changes after a version. */
  since(_version: Version): ChangesSince {
    throw later();
  }

  /**
   * Begins a walk over the table; its id, from 1. For keys rather than for a snapshot: without entries that are due.
   * Walks that were idle for `limits.storeWalkIdleMs` are forgotten.
   * @throws SwitchyardError `TOO_MANY` with `limits.storeWalks` under way
   */
  beginWalk(_nowMs: number, _skipsDue?: boolean): number {
    throw later();
  }

  /** The next page of a walk, at the committed version; `undefined` where the walk is not known (any more). */
  walk(_id: number, _nowMs: number): Page | undefined {
    throw later();
  }

  /** All outcomes that are remembered, in order for each client: for an heir that begins. */
  results(): Iterable<Results> {
    throw later();
  }
}
