/**
 * `switchyard store … import`: puts the entries of an export into a store.
 *
 * Invariant: a file is read to its end before anything is written, so that a torn one changes nothing; of standard input,
 * which can be read only once, what comes before the fault is there. Memory holds the writes under way, of which there is
 * a bounded number.
 */
import type { Store } from "../../../library/index.ts";
import { type LineFormat, openLogFile } from "../log-file.ts";
import { Progress } from "../progress.ts";
import { inGroups } from "../style.ts";
import { type StoreCall, withStore } from "./call.ts";
import { ExportReader, type ReadEntry } from "./export-lines.ts";
import { WriteWindow } from "./write-window.ts";

const format: LineFormat = { code: "BAD_STORE_FILE", longestLineMiB: 64, mayBeCut: false };

type Take = (entry: ReadEntry, characters: number) => Promise<void> | undefined;

export async function importStore(call: StoreCall): Promise<void> {
  const { shell, operands, options } = call;
  const path = operands[0]!;
  if (path !== "-") await readAll(call, path, "checked", () => undefined);
  await withStore(call, { mode: "async", access: "rw" }, async (store) => {
    if (shell.stopped.aborted) return;
    if (options.replace) await store.clear();
    const entries = await insertAll(call, path, store);
    if (!options.quiet) shell.say(`imported ${inGroups(entries)} ${entries === 1 ? "entry" : "entries"}`);
  });
}

async function insertAll(call: StoreCall, path: string, store: Store): Promise<number> {
  const { shell } = call;
  const window = new WriteWindow();
  try {
    const entries = await readAll(call, path, "imported", ({ key, value, options }, characters) =>
      window.add(store.insert(key, value, options), characters),
    );
    await window.settled();
    return entries;
  } catch (error) {
    await window.settled().catch(() => undefined); // the first failure is told
    shell.say(`imported ${inGroups(window.done)} before that`);
    throw error;
  }
}

/** @returns how many entries there were. @throws SwitchyardError `BAD_STORE_FILE`, and what `take` throws */
async function readAll({ shell }: StoreCall, path: string, what: string, take: Take): Promise<number> {
  const file = await openLogFile(path, process.stdin, format);
  const reader = new ExportReader(file.name);
  const progress = new Progress(shell);
  for await (const lines of file.lines) {
    for (const line of lines) {
      const entry = reader.read(line);
      const room = entry && take(entry, line.length);
      if (room !== undefined) await room; // only then: what is written in one go is sent in one go
    }
    progress.show(() => `${what} ${inGroups(reader.entries)} entries`, file.fractionRead());
    if (shell.stopped.aborted) {
      shell.failed();
      progress.clear();
      return reader.entries;
    }
  }
  reader.finish();
  progress.clear();
  return reader.entries;
}
