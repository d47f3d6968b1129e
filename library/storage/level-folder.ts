/**
 * The folder of a store: what else lies in it beside the database, and how it is set aside when it is damaged.
 *
 * Invariant: nothing that may hold what somebody wrote is ever removed.
 */
import { constants, existsSync } from "node:fs";
import { mkdir, open as openFile, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SwitchyardError, whatFailed } from "../core/errors.ts";
import { diskFailure } from "./level-failures.ts";

/** What LevelDB says, besides corruption, when files of it are missing or say nonsense. */
const damageWords = /no such file|does not exist|not found|invalid argument|comparator/i;

/** What was found wrong with a copy, as a failure of the original. A lack of room, rights or open files is no damage. */
export function damage(error: unknown, folder: string, copy: string): SwitchyardError {
  const failure = diskFailure(error, folder);
  const what = whatFailed(failure).replaceAll(copy, folder);
  const isDamage = failure.code === "DISK_FAILED" && damageWords.test(what);
  return new SwitchyardError(isDamage ? "CORRUPT" : failure.code, what, { cause: error });
}

/** Nothing of ours is there, nor was. */
export async function isEmpty(path: string): Promise<boolean> {
  const names = await readdir(path);
  return !names.some((name) => /^(table|acknowledged|repair|damaged-\d+)$/.test(name));
}

export async function setAside(path: string): Promise<string> {
  let number = 1;
  while (existsSync(join(path, `damaged-${number}`))) number += 1;
  const aside = join(path, `damaged-${number}`);
  await mkdir(aside);
  for (const name of ["table", "acknowledged"]) {
    if (existsSync(join(path, name))) await rename(join(path, name), join(aside, name));
  }
  return aside;
}

/** What was made or renamed there, and the folder itself, outlast a power loss. */
export async function syncFolders(path: string): Promise<void> {
  for (const folder of [path, dirname(path)]) await syncFolder(folder);
}

/** The names in it outlast a power loss. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  const handle = await openFile(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Copies of a process that ended while it looked at them. */
export async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (/^check-\d+-[0-9a-f]+$/.test(name)) await rm(join(path, name), { recursive: true, force: true });
  }
}
