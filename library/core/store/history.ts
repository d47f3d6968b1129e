/**
 * Which versions are part of a history, by its epochs.
 *
 * A history is told by all its epochs in order, each with the revision after which it began, and by its newest revision.
 */
import type { Version } from "./change.ts";

/** Was the store ever at this version? The empty store was everywhere once. */
export function holdsVersion(epochs: readonly Version[], newest: number, { epoch, revision }: Version): boolean {
  if (revision === 0) return true;
  const at = epochs.findLastIndex((begun) => begun.epoch === epoch);
  if (at === -1) return false;
  const end = epochs[at + 1]?.revision ?? newest;
  return revision >= epochs[at]!.revision && revision <= end;
}

/** The epoch that a history was in when it came to this revision; where two meet there, the later one. */
export function epochAt(epochs: readonly Version[], revision: number): number | undefined {
  return epochs.findLast((begun) => begun.revision <= revision)?.epoch;
}
