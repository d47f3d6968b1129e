/** Where the history of a replica leaves that of the authority, and what comes after. */
import type { Entry, Version } from "./change.ts";
import type { Table } from "./table.ts";

/** Revisions that follow one another, and are some. */
export function isRun(first: number, length: number): boolean {
  return Number.isSafeInteger(first) && first >= 1 && length > 0 && Number.isSafeInteger(first + length);
}

/** The revision up to which a version has what this history has. */
export function forkOf(epochs: readonly Version[], { epoch, revision }: Version, isRival: boolean): number {
  if (isRival) return 0;
  const at = epochs.findLastIndex((begun) => begun.epoch <= epoch);
  if (at === -1) return 0;
  const end = epochs[at]!.epoch === epoch ? (epochs[at + 1]?.revision ?? revision) : epochs[at]!.revision;
  return Math.min(end, revision);
}

export function* laterThan(table: Table, revision: number): Generator<Entry> {
  for (const entry of table) if (entry.revision > revision) yield entry;
}
