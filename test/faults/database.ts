/** Databases to be damaged: made once, copied for each try, and compared with what was acknowledged. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SwitchyardError } from "../../library/core/errors.ts";
import type { Change } from "../../library/core/store/change.ts";
import type { Table } from "../../library/core/store/table.ts";
import { keyOf } from "../../library/core/values/index.ts";
import { levelStorage } from "../../library/storage/level.ts";
import type { OpenStorage } from "../../library/storage/storage.ts";
import { allEntries, batchOf, put } from "../compliance/storage.ts";
import type { SeededChance } from "../simulator/chance.ts";

/** Tables after each acknowledged write, by their text. */
export type History = string[];

/** Writes so many batches on top of what is there, and keeps the text of the table after each. */
export async function writeOn(
  open: OpenStorage,
  table: Table,
  history: History,
  chance: SeededChance,
  batches: number,
): Promise<void> {
  for (let i = 0; i < batches; i++) {
    let revision = open.head.version.revision;
    const changes: Change[] = Array.from({ length: chance.integer(1, 6) }, () => {
      const key = `key-${chance.integer(0, 20)}`;
      return chance.flip(0.2)
        ? { kind: "remove", key, isExpired: false }
        : put(key, "v".repeat(chance.integer(0, 300)));
    });
    for (const change of changes) table.apply(change, ++revision);
    await open.write(batchOf(revision, changes), "disk");
    history.push(textOf(revision, table));
  }
}

/** Content and version in one line. */
export function textOf(
  revision: number,
  entries: Iterable<{ readonly key: unknown; readonly revision: number }>,
): string {
  const sorted = [...entries].sort((a, b) => (keyOf(a.key as string) < keyOf(b.key as string) ? -1 : 1));
  return `${revision} ${createHash("sha256").update(JSON.stringify(sorted)).digest("hex")}`;
}

export async function contentOf(open: OpenStorage): Promise<string> {
  return textOf(open.head.version.revision, (await allEntries(open)).values());
}

/** `CORRUPT`, or the text of what is there. Whatever else it throws is a failure of the test. */
export async function contentAt(path: string): Promise<string> {
  try {
    const open = await levelStorage().open(path);
    try {
      return await contentOf(open);
    } finally {
      await open.close();
    }
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === "CORRUPT") return "CORRUPT";
    throw error;
  }
}

/** Every file but those that say nothing of the content. */
export function filesOf(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(LOG|LOG\.old|LOCK)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

export function fingerprintOf(path: string): string {
  const hash = createHash("sha256");
  for (const file of filesOf(path)) hash.update(file).update(readFileSync(join(path, file)));
  return hash.digest("hex");
}

/** Runs with a folder that is removed afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(memoryFolder(), "switchyard-damage-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where the system has files in memory: what is tried here has nothing to do with how fast a disk is. */
export function memoryFolder(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

export function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (name) => !name.endsWith("LOCK") });
}
