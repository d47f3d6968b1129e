/**
 * What goes into an authority and what comes out of it: batches of operations, and what became of them.
 *
 * Only types. `Asker` is whatever the driver wants to be given back with an answer: it is never looked at.
 */
import type { FailureCode } from "../errors.ts";
import type { Change, ChangeRun, Durability, Entry, Operation, Outcome } from "./change.ts";

/** Operations `first`, `first + 1`, … of one client. */
export interface Request<Asker> {
  /** 32 hex digits; see `OperationId`. */
  readonly client: string;
  /** From 1. */
  readonly first: number;
  /** The number from which on the client still waits for outcomes: those before it are settled, or given up. From 1. */
  readonly floor: number;
  /** 1 to `limits.storeRequestOperations`; their values are taken as checked (`toValue`, or what the wire gives). */
  readonly operations: readonly Operation[];
  /** How safe they must be before they are acknowledged. */
  readonly durability: Durability;
  readonly asker: Asker;
}

/** What became of a request at once. */
export type Receipt =
  /** All of it was done before: what the outcomes were. */
  | { readonly kind: "known"; readonly outcomes: readonly Outcome[] }
  /** Taken; its `asker` comes back with a `commit`, an `abort` or a `refuseAll`. */
  | { readonly kind: "waiting" }
  /** A number before `first` is missing: send again from this one. Nothing was taken. */
  | { readonly kind: "expected"; readonly number: number }
  /** Nothing was taken: `TOO_MANY` (too much waits already; send again later), `BAD_ARGUMENT`. */
  | { readonly kind: "refused"; readonly code: FailureCode; readonly what: string };

/** An answer to a request that waited. */
export interface Settled<Asker> {
  readonly asker: Asker;
  readonly client: string;
  readonly first: number;
  /** One for each operation of the request, in order. */
  readonly outcomes: readonly Outcome[];
}

/** Outcomes of one client's operations `first`, `first + 1`, …; the same that storages keep. */
export interface Results {
  readonly client: string;
  readonly first: number;
  readonly outcomes: readonly Outcome[];
}

/**
 * A batch that is to be made safe and then committed. It is a `Batch` of `library/storage/storage.ts` as it is.
 * `changes` may be empty, where all operations failed or found nothing to do: then `version` is that of before.
 */
export interface PendingBatch extends ChangeRun {
  readonly results: readonly Results[];
  readonly forget: readonly { readonly client: string; readonly before: number }[];
  /** The highest that an operation of the batch asks for; `undefined` where all of it are expired entries. */
  readonly durability: Durability | undefined;
}

/** What a commit gives: the batch, and whom to answer. */
export interface Committed<Asker> {
  readonly batch: PendingBatch;
  readonly settled: readonly Settled<Asker>[];
}

/** What `since` gives. */
export type ChangesSince =
  /** Changes from `firstRevision` on; none where the version is the newest. `isLast`: there are no more yet. */
  | {
      readonly kind: "changes";
      readonly firstRevision: number;
      readonly changes: readonly Change[];
      readonly isLast: boolean;
    }
  /** No longer in the log: take a snapshot. */
  | { readonly kind: "gone" }
  /** The version is none of this history: reset with a snapshot. */
  | { readonly kind: "foreign" };

/** One page of a walk. */
export interface Page {
  /** At which the whole page was read. */
  readonly revision: number;
  readonly entries: readonly Entry[];
  /** The walk has ended, and is forgotten. */
  readonly isLast: boolean;
}
