/**
 * The history of a store: its epochs in order, each with the revision after which it began and the life that began it.
 *
 * Invariant: two histories that have the same epoch are the same up to where either goes on in another one, for a life
 * begins an epoch once. Numbers alone do not say so: two authorities that never met may begin the same one. A life that is
 * not known is equal to none, not even to another one that is not known: what rests on it is copied anew.
 * Of a long history the oldest epochs are left out; what was before those that are told is no part of it, for all we know.
 */
import { limits } from "../limits.ts";
import type { Version } from "./change.ts";

/** A version, with the life of the authority that began its epoch. */
export interface Place extends Version {
  /** 32 hex digits; empty where it is not known: disks of format 1 do not say. */
  readonly by: string;
}

/** An epoch, by where it began: its own number, with the revision after which it began. */
export type Epoch = Place;

export interface History {
  /** At most `limits.storeEpochsKept`, the latest. */
  readonly epochs: readonly Epoch[];
  /** Its last. */
  readonly revision: number;
}

/** Is an epoch that others claim too far ahead of what is known to be one? */
export function isBeyond(claimed: number, known: number): boolean {
  return claimed > known + limits.storeEpochsAhead;
}

/** The last revision that two histories have in common; 0 where they share no epoch that they tell. */
export function forkRevision(ours: History, theirs: History): number {
  for (let i = ours.epochs.length - 1; i >= 0; i--) {
    const common = ours.epochs[i]!;
    const there = theirs.epochs.findIndex((other) => isSameEpoch(other, common));
    if (there >= 0) return Math.min(endOf(ours, i), endOf(theirs, there));
  }
  return 0;
}

/** Was the store ever here? The empty store was everywhere once. */
export function holds(history: History, { epoch, revision, by }: Place): boolean {
  if (revision === 0) return true;
  const at = history.epochs.findLastIndex((begun) => begun.epoch === epoch);
  if (at === -1 || !isSameLife(history.epochs[at]!.by, by)) return false;
  return revision >= history.epochs[at]!.revision && revision <= endOf(history, at);
}

/**
 * Has it all of a history that has come to this place? The epoch of that may begin beyond the place: then it is on its way
 * there, and all that it has is the same.
 */
export function includes(history: History, { epoch, revision, by }: Place): boolean {
  if (revision === 0) return true;
  const at = history.epochs.findLastIndex((begun) => begun.epoch === epoch);
  return at >= 0 && isSameLife(history.epochs[at]!.by, by) && revision <= endOf(history, at);
}

/** Are both in the epoch that the same life began? */
export function isSameTerm(a: Place, b: Place): boolean {
  return a.epoch === b.epoch && isSameLife(a.by, b.by);
}

/**
 * The epochs of a history that goes on in another epoch. One that begins behind its end left nothing: whoever began it had
 * been given what came to nothing, and was gone before it was written down.
 */
export function goOn({ epochs, revision }: History, epoch: number, by: string): readonly Epoch[] {
  return [...epochs.filter((begun) => begun.revision <= revision), { epoch, revision, by }].slice(
    -limits.storeEpochsKept,
  );
}

/** The epoch that a history was in when it came to this revision; where two meet there, the later one. */
export function epochAt(epochs: readonly Epoch[], revision: number): number | undefined {
  return epochs.findLast((begun) => begun.revision <= revision)?.epoch;
}

/** Where a history is at this version of its own. */
export function placeOf(epochs: readonly Epoch[], { epoch, revision }: Version): Place {
  return { epoch, revision, by: epochs.findLast((begun) => begun.epoch === epoch)?.by ?? "" };
}

export function isSameEpoch(a: Epoch | undefined, b: Epoch | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.epoch === b.epoch && a.revision === b.revision && isSameLife(a.by, b.by);
}

function isSameLife(a: string, b: string): boolean {
  return a === b && a !== "";
}

function endOf({ epochs, revision }: History, index: number): number {
  return epochs[index + 1]?.revision ?? revision;
}
