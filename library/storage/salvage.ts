/**
 * What can be read of a database, however damaged it is, without changing it, and without LevelDB.
 *
 * Every table and log is read, whether LevelDB still knows it or not. Invariant: each entry that is given was written
 * once and is whole; that it is the latest of its key, or that none is missing, nobody can promise.
 */
import { existsSync } from "node:fs";
import { type FileHandle, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SwitchyardError } from "../core/errors.ts";
import type { Entry } from "../core/store/change.ts";
import { Ledger } from "./ledger.ts";
import { placeOfKey, refuseLocked, rootKey, unpackRoot } from "./level-database.ts";
import { diskFailure } from "./level-failures.ts";
import { readLog } from "./level-files.ts";
import { type Item, itemsOf, readTable, Varints } from "./level-table-file.ts";
import { openSegment, type Segment } from "./segment.ts";
import type { StoreHead } from "./storage.ts";

export interface Salvaged {
  /** As far as it could be read. */
  readonly head: StoreHead | undefined;
  /** Once. */
  readonly entries: AsyncGenerator<readonly Entry[]>;
}

/** Where a segment is: in a table, or in memory when it comes from a log. */
interface Whereabouts {
  readonly order: bigint;
  readonly file: string;
  readonly start: number;
  readonly length: number;
  readonly bytes: Buffer | undefined;
}

/** By sequence. */
type Places = Map<number, Whereabouts>;

/**
 * All entries that can be read of the database under `path`, a chunk at a time; its files are left as they are.
 * @throws SwitchyardError `LOCKED`, `CORRUPT` when there is no database at all, `NOT_PERMITTED`, `DISK_FAILED`
 */
export async function* salvage(path: string): AsyncGenerator<readonly Entry[]> {
  yield* (await salvageFolder(path)).entries;
}

export async function salvageFolder(path: string): Promise<Salvaged> {
  try {
    const folder = await damagedFolder(path);
    await refuseLocked(folder);
    const places = await survey(folder);
    const { ledger, last } = await replay(places);
    const head = ledger.lead && last && { ...ledger.lead, version: last.version };
    return { head, entries: read(places, ledger) };
  } catch (error) {
    throw diskFailure(error, path);
  }
}

/** What is there now; else what was set aside last. */
async function damagedFolder(path: string): Promise<string> {
  const table = join(path, "table");
  if (existsSync(table)) return table;
  const aside = (await readdir(path)).filter((name) => /^damaged-\d+$/.test(name));
  const newest = aside.sort((a, b) => Number(a.slice(8)) - Number(b.slice(8))).at(-1);
  const folder = join(path, newest ?? "", "table");
  if (newest === undefined || !existsSync(folder)) throw new SwitchyardError("CORRUPT", `${path} has no database`);
  return folder;
}

/** The segments of the generation that the root names, else of the newest. */
async function survey(folder: string): Promise<Places> {
  const generations = new Map<number, Places>();
  let root: { readonly order: bigint; readonly generation: number } | undefined;
  for (const name of await readdir(folder)) {
    for await (const { item, whereabouts } of itemsIn(join(folder, name))) {
      const place = placeOfKey(item.key);
      if (place !== undefined && item.value !== undefined && isSegment(item.value, place.sequence)) {
        const places = generations.get(place.generation) ?? new Map<number, Whereabouts>();
        generations.set(place.generation, places);
        if (item.order >= (places.get(place.sequence)?.order ?? 0n)) places.set(place.sequence, whereabouts);
      } else if (item.key.equals(rootKey) && item.order >= (root?.order ?? 0n)) {
        root = { order: item.order, generation: generationOf(item) ?? root?.generation ?? 0 };
      }
    }
  }
  const newest = Math.max(-1, ...generations.keys());
  return generations.get(root?.generation ?? newest) ?? generations.get(newest) ?? new Map<number, Whereabouts>();
}

async function* itemsIn(file: string): AsyncGenerator<{ readonly item: Item; readonly whereabouts: Whereabouts }> {
  const isLog = file.endsWith(".log");
  if (!isLog && !/\.(ldb|sst)$/.test(file)) return;
  const bytes = await readFile(file);
  const items = isLog ? logItems(bytes) : readTable(bytes).blocks.flatMap((block) => [...itemsOf(bytes, block)]);
  for (const item of items) {
    const value = item.value ?? Buffer.alloc(0);
    const place = { start: value.byteOffset - bytes.byteOffset, length: value.length };
    yield { item, whereabouts: { order: item.order, file, ...place, bytes: isLog ? Buffer.from(value) : undefined } };
  }
}

/** A log has batches: the order of its first item, how many there are, and each behind its kind. */
function* logItems(bytes: Buffer): Generator<Item> {
  for (const record of readLog(bytes).records) {
    if (record.length < 12) continue;
    let order = record.readBigUInt64LE(0);
    const reader = new Varints(record, 12, record.length);
    while (reader.at < record.length) {
      const isPut = reader.number() === 1;
      const key = reader.bytes();
      const value = isPut ? reader.bytes() : undefined;
      if (key === undefined || (isPut && value === undefined)) break;
      yield { key, value, order };
      order += 1n;
    }
  }
}

function generationOf({ value }: Item): number | undefined {
  try {
    return unpackRoot(value).generation;
  } catch {
    return undefined;
  }
}

function isSegment(bytes: Buffer, sequence: number): boolean {
  try {
    return openSegment(bytes).sequence === sequence;
  } catch {
    return false;
  }
}

async function replay(places: Places): Promise<{ readonly ledger: Ledger; readonly last: Segment | undefined }> {
  const ledger = new Ledger();
  let last: Segment | undefined;
  for await (const segment of inOrder(places)) {
    ledger.take(segment);
    last = segment;
  }
  return { ledger, last };
}

async function* read(places: Places, ledger: Ledger): AsyncGenerator<readonly Entry[]> {
  for await (const segment of inOrder(places)) {
    const entries = ledger.entriesOf(segment);
    if (entries.length > 0) yield entries;
  }
}

async function* inOrder(places: Places): AsyncGenerator<Segment> {
  const files = new Map<string, FileHandle>();
  try {
    for (const sequence of [...places.keys()].sort((a, b) => a - b)) {
      const { file, start, length, bytes } = places.get(sequence)!;
      if (bytes !== undefined) yield openSegment(bytes);
      else {
        const handle = files.get(file) ?? (await open(file));
        files.set(file, handle);
        const found = Buffer.alloc(length);
        await handle.read(found, 0, length, start);
        yield openSegment(found);
      }
    }
  } finally {
    for (const handle of files.values()) await handle.close();
  }
}
