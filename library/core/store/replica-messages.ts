/**
 * What a replica is told, what it asks, and what it tells; the driver carries it out. Knows nothing of how it travels.
 */
import type { Change, ChangeRun, Entry, Version } from "./change.ts";
import type { Epoch, Place } from "./epochs.ts";

/** What the authority says of itself: each second on the feed, and with each of its answers. */
export interface Head {
  /** The epoch of the authority, the last of `epochs`. */
  readonly epoch: number;
  /** Of the last committed change, when this was said. */
  readonly revision: number;
  /** The epochs of its history in order: the latest, at most `limits.storeEpochsTold`. */
  readonly epochs: readonly Epoch[];
  /** Life of the node that is the authority. */
  readonly node: string;
}

/** A question to the authority. All of it can be asked again without harm. */
export type Question =
  /** The changes after a version: one page of them. */
  | ({ readonly kind: "since" } & Place)
  /**
   * A page of a snapshot, numbered from 0. Without `walk` a walk begins, and the page is the first. Several pages of a walk
   * are asked for at once, and their questions may come in any order; so the authority keeps `limits.storePagesInFlight`
   * pages that it has made (see `SnapshotPages`).
   */
  | { readonly kind: "snapshot"; readonly walk: number | undefined; readonly page: number };

/** What came back for a question. */
export type Answer =
  /** `isLast`: the authority has no more yet. `changes` may be empty. */
  | {
      readonly kind: "changes";
      readonly head: Head;
      readonly firstRevision: number;
      readonly changes: readonly Change[];
      readonly isLast: boolean;
    }
  /** The changes are no longer in the log (`gone`), or the version asked from is none of this history (`foreign`). */
  | { readonly kind: "gone" | "foreign"; readonly head: Head }
  /** `revision`: of the table, when this page was read. */
  | {
      readonly kind: "page";
      readonly head: Head;
      readonly walk: number;
      readonly page: number;
      readonly revision: number;
      readonly entries: readonly Entry[];
      readonly isLast: boolean;
    }
  /** The walk, or that page of it, is no longer known. */
  | { readonly kind: "forgotten"; readonly head: Head };

export type ReplicaMessage =
  /** From the feed: one batch of the authority, or a part of it. `node`: life of the node that raised it. */
  | {
      readonly kind: "changes";
      readonly epoch: number;
      readonly node: string;
      readonly firstRevision: number;
      readonly changes: readonly Change[];
    }
  /** From the feed, each second. */
  | ({ readonly kind: "announce" } & Head)
  | { readonly kind: "answer"; readonly request: number; readonly answer: Answer }
  /** The question could not be sent, or nobody answered in time. */
  | { readonly kind: "failed"; readonly request: number }
  /** The authority has left, or nobody is there to be asked. Cleared by whatever is heard of one. */
  | { readonly kind: "authorityLost" };

/**
 * - `syncing`: there is no table yet, or it has not yet reached what the authority had when we first heard of it in its
 *   epoch;
 * - `live`: it has, and the authority is heard;
 * - `stale`: there is a table, and nothing was heard for `limits.storeStaleMs`, or the authority was lost: see `ageMs`.
 */
export type ReplicaState = "syncing" | "live" | "stale";

/** Effects are carried out in their order. When the driver does so, table and version are those after all of them. */
export type ReplicaEffect =
  /** Send a question; then `answer` or `failed` with its number. A question given up by the replica needs no cancelling. */
  | { readonly kind: "ask"; readonly request: number; readonly question: Question }
  /** Changes became visible, at least one, all made in the epoch of their version. */
  | { readonly kind: "changed"; readonly run: ChangeRun }
  /** The version moved by what went before: whoever waits for `reached` looks again. Once in a row of effects at most. */
  | { readonly kind: "advanced"; readonly version: Version }
  /**
   * The table that is about to be replaced has changes that the authority's history has not: they come after revision
   * `fork`. `entries` are those of them that are still to be seen in it; it may be read later, and once only. The `reset`
   * is next.
   */
  | { readonly kind: "unmatched"; readonly from: Version; readonly fork: number; readonly entries: Iterable<Entry> }
  /**
   * A snapshot took the place of the table as a whole; nothing is told of single changes. `isFork`: `from` is no version of
   * the history of `to`; else changes between the two were merely no longer in the authority's log.
   */
  | { readonly kind: "reset"; readonly from: Version; readonly to: Version; readonly isFork: boolean }
  /**
   * The table has come to where another epoch of the authority's history begins, and goes on in it without a break. The
   * number may be the same, where two lives began it with the same table.
   * `epochs`: the history up to it. Before whatever changed in it.
   */
  | { readonly kind: "epoch"; readonly version: Version; readonly epochs: readonly Epoch[] }
  /** The table is whole and has reached what the authority had: `open` resolves. Once for each epoch, and after a `reset`. */
  | { readonly kind: "synced"; readonly version: Version }
  | { readonly kind: "state"; readonly state: ReplicaState }
  /**
   * Somebody speaks for a lower epoch than the highest that we know; it is not listened to. `isAlone`: nothing is heard of
   * whom we follow, so this may be all that there is. `node`: its life.
   */
  | {
      readonly kind: "fenced";
      readonly epoch: number;
      readonly node: string;
      readonly highest: number;
      readonly isAlone: boolean;
    }
  /** Another node than the one that we follow speaks for the same epoch; it is not listened to while ours is heard. */
  | { readonly kind: "rival"; readonly epoch: number; readonly node: string };

/** What a disk had; see `StoreHead`. */
export interface ReplicaStart {
  readonly version: Version;
  readonly epochs: readonly Epoch[];
  /** A `Table` is taken over as it is, and changed; of anything else the entries are put into one. */
  readonly entries: Iterable<Entry>;
  /**
   * Known from elsewhere, whatever the numbers say: after this revision it is no part of the history of whom it follows. It
   * is shown until a snapshot takes its place.
   */
  readonly fork?: number | undefined;
}

/** What was not taken, and what had to be begun again; all count from 0. */
export interface ReplicaCounts {
  /** Messages that say what cannot be: numbers that are none, no changes at all, pages that do not follow. */
  readonly refused: number;
  /** Changes that we had. */
  readonly repeated: number;
  /** Changes that came early while there was no room to hold them. */
  readonly overflowed: number;
  /** Messages of a lower epoch, or of a rival of ours. */
  readonly fenced: number;
  /** Changes, by message, of an authority that is not known yet; we ask who it is. */
  readonly unknown: number;
  /** Answers to what was not asked, or is no longer of interest. */
  readonly late: number;
  /** Questions that were asked again or given up. */
  readonly failed: number;
  /** Snapshots begun. */
  readonly snapshots: number;
}
