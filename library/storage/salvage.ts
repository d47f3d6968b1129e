/**
 * What can be read of a database, however damaged it is, without changing it.
 *
 * Everything is copied, and LevelDB puts together of the copy what it can. Invariant: each entry that is given was
 * written once and is whole; that it is the latest of its key, or that none is missing, nobody can promise.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { SwitchyardError } from "../core/errors.ts";
import type { Entry } from "../core/store/change.ts";
import { Ledger } from "./ledger.ts";
import { type Database, openDatabase, placeOfKey, readRoot, refuseLocked } from "./level-database.ts";
import { diskFailure } from "./level-failures.ts";
import { bodyOf, RecordKind, unpackEntry } from "./record.ts";
import { openSegment, type Segment } from "./segment.ts";
import type { StoreHead } from "./storage.ts";

export interface Salvaged {
  /** As far as it could be read. */
  readonly head: StoreHead | undefined;
  /** Once; what was copied is removed at its end. */
  readonly entries: AsyncGenerator<readonly Entry[]>;
}

/**
 * All entries that can be read of the database under `path`, a chunk at a time; its files are left as they are.
 * @throws SwitchyardError `LOCKED`, `CORRUPT` when there is nothing to read at all, `NO_SPACE`, `DISK_FAILED`
 */
export async function* salvage(path: string): AsyncGenerator<readonly Entry[]> {
  yield* (await salvageFolder(path)).entries;
}

export async function salvageFolder(path: string): Promise<Salvaged> {
  const folder = await damagedFolder(path);
  const copy = join(path, `salvage-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await refuseLocked(folder);
    await cp(folder, copy, { recursive: true, filter: (name) => !name.endsWith("LOCK") });
    const { ClassicLevel } = await import("classic-level");
    await ClassicLevel.repair(copy);
    const database = await openDatabase(copy, true);
    const { head, ledger, generation } = await survey(database);
    return { head, entries: read(database, generation, ledger, copy) };
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
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

/** Everything that is whole, of the generation that the root names, else of the newest. */
async function survey(
  database: Database,
): Promise<{ head: StoreHead | undefined; ledger: Ledger; generation: number }> {
  const root = await readRoot(database).catch(() => undefined);
  let generation = root?.generation ?? -1;
  let ledger = new Ledger();
  let last: Segment | undefined;
  for await (const { place, segment } of wholeSegments(database)) {
    if (root === undefined && place.generation > generation) {
      generation = place.generation;
      ledger = new Ledger();
    }
    if (place.generation !== generation) continue;
    try {
      ledger.take(segment);
      last = segment;
    } catch {
      // Whole by its checksum, and makes no sense: what came before stays.
    }
  }
  const { lead } = ledger;
  return { ledger, generation, head: lead && last && { ...lead, version: last.version } };
}

async function* read(
  database: Database,
  generation: number,
  ledger: Ledger,
  copy: string,
): AsyncGenerator<readonly Entry[]> {
  try {
    for await (const { place, segment } of wholeSegments(database)) {
      if (place.generation !== generation) continue;
      const live = ledger.liveOf(segment).filter(({ kind }) => kind === RecordKind.put);
      if (live.length > 0) yield live.map((record) => unpackEntry(bodyOf(segment.bytes, record)));
    }
  } finally {
    await database.close();
    await rm(copy, { recursive: true, force: true });
  }
}

async function* wholeSegments(
  database: Database,
): AsyncGenerator<{ readonly place: NonNullable<ReturnType<typeof placeOfKey>>; readonly segment: Segment }> {
  for await (const [key, bytes] of database.iterator()) {
    const place = placeOfKey(key);
    if (place === undefined) continue;
    const segment = wholeSegment(bytes);
    if (segment?.sequence === place.sequence) yield { place, segment };
  }
}

function wholeSegment(bytes: Buffer): Segment | undefined {
  try {
    return openSegment(bytes);
  } catch {
    return undefined;
  }
}
