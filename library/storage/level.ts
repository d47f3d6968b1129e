/**
 * Stores on disk, in LevelDB.
 *
 * A folder holds `table`, which is LevelDB's, and `acknowledged`. Invariant: what is opened was found whole in a copy
 * first, so a database that is damaged keeps every byte. See docs/decisions/0018-persistence.md.
 */

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, realpath, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { whatFailed } from "../core/errors.ts";
import { type Acknowledged, AcknowledgedFile, bootOf, readAcknowledged } from "./acknowledged.ts";
import { Appending } from "./appending.ts";
import { keepFile } from "./kept-file.ts";
import { Ledger } from "./ledger.ts";
import {
  currentFormat,
  type Database,
  keepOnly,
  locked,
  type Migration,
  migrations,
  type OpenDatabase,
  openDatabase,
  packRoot,
  readRoot,
  refuseLocked,
  rootKey,
  segmentKey,
} from "./level-database.ts";
import { diskFailure, placedFailure } from "./level-failures.ts";
import { copyForCheck } from "./level-files.ts";
import { damage, isEmpty, removeLeftovers, setAside, syncFolders } from "./level-folder.ts";
import { LevelTable } from "./level-table.ts";
import { malformed } from "./pack.ts";
import { salvageFolder } from "./salvage.ts";
import type { OpenStorage, Storage, StorageOptions, StoreHead } from "./storage.ts";
import { type Verified, verify } from "./verify.ts";

/** For tests: what is not as in production. */
export interface LevelOptions {
  readonly openDatabase?: OpenDatabase;
  /** By the format that each turns into the next one. */
  readonly migrations?: ReadonlyMap<number, Migration>;
  /** Names this life of this machine. */
  readonly boot?: () => string;
  /** So much may be void before room is given back. Default: 4 MiB. */
  readonly spareBytes?: number;
}

const usualSpareBytes = 4 * 1024 * 1024;

/** Open in this process: LevelDB's lock is for processes. */
const open = new Set<string>();

const emptyVersion = { epoch: 0, revision: 0 };

export function levelStorage(options: LevelOptions = {}): Storage {
  const opening = new Opening(options);
  return { open: (path, storageOptions) => opening.open(path, storageOptions), keep: keepFile };
}

class Opening {
  readonly #openDatabase: OpenDatabase;
  readonly #migrations: ReadonlyMap<number, Migration>;
  readonly #boot: () => string;
  readonly #spareBytes: number;

  constructor(options: LevelOptions) {
    this.#openDatabase = options.openDatabase ?? openDatabase;
    this.#migrations = options.migrations ?? migrations;
    this.#boot = options.boot ?? bootOf;
    this.#spareBytes = options.spareBytes ?? usualSpareBytes;
  }

