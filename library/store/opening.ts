/** What a node has of a store when it opens it to be its authority, now or one day. */
import type { AuthorityStart } from "../core/store/authority.ts";
import type { Entry } from "../core/store/change.ts";
import type { Epoch } from "../core/store/epochs.ts";
import { Table } from "../core/store/table.ts";
import type { Lead, OpenStorage } from "../storage/storage.ts";
import { KnownResults } from "./known-results.ts";
import { readTermRecord } from "./term-record.ts";

/** Reads all that the disk has; nothing where there is none. */
export async function readStart(opened: OpenStorage | undefined): Promise<AuthorityStart> {
  const table = new Table();
  if (opened === undefined) return { version: { epoch: 0, revision: 0 }, epochs: [], table, results: [] };
  for await (const entries of opened.entries()) for (const entry of entries) table.restore(entry);
  const known = new KnownResults(); // a standby may have written some again
  for await (const each of opened.results()) known.add(each);
  const { version, epochs, record } = opened.head;
  return { version, epochs: knownLives(epochs, record), table, results: known.upTo(version.revision) };
}

/** A disk of format 1 says who began an epoch only where it remembers a role. */
function knownLives(epochs: readonly Epoch[], record: string | undefined): readonly Epoch[] {
  if (epochs.every(({ by }) => by !== "")) return epochs;
  const remembered = readTermRecord(record).epochs;
  return epochs.map((each) => {
    const { epoch, revision } = each;
    return remembered.find((other) => other.epoch === epoch && other.revision === revision) ?? each;
  });
}

export interface Whole extends Omit<AuthorityStart, "table"> {
  readonly table: Iterable<Entry>;
  /**
   * What the disk says of itself then; asked when all else is there, for its role may have changed meanwhile. Default: what
   * it says already, and the epochs of the table.
   */
  readonly lead?: () => Lead;
}

/**
 * Puts the whole table with its outcomes in the place of what the disk has: a crash leaves the one or the other, whole. Where
 * it is no longer wanted, nothing is changed any more.
 */
export async function writeWhole(opened: OpenStorage, whole: Whole, isWanted = () => true): Promise<void> {
  const { version, epochs, table } = whole;
  const results = [...whole.results];
  const replacement = await opened.replace();
  try {
    let some = [];
    for (const entry of table) {
      some.push(entry);
      if (some.length < 1_024) continue;
      if (!isWanted()) return await replacement.abandon();
      await replacement.add(some);
      some = [];
    }
    await replacement.add(some);
    await replacement.addResults(results);
    if (!isWanted()) return await replacement.abandon();
    const { lineage, highestEpoch, record } = opened.head;
    const highest = Math.max(highestEpoch, version.epoch);
    const lead = whole.lead?.() ?? { epochs, lineage, record, highestEpoch: highest };
    await replacement.commit({ version, ...lead });
  } catch (error) {
    await replacement.abandon();
    throw error;
  }
}
