/** What a node has of a store when it opens it to be its authority, now or one day. */
import type { AuthorityStart } from "../core/store/authority.ts";
import type { Epoch } from "../core/store/epochs.ts";
import { Table } from "../core/store/table.ts";
import type { OpenStorage } from "../storage/storage.ts";
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
