/** Signatures; the bodies follow in the next commits. */
import type { Entry, Version } from "./change.ts";
import type { ReplicaCounts, ReplicaEffect, ReplicaMessage, ReplicaStart, ReplicaState } from "./replica-messages.ts";
import type { Table } from "./table.ts";

/**
 * A replica's half of a store: follows the feed of the authority, and asks for what it lacks.
 *
 *     const replica = new Replica(nowMs, start?);   // its first effects are those of the first `check`, due at once
 *     carryOut(replica.receive(message, nowMs));     // whatever comes
 *     carryOut(replica.check(nowMs));                // at `deadlineMs`; early is harmless
 *
 * Times are ms on the monotonic clock.
 */
export declare class Replica {
  /** `start`: what a disk had. It is visible at once, and caught up from. */
  constructor(nowMs: number, start?: ReplicaStart);

  readonly state: ReplicaState;
  /** What is visible: the authority's table at `version`. Another object after a `reset` or the first `synced`. Read only. */
  readonly table: Table;
  /** Of `table`; epoch 0 and revision 0 before there is one. */
  readonly version: Version;
  /** Every epoch of the history of `table`, with the revision after which it began: what a disk keeps beside the version. */
  readonly epochs: readonly Version[];
  /** Is there a table? Not before the first snapshot is whole. */
  readonly isWhole: boolean;
  /** How many revisions the authority is known to be ahead; 0 while it is not known. */
  readonly lag: number;
  /** The node that is the authority, and its epoch, as far as we heard; `undefined` before. */
  readonly authority: { readonly node: string; readonly epoch: number } | undefined;
  readonly counts: ReplicaCounts;
  /** When `check` has something to do; never `undefined` while it is in use. */
  readonly deadlineMs: number;

  receive(message: ReplicaMessage, nowMs: number): ReplicaEffect[];
  check(nowMs: number): ReplicaEffect[];

  /** How long nothing was heard of the authority, since the beginning where nothing ever was. */
  ageMs(nowMs: number): number;

  /**
   * Is this version of the authority visible, or a later one? Also true where the history that we follow has lost it: then
   * nothing is gained by waiting. Look again after each `advanced`.
   */
  reached(version: Version): boolean;

  /** Of the visible table. */
  get(key: Entry["key"]): Entry | undefined;
}
