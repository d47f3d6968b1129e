/**
 * The epochs of a history: each with the revision after which it began, and the life that began it.
 *
 * Invariant: two histories that have the same entry are the same up to that revision, for a life begins an epoch once.
 * Without the life it would not hold: two authorities that nobody told of each other may begin the same number.
 */
import type { Version } from "./change.ts";

export interface Epoch extends Version {
  /** 32 hex digits: the life of the authority that began it. */
  readonly by: string;
}

export interface History {
  readonly epochs: readonly Epoch[];
  /** Its last. */
  readonly revision: number;
}

/** The last revision that two histories have in common. */
export function forkRevision(ours: History, theirs: History): number {
  for (let i = ours.epochs.length - 1; i >= 0; i--) {
    const common = ours.epochs[i]!;
    const there = theirs.epochs.findIndex((other) => isSame(other, common));
    if (there >= 0) return Math.min(endOf(ours, i), endOf(theirs, there));
  }
  return 0;
}

/** The epochs of a history that goes on in another epoch. */
export function goOn({ epochs, revision }: History, epoch: number, by: string): readonly Epoch[] {
  return [...epochs, { epoch, revision, by }];
}

function endOf({ epochs, revision }: History, index: number): number {
  return epochs[index + 1]?.revision ?? revision;
}

function isSame(a: Epoch, b: Epoch): boolean {
  return a.epoch === b.epoch && a.revision === b.revision && a.by === b.by;
}
