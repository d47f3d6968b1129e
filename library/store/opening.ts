/** What a node has of a store when it opens it to be its authority, now or one day. */
import type { AuthorityStart } from "../core/store/authority.ts";
import { Table } from "../core/store/table.ts";
import type { OpenStorage, Results } from "../storage/storage.ts";

/** Reads all that the disk has; nothing where there is none. */
export async function readStart(opened: OpenStorage | undefined): Promise<AuthorityStart> {
  const table = new Table();
  const results: Results[] = [];
  if (opened === undefined) return { version: { epoch: 0, revision: 0 }, epochs: [], table, results };
  for await (const entries of opened.entries()) for (const entry of entries) table.restore(entry);
  for await (const each of opened.results()) results.push(each);
  const { version, epochs } = opened.head;
  return { version, epochs, table, results };
}

/** Puts the whole table in the place of what the disk has. */
export async function writeWhole(opened: OpenStorage, { version, epochs, table }: AuthorityStart): Promise<void> {
  const replacement = await opened.replace();
  try {
    let some = [];
    for (const entry of table) {
      some.push(entry);
      if (some.length < 1_024) continue;
      await replacement.add(some);
      some = [];
    }
    await replacement.add(some);
    const { lineage, highestEpoch } = opened.head;
    await replacement.commit({ version, epochs, lineage, highestEpoch: Math.max(highestEpoch, version.epoch) });
  } catch (error) {
    await replacement.abandon();
    throw error;
  }
}
