/**
 * A file that is written in one go: plain or gzipped, or standard output.
 *
 * Invariant: what has the name is whole. It is written beside it, under the name with `.part` behind it, and gets the name at
 * its end; whoever is killed leaves the part alone. What is there already is never written over.
 */
import { access, link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { SwitchyardError } from "../../library/index.ts";
import type { Output } from "./output.ts";
import { type RecordingFile, toFile, toStandardOutput } from "./recording-file.ts";
import type { Shell } from "./shell.ts";

export interface NewFile {
  readonly out: Output;
  /** Aborts when the file takes no more; the reason is why. */
  readonly failed: AbortSignal;
  /** Writes what is left, and gives it its name. @throws SwitchyardError `NO_SPACE`, `DISK_FAILED`, `BAD_ARGUMENT` */
  finish(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/**
 * Written until one of the two is called.
 * @throws SwitchyardError `BAD_ARGUMENT` where something has the name; what the system says where it cannot be made
 */
export async function openNewFile(shell: Shell, path: string): Promise<NewFile> {
  if (path === "-") return standardOutput(toStandardOutput(shell));
  await checkFree(path);
  const part = `${path}.${Math.random().toString(16).slice(2, 6).padEnd(4, "0")}.part`;
  const handle = await open(part, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? Object.assign(error, { path: dirname(path) }) : error;
  });
  const file = toFile(handle, path, path.endsWith(".gz"), false);
  const discard = async (): Promise<void> => {
    await file.close().catch(() => undefined); // what went wrong first is told
    await rm(part, { force: true });
  };
  const finish = async (): Promise<void> => {
    try {
      await file.close();
      await giveName(part, path);
    } finally {
      await rm(part, { force: true });
    }
  };
  return { out: file.out, failed: file.failed, finish, discard };
}

function standardOutput(file: RecordingFile): NewFile {
  return { out: file.out, failed: file.failed, finish: () => file.close(), discard: async () => undefined };
}

/** @throws SwitchyardError `BAD_ARGUMENT` */
async function checkFree(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw taken(path);
}

/** A link is refused where the name is taken meanwhile; some file systems have none. */
async function giveName(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw taken(path);
    await checkFree(path);
    await rename(part, path);
  }
}

function taken(path: string): SwitchyardError {
  return new SwitchyardError("BAD_ARGUMENT", `${path} is there already; choose another name, or remove it`);
}