  async open(path: string, { repair, clear = false }: StorageOptions = {}): Promise<OpenStorage> {
    let place: string | undefined;
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const real = await realpath(path);
      if (open.has(real)) throw locked(path);
      open.add(real);
      place = real;
      const table = await this.#openPlace(real, repair);
      return clear ? await cleared(table) : table;
    } catch (error) {
      if (place !== undefined) open.delete(place);
      throw placedFailure(diskFailure(error, path), path, place);
    }
  }

  async #openPlace(path: string, repair: StorageOptions["repair"]): Promise<LevelTable> {
    try {
      return await this.#openWhole(path);
    } catch (error) {
      const failure = diskFailure(error, path);
      if (failure.code !== "CORRUPT" || repair === undefined) throw failure;
      const notice = await this.#repair(path, repair);
      return this.#openWhole(path, [`${whatFailed(failure)}; ${notice}`]);
    }
  }

  async #openWhole(path: string, notices: readonly string[] = []): Promise<LevelTable> {
    const folder = join(path, "table");
    const file = join(path, "acknowledged");
    const found = readAcknowledged(file);
    if (found?.said.isMade === false || (await isEmpty(path))) return this.#make(path, notices);
    if (!existsSync(folder)) malformed("its folder 'table' is missing");
    await refuseLocked(folder);
    if (found === undefined) return malformed("its file 'acknowledged' is missing or damaged");
    const half = found.isHalf ? ["one of the two notes of what was acknowledged was damaged; the other one holds"] : [];
    const verified = await this.#check(path, found.said);
    const database = await this.#openDatabase(folder, false);
    try {
      await this.#migrate(database);
      const table = { ...verified, notices: [...notices, ...half, ...verified.notices] };
      return await this.#begin(path, database, table);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Looks at a copy. */
  async #check(path: string, said: Acknowledged): Promise<Verified> {
    const folder = join(path, "table");
    const copy = join(path, `check-${process.pid}-${randomBytes(4).toString("hex")}`);
    let database: Database | undefined;
    try {
      const torn = await copyForCheck(folder, copy);
      database = await this.#openDatabase(copy, false);
      await this.#migrate(database);
      const { generation } = await readRoot(database);
      const verified = await verify(database, generation, said, this.#boot());
      return { ...verified, notices: [...torn, ...verified.notices] };
    } catch (error) {
      const failure = damage(error, folder, copy);
      if (failure.code === "CORRUPT") await refuseLocked(folder); // somebody was writing while it was copied
      throw failure;
    } finally {
      await database?.close();
      await rm(copy, { recursive: true, force: true });
    }
  }

  async #migrate(database: Database): Promise<void> {
    for (;;) {
      const { format } = await readRoot(database);
      if (format === currentFormat) return;
      const migration = this.#migrations.get(format) ?? malformed(`format ${format}, to which there is no way back`);
      await migration(database);
    }
  }

  /** The database is whole; what does not count is removed. */
  async #begin(path: string, database: Database, verified: Verified): Promise<LevelTable> {
    const { tail, ledger } = verified;
    const at = (await database.get(segmentKey(tail.generation, tail.sequence))) as Buffer | undefined;
    if (at?.readUInt32LE(0) !== tail.checksum) throw locked(path, "somebody else had it open meanwhile");
    await keepOnly(database, tail.generation, ledger.needed ?? 1, tail.sequence);
    await removeLeftovers(path);
    const { generation, sequence } = tail;
    const said = { boot: this.#boot(), isMade: true, generation, sequence, synced: sequence, voidFrom: 0 };
    const acknowledged = AcknowledgedFile.open(join(path, "acknowledged"), said);
    const folder = join(path, "table");
    open.add(path);
    const closed = (): void => {
      open.delete(path);
    };
    const ways = { openDatabase: this.#openDatabase, spareBytes: this.#spareBytes, closed };
    return new LevelTable({ ...verified, ...ways, database, acknowledged, folder });
  }

  /** Makes an empty database. One that was begun and never finished is taken on. */
  async #make(path: string, notices: readonly string[]): Promise<LevelTable> {
    const folder = join(path, "table");
    if (existsSync(folder)) {
      await refuseLocked(folder);
      await rm(folder, { recursive: true }); // nothing was ever acknowledged there
    }
    const said = { boot: this.#boot(), isMade: false, generation: 0, sequence: 0, synced: 0, voidFrom: 0 };
    AcknowledgedFile.open(join(path, "acknowledged"), said).close();
    const database = await this.#openDatabase(folder, true);
    try {
      const tail = { generation: 0, sequence: 0, checksum: 0, version: emptyVersion };
      const ledger = new Ledger();
      const appending = new Appending(tail, ledger, 1);
      appending.addLead({ epochs: [], highestEpoch: 0, lineage: newLineage() });
      const [first] = appending.end(emptyVersion);
      await database.batch(
        [
          { type: "put", key: rootKey, value: packRoot({ format: currentFormat, generation: 0 }) },
          { type: "put", key: segmentKey(0, 1), value: first!.bytes },
        ],
        { sync: true },
      );
      await syncFolders(path);
      ledger.take(first!);
      const { sequence, checksum, version } = first!;
      const made = { generation: 0, sequence, checksum, version };
      return await this.#begin(path, database, { tail: made, ledger, notices });
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** The damaged database is set aside, and never removed. Returns what was done, in words. */
  async #repair(path: string, repair: "truncate" | "from-replica"): Promise<string> {
    const fresh = join(path, "repair");
    await rm(fresh, { recursive: true, force: true });
    if (repair === "truncate") await this.#rescue(path, fresh);
    const aside = await setAside(path);
    for (const name of repair === "truncate" ? ["table", "acknowledged"] : []) {
      await rename(join(fresh, name), join(path, name));
    }
    await syncFolders(path);
    if (repair === "from-replica") await (await this.#make(path, [])).close();
    return `the damaged database is kept in ${aside}`;
  }

  /** Writes what can be read of the database to another one. */
  async #rescue(path: string, fresh: string): Promise<void> {
    const { head, entries } = await salvageFolder(path);
    await mkdir(fresh, { recursive: true, mode: 0o700 });
    const table = await this.#make(fresh, []);
    try {
      const replacement = await table.replace();
      let revision = head?.version.revision ?? 0;
      for await (const chunk of entries) {
        await replacement.add(chunk);
        for (const entry of chunk) revision = Math.max(revision, entry.revision);
      }
      await replacement.commit(rescuedHead(head, revision));
    } finally {
      await table.close();
    }
  }
}

function rescuedHead(head: StoreHead | undefined, revision: number): StoreHead {
  const version = { epoch: head?.version.epoch ?? 0, revision };
  return { epochs: [], highestEpoch: version.epoch, lineage: newLineage(), ...head, version };
}

/** Of epochs the highest stays, for none below it may begin again. */
async function cleared(table: LevelTable): Promise<LevelTable> {
  try {
    const { highestEpoch } = table.head;
    const replacement = await table.replace();
    await replacement.commit({ epochs: [], highestEpoch, lineage: newLineage(), version: emptyVersion });
    return table;
  } catch (error) {
    await table.close();
    throw error;
  }
}

function newLineage(): string {
  return randomBytes(16).toString("hex");
}
