/** Where the history of a replica leaves that of the authority, and what comes after. */
import type { Entry, Version } from "./change.ts";
import type { Table } from "./table.ts";

/** All epochs in order, each with the revision after which it began, and the newest revision. */
export interface History {
  readonly epochs: readonly Version[];
  readonly revision: number;
}

/**
 * The last revision that two histories have in common. `isSameTerm`: an epoch with the number of their last is the very
 * same one; false where somebody else began theirs.
 */
export function commonRevision(ours: History, theirs: History, isSameTerm: boolean): number {
  const last = theirs.epochs.at(-1)?.epoch;
  for (let i = ours.epochs.length - 1; i >= 0; i--) {
    const { epoch, revision } = ours.epochs[i]!;
    if (epoch === last && !isSameTerm) continue;
    const at = theirs.epochs.findIndex((their) => their.epoch === epoch && their.revision === revision);
    if (at >= 0) return Math.min(endOf(ours, i), endOf(theirs, at));
  }
  return 0;
}

function endOf({ epochs, revision }: History, index: number): number {
  return epochs[index + 1]?.revision ?? revision;
}

export function* laterThan(table: Table, revision: number): Generator<Entry> {
  for (const entry of table) if (entry.revision > revision) yield entry;
}
