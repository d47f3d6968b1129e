/**
 * Files that keep what would be lost else: written once, read by people and by `import`, never touched again by us.
 *
 * Invariant: nothing that is there is written over; when the promise resolves the file is whole and outlasts a power loss;
 * when it rejects there is none. Only its owner may read it.
 */
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { diskFailure } from "./level-failures.ts";
import { syncFolder } from "./level-folder.ts";

/** Characters that are written in one go. */
const chunkCharacters = 256 * 1024;
const ending = ".store";

/**
 * @param name without ending; a number comes behind it where a file of that name is there
 * @returns the path, from the root
 * @throws SwitchyardError `NO_SPACE`, `NOT_PERMITTED`, `DISK_FAILED`
 */
export async function keepFile(folder: string, name: string, lines: Iterable<string>): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { path, handle } = await create(resolve(folder), name);
    try {
      await writeAll(handle, lines);
      await handle.sync();
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined); // why it is not whole is told
      throw error;
    } finally {
      await handle.close();
    }
    await syncFolder(folder);
    return path;
  } catch (error) {
    throw diskFailure(error, join(folder, name + ending));
  }
}

async function create(folder: string, name: string): Promise<{ readonly path: string; readonly handle: FileHandle }> {
  for (let number = 1; ; number++) {
    const path = join(folder, `${name}${number === 1 ? "" : `-${number}`}${ending}`);
    try {
      return { path, handle: await open(path, "wx", 0o600) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

async function writeAll(handle: FileHandle, lines: Iterable<string>): Promise<void> {
  let chunk: string[] = [];
  let characters = 0;
  for (const line of lines) {
    chunk.push(line);
    characters += line.length;
    if (characters < chunkCharacters) continue;
    await handle.writeFile(chunk.join(""));
    chunk = [];
    characters = 0;
  }
  await handle.writeFile(chunk.join(""));
}
