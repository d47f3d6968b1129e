/**
 * What a history has that another one lacks, after the last revision that both have: entries, and keys that are gone.
 *
 * Invariant: every entry that was changed since is there. Which keys were removed is told as far back as the log goes; from
 * where on is told, too. Entries that expired count as nothing: so they would elsewhere. Knows nothing of who lacks it.
 */
import { keyOf, type Value } from "../values/index.ts";
import type { Entry, Version } from "./change.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Table } from "./table.ts";

export interface Unmatched {
  /** Of the table. */
  readonly version: Version;
  /** The last revision that both have. */
  readonly after: number;
  /** May be read as often as is liked, while the table stays as it is. */
  readonly entries: Iterable<Entry>;
  /** Keys that were removed and did not come back. */
  readonly removed: readonly Value[];
  /** All entries were removed at once. */
  readonly isCleared: boolean;
  /** What was removed by revisions up to this one is not known; `after`: all of it is. */
  readonly removalsAfter: number;
}

/** `log`: of the table; `undefined`: there is none. */
export function unmatchedOf(table: Table, version: Version, log: ChangeLog | undefined, after: number): Unmatched {
  const removed = new Map<string, Value>();
  let isCleared = false;
  for (const change of log?.after(after) ?? []) {
    if (change.kind === "clear") isCleared = true;
    else if (change.kind === "remove" && !change.isExpired) removed.set(keyOf(change.key), change.key);
  }
  for (const id of removed.keys()) if (table.at(id) !== undefined) removed.delete(id);
  return {
    ...{ version, after, isCleared, removed: [...removed.values()] },
    entries: { [Symbol.iterator]: () => laterThan(table, after) },
    removalsAfter: Math.min(Math.max(after, log?.start ?? version.revision), version.revision),
  };
}

export function* laterThan(table: Table, revision: number): Generator<Entry> {
  for (const entry of table) if (entry.revision > revision) yield entry;
}
