/**
 * Opens files beneath a folder, and only there: no link is ever followed on the way.
 *
 * Where the system shows open files as `/proc/self/fd` each folder is opened from the one above it, so that whoever
 * swaps one for a link meanwhile gains nothing. Elsewhere each is looked at before and after: a swap is found before
 * anything is written, though an empty file or folder may then have been made.
 *
 * Invariant: what is opened is a plain file of one name. Knows nothing of quotas; it is handed segments that
 * remote-path.ts has passed.
 */
import { existsSync } from "node:fs";
import { constants, type FileHandle, lstat, mkdir, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import { SwitchyardError } from "./core/errors.ts";

/** What the opening of one file may do. */
export interface Opening {
  /** Of the file, for messages. */
  readonly name: string;
  /** Called before anything is made; throws where it must not be. */
  check(): void;
  /** A file was made. */
  made(): void;
}

export interface InsideFolder {
  readonly root: string;
  /**
   * Opens the file for appending, and makes it and the folders above it where they are missing.
   * @throws SwitchyardError `BAD_PATH`; what the system says; what `check` throws
   */
  openFile(segments: readonly string[], opening: Opening): Promise<FileHandle>;
  close(): Promise<void>;
}

const descriptors = "/proc/self/fd";

/** Opens the folder, which is made where it is missing; a link to it is followed once, here. */
export async function openInside(folder: string, byDescriptor = existsSync(descriptors)): Promise<InsideFolder> {
  await mkdir(folder, { recursive: true, mode: folderMode });
  const root = await realpath(folder);
  return byDescriptor ? new ByDescriptor(root, await open(root, folderFlags)) : new ByLook(root);
}

const folderMode = 0o700;
const fileMode = 0o600;

/** Windows has none of these. */
function flag(name: "O_DIRECTORY" | "O_NOFOLLOW" | "O_NONBLOCK"): number {
  return (constants[name] as number | undefined) ?? 0;
}

const folderFlags = constants.O_RDONLY | flag("O_DIRECTORY") | flag("O_NOFOLLOW");
/** Without blocking, or a pipe that somebody put there would hold us. */
const fileFlags = constants.O_WRONLY | constants.O_APPEND | flag("O_NOFOLLOW") | flag("O_NONBLOCK");

class ByDescriptor implements InsideFolder {
  readonly root: string;
  readonly #handle: FileHandle;

  constructor(root: string, handle: FileHandle) {
    this.root = root;
    this.#handle = handle;
  }

  async openFile(segments: readonly string[], opening: Opening): Promise<FileHandle> {
    let folder = this.#handle;
    try {
      for (const segment of segments.slice(0, -1)) {
        const inner = await enter(`${descriptors}/${folder.fd}/${segment}`, opening);
        if (folder !== this.#handle) await folder.close();
        folder = inner;
      }
      return await openPlain(`${descriptors}/${folder.fd}/${segments.at(-1)!}`, opening);
    } finally {
      if (folder !== this.#handle) await folder.close();
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function enter(path: string, opening: Opening): Promise<FileHandle> {
  try {
    return await open(path, folderFlags);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    await makeFolder(path, opening);
    return open(path, folderFlags);
  }
}

async function makeFolder(path: string, opening: Opening): Promise<void> {
  opening.check();
  await mkdir(path, { mode: folderMode }).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw error; // somebody was faster
  });
}

class ByLook implements InsideFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async openFile(segments: readonly string[], opening: Opening): Promise<FileHandle> {
    const names: string[] = [this.root];
    for (const segment of segments.slice(0, -1)) names.push(join(names.at(-1)!, segment));
    const before = [await folderIdentity(this.root, opening)];
    for (const name of names.slice(1)) {
      // One after the other: what is beneath a link must not even be looked for.
      if ((await identityOf(name)) === undefined) await makeFolder(name, opening);
      before.push(await folderIdentity(name, opening));
    }
    const path = join(names.at(-1)!, segments.at(-1)!);
    if ((await lstat(path).catch(absent))?.isSymbolicLink() === true) throw noPlainFile(opening, "a link");
    const handle = await openPlain(path, opening);
    try {
      const after = await Promise.all(names.map((name) => folderIdentity(name, opening)));
      const isSame = before.every((each, i) => each === after[i]) && (await isStillAt(path, handle));
      if (!isSame) throw noPlainFile(opening, "what was swapped meanwhile");
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Is the open file the one that has this name, and no other name? */
export async function isStillAt(path: string, handle: FileHandle): Promise<boolean> {
  const { dev, ino, nlink } = await handle.stat({ bigint: true });
  return nlink === 1n && (await identityOf(path).catch(() => undefined)) === `${dev} ${ino}`;
}

/** Which file or folder this is, links not followed; `undefined` where there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  const stat = await lstat(path, { bigint: true }).catch(absent);
  return stat === undefined ? undefined : `${stat.dev} ${stat.ino}`;
}

async function folderIdentity(path: string, opening: Opening): Promise<string> {
  const stat = await lstat(path, { bigint: true });
  if (!stat.isDirectory()) throw noPlainFile(opening, "something beneath what is no folder");
  return `${stat.dev} ${stat.ino}`;
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}

/** How often somebody else may make or take away the file between two looks, before we give up. */
const tries = 3;

/** The last segment; everything above it is known to be what it should be. */
async function openPlain(path: string, opening: Opening): Promise<FileHandle> {
  const handle = await openOrMake(path, opening, tries);
  const stat = await handle.stat();
  if (stat.isFile() && stat.nlink === 1) return handle;
  await handle.close();
  throw noPlainFile(opening, stat.isFile() ? "a file of several names" : "no file");
}

async function openOrMake(path: string, opening: Opening, left: number): Promise<FileHandle> {
  try {
    return await open(path, fileFlags);
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || left === 0) throw error;
  }
  opening.check();
  try {
    const handle = await open(path, fileFlags | constants.O_CREAT | constants.O_EXCL, fileMode);
    opening.made();
    return handle;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return openOrMake(path, opening, left - 1);
  }
}

function noPlainFile({ name }: Opening, what: string): SwitchyardError {
  return new SwitchyardError("BAD_PATH", `${name} leads to ${what}`);
}

/** The system's word for what went wrong. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
