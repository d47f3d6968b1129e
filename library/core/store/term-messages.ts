/**
 * What the clockwork of terms (term.ts) hears, says, remembers, and asks its driver to do.
 *
 * Invariant: every message carries the epoch of its sender, so whoever is behind learns it from any of them. Plain data;
 * the driver checks it where it enters.
 */
import type { Version } from "./change.ts";
import type { Epoch, Place } from "./epochs.ts";
import type { WitnessRecord } from "./witness.ts";

/** One life of one node. */
export interface Party {
  readonly node: string;
  /** 32 hex digits, new at each start. */
  readonly life: string;
}

/** What a node has of the store. */
export interface Holdings {
  /**
   * Of an authority: what is committed. Of anybody else: its table and what it has prepared are the history of the
   * authority of `epoch` up to `revision`; synced to disk if the store is persistent.
   */
  readonly version: Version;
  /** The epochs of that history; see `StoreHead`. */
  readonly epochs: readonly Epoch[];
  /** It follows the authority of `version.epoch`, without a hole. Means nothing at an authority. */
  readonly isLive: boolean;
  /**
   * With which revision it would begin as authority, where that is more than `version` says: what its disk has been handed
   * and has not synced yet. While it takes over this stays as it is.
   */
  readonly begins?: number;
}

interface FromSomebody {
  readonly from: Party;
  /** The highest epoch of which the sender knows that somebody began it. */
  readonly epoch: number;
}

export type TermMessage = FromSomebody &
  (
    | {
        /** From an authority to all, each 500 ms while there is an heir or could be one. */
        readonly kind: "ping";
        readonly number: number;
        /** Life of the heir; `undefined`: none is appointed. */
        readonly heir: string | undefined;
        /** The heir may take over only if it holds this revision. */
        readonly syncRevision: number;
      }
    | {
        /** From a standby to the authority, at once. Of the heir it is a promise not to take over for 3 s. */
        readonly kind: "pong";
        readonly number: number;
        readonly held: Place;
        readonly isLive: boolean;
        /** It has a state directory, so it would know if it had taken over in an earlier life. */
        readonly remembers: boolean;
        /** What its process is known by on its machine; the driver's business. */
        readonly process?: string | undefined;
      }
    /** From the heir: it holds all up to this revision of the history of the sender's `epoch`, which the life `by` began. */
    | { readonly kind: "held"; readonly revision: number; readonly by: string }
    /** From the heir that leaves: it will never take over from this epoch. */
    | { readonly kind: "resign" }
    /** From an authority that has stopped or has started again, each 500 ms: who holds what? */
    | { readonly kind: "ask"; readonly held: Place }
    /** The answer to `ask`. */
    | {
        readonly kind: "answer";
        readonly held: Place;
        readonly isPromotable: boolean;
        readonly remembers: boolean;
      }
    /** From an authority that has stopped for good: this life may begin the next epoch if its history has this place. */
    | { readonly kind: "grant"; readonly heir: string; readonly held: Place }
    /** From the heir to the authority: hand over, please. */
    | { readonly kind: "request" }
    /** From an authority to all, each second. */
    | { readonly kind: "announce"; readonly revision: number; readonly epochs: readonly Epoch[] }
    /** To whoever speaks for a lower epoch. */
    | { readonly kind: "fence" }
  );

/** What outlives the process. Written whole and synced before it counts; also by stores that keep nothing else. */
export interface TermRecord {
  /** The highest epoch that was begun here, or heard of when the role changed. */
  readonly epoch: number;
  /**
   * What we were last. `granting`: we have stopped for good, and the heir may begin the next epoch at any time.
   * `conflicted`: another authority of our epoch is known, and only a person decides.
   */
  readonly role: "authority" | "granting" | "conflicted" | "follower";
  /** Name of the heir that may have taken over since. */
  readonly heir: string | undefined;
  readonly epochs: readonly Epoch[];
  /** Of a follower that was the authority: what it has was not yet held against the history of the one that goes on. */
  readonly isUnmatched?: boolean | undefined;
}

/**
 * What to show. Authorities: `alone` (no standby was ever appointed in this term), `protected`, `waiting-for-heir`
 * (answers nothing), `unprotected` (goes on, though the standby is lost or not in sync yet), `recovering` (started again,
 * does not know yet who goes on), `handing-over`, `conflicted` (read-only). Others: `heir`, `taking-over`, `follower`.
 */
export type TermState = (typeof termStates)[number];

export const termStates = [
  "alone",
  "protected",
  "waiting-for-heir",
  "unprotected",
  "recovering",
  "handing-over",
  "conflicted",
  "heir",
  "taking-over",
  "follower",
  "closed",
] as const;

/** Something that takes time; when it has ended the driver calls `done` with its `id`. They are carried out in order. */
export type Act =
  /** Write and sync the record (and the epochs of the store's head). */
  | { readonly kind: "persist"; readonly record: TermRecord }
  /** Ask the witness for its record. */
  | { readonly kind: "read" }
  /** Ask the witness to put `wanted` in the place of `expected`. */
  | { readonly kind: "swap"; readonly expected: WitnessRecord | undefined; readonly wanted: WitnessRecord };

/** How an act ended. `failed`: it did not happen, or nobody knows; it is tried again. */
export type ActResult =
  | { readonly kind: "persisted" }
  /** The answer of the witness to `read` and `swap`: what it has now. */
  | { readonly kind: "record"; readonly record: WitnessRecord | undefined }
  | { readonly kind: "failed" };

export type TermEffect =
  /** `to`: a life, or `undefined`: all that take part in this store. May be lost, late or repeated. */
  | { readonly kind: "send"; readonly to: string | undefined; readonly message: TermMessage }
  | { readonly kind: "act"; readonly id: number; readonly act: Act }
  /**
   * The state is another one. When it becomes an authority's, `epochs` is the history from here on, and what was prepared
   * is part of it. When an authority's ends, everything unanswered is answered `INDETERMINATE`, and nothing else is.
   */
  | { readonly kind: "state"; readonly state: TermState; readonly epoch: number; readonly epochs: readonly Epoch[] }
  /** Another authority was met; for `authority-conflict`. Once for each life that is met. */
  | { readonly kind: "conflict"; readonly other: Party; readonly theirs: Version; readonly ours: Version }
  /** We follow `winner` now, which has nothing of what we have after this revision: save it, then resynchronise. */
  | { readonly kind: "diverged"; readonly winner: Party; readonly afterRevision: number };

export interface TermOptions {
  readonly self: Party;
  /** How the store was opened here. */
  readonly role: "authority" | "standby";
  /** When an authority may go on without its heir; see F4. Default `proof`. */
  readonly onHeirLost?: "proof" | "wait" | "continue" | undefined;
  /** Name of the only standby that may be heir; `undefined`: the first that is in sync. */
  readonly heir?: string | undefined;
  /** A witness settles who may go on. */
  readonly hasArbiter?: boolean | undefined;
  /** What was found at the start; `undefined`: nothing. */
  readonly record: TermRecord | undefined;
  /** Records are kept from one life to the next. */
  readonly remembers: boolean;
  /** The table is kept from one life to the next. */
  readonly isPersistent: boolean;
  /** An authority without a record looks around before it begins: it may have been another life's, whose heir goes on. */
  readonly looksAround?: boolean | undefined;
  /** What the table holds at the start. */
  readonly holdings: Holdings;
}
