/** T4: power loss and kills while one table takes the place of another: it is the old one or the new one, whole. */
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Entry } from "../../library/core/store/change.ts";
import { levelStorage } from "../../library/storage/level.ts";
import { type Database, openDatabase } from "../../library/storage/level-database.ts";
import { batchOf, put } from "../compliance/storage.ts";
import { cases } from "../rig/cases.ts";
import { contentOf, copyFolder, inFolder, memoryFolder } from "./database.ts";

/** The files behind one step of LevelDB's, and what was promised by then. */
interface Moment {
  readonly folder: string;
  readonly syncedBytes: number;
  readonly bytes: number;
  readonly isCommitted: boolean;
}

const root = mkdtempSync(join(memoryFolder(), "switchyard-replaced-"));
const moments: Moment[] = [];
let before = "";
let after = "";
afterAll(() => rmSync(root, { recursive: true }));

function logOf(path: string): string {
  const table = join(path, "table");
  return join(table, readdirSync(table).find((name) => name.endsWith(".log"))!);
}

function entriesOf(page: number): readonly Entry[] {
  return Array.from({ length: 20 }, (_, i) => ({
    ...{ key: `new-${page}-${i}`, value: "v".repeat(500), revision: 100 + page * 20 + i },
    ...{ expiresAtMs: undefined, expiresAfterMs: undefined },
  }));
}

beforeAll(async () => {
  const path = join(root, "live");
  let isWatched = false;
  let isCommitted = false;
  let syncedBytes = 0;
  const keep = (isSynced: boolean): void => {
    if (!isWatched) return;
    const bytes = statSync(logOf(path)).size;
    if (isSynced) syncedBytes = bytes;
    const folder = join(root, `${moments.length}`);
    copyFolder(path, folder);
    moments.push({ folder, syncedBytes, bytes, isCommitted });
  };
  const watched = async (folder: string, isNew: boolean): Promise<Database> => {
    const database = await openDatabase(folder, isNew);
    const wrapped = (["batch", "clear", "put"] as const).map((name) => {
      const method = database[name].bind(database) as (...args: unknown[]) => Promise<void>;
      const step = async (...args: unknown[]): Promise<void> => {
        await method(...args);
        keep((args.at(-1) as { sync?: boolean } | undefined)?.sync === true);
      };
      return [name, step];
    });
    return Object.assign(database, Object.fromEntries(wrapped)) as Database;
  };
  const open = await levelStorage({ openDatabase: watched, boot: () => "one" }).open(path);
  for (let i = 1; i <= 20; i++) await open.write(batchOf(i, [put(`old-${i}`, "v".repeat(300))]), "disk");
  before = await contentOf(open);
  syncedBytes = statSync(logOf(path)).size;
  isWatched = true;
  const replacement = await open.replace();
  for (let page = 0; page < 10; page++) await replacement.add(entriesOf(page));
  await replacement.commit({ ...open.head, version: { epoch: 4, revision: 300 } });
  isCommitted = true;
  keep(false);
  after = await contentOf(open);
  await open.close();
});

describe("T4, S11: a table in the place of another", () => {
  for (const [how, boot] of [
    ["a power loss", "another"],
    ["a kill", "one"],
  ] as const) {
    cases(`is the old one or the new one after ${how}`, { ci: 60, soak: 2_000 }, async (chance, index) => {
      const { folder, syncedBytes, bytes, isCommitted } = moments[index % moments.length]!;
      await inFolder(async (path) => {
        copyFolder(folder, path);
        if (boot === "another") truncateSync(logOf(path), chance.integer(syncedBytes, bytes));
        const open = await levelStorage({ boot: () => boot }).open(path);
        const found = await contentOf(open);
        expect(isCommitted ? [after] : [before, after]).toContain(found);
        await open.write({ ...batchOf(301, [put("more", 1n)]), version: { epoch: 4, revision: 301 } }, "disk");
        await open.close();
        const again = await levelStorage({ boot: () => boot }).open(path);
        expect(again.size).toBe(found === before ? 21 : 201);
        await again.close();
      });
    });
  }
});
