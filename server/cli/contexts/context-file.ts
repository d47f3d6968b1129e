/**
 * The contexts of this person, in their file.
 *
 * Invariant: the file is whole at any time, since a new one takes its place in one step, and nobody else may read it.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { contextsFile } from "./place.ts";
import { type Contexts, formatContexts, noContexts, parseContexts } from "./saved-context.ts";

/** @throws SwitchyardError `BAD_ARGUMENT` where the file is not ours */
export async function readContexts(): Promise<Contexts> {
  const file = contextsFile();
  try {
    return parseContexts(await readFile(file, "utf8"), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return noContexts;
    throw error;
  }
}

export async function writeContexts(contexts: Contexts): Promise<void> {
  const file = contextsFile();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await chmod(dirname(file), 0o700);
  const unfinished = `${file}.${process.pid}.new`;
  try {
    await writeFile(unfinished, formatContexts(contexts), { mode: 0o600, flag: "wx" });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
