/**
 * `switchyard store … import`: puts the entries of an export into a store.
 *
 * Invariant: a file is read to its end before anything is written, so that a torn one changes nothing; of standard input,
 * which can be read only once, what comes before the fault is there. Memory holds the writes under way, of which there is
 * a bounded number.
 */
import {
  type ReadEntry,
  type ReadRemoval,
  type Store,
  StoreExportReader,
  SwitchyardError,
} from "../../../library/index.ts";
import { type LineFormat, openLogFile } from "../log-file.ts";
import { Progress } from "../progress.ts";
import { counted, inGroups } from "../style.ts";
import { type StoreCall, withStore } from "./call.ts";
import { WriteWindow } from "./write-window.ts";

const format: LineFormat = { code: "BAD_STORE_FILE", longestLineMiB: 64, mayBeCut: false };

/** A busy disk may take its time, and who imports would rather wait than begin anew. */
const patientMs = 60_000;

type Take = (line: ReadEntry | ReadRemoval, characters: number) => Promise<void> | undefined;

export async function importStore(call: StoreCall): Promise<void> {
  const { shell, operands, options } = call;
  const path = operands[0]!;
  if (path !== "-") checkWhole(await readAll(call, path, "checked", () => undefined), call);
  const patient = { ...call, options: { timeout: patientMs, ...options } };
  await withStore(patient, { mode: "async", access: "rw" }, async (store) => {
    if (shell.stopped.aborted) return;
    if (options.replace) await store.clear();
    const read = await insertAll(call, path, store);
    if (!options.quiet) shell.say(wordsOf(read, options.removals === true));
  });
}

/** @throws SwitchyardError `BAD_ARGUMENT` where the store would be cleared for what is a part of one */
function checkWhole({ diverged }: StoreExportReader, { operands, options }: StoreCall): void {
  if (diverged === undefined || !options.replace) return;
  const what = `${operands[0]} has what ${diverged.node} alone had, which is no whole store`;
  throw new SwitchyardError("BAD_ARGUMENT", `${what}; import it without --replace`);
}

/** Of a file of what a loser had, what was not done is said: keys that it removed are removed when that is asked for. */
function wordsOf({ entries, removals, diverged }: StoreExportReader, removes: boolean): string {
  const imported = `imported ${counted(entries, "entry", "entries")}`;
  const removed = removes ? `removed ${counted(removals, "key")}` : `left ${counted(removals, "key")} that it removed`;
  const cleared = diverged?.cleared === true ? "; the store was cleared there, which is not done here" : "";
  return `${imported}${removals > 0 ? `, ${removed}` : ""}${cleared}`;
}

async function insertAll(call: StoreCall, path: string, store: Store): Promise<StoreExportReader> {
  const { shell, options } = call;
  const window = new WriteWindow();
  try {
    const read = await readAll(call, path, "imported", (line, characters) => {
      if (line.kind === "entry") return window.add(store.insert(line.key, line.value, line.options), characters);
      return options.removals === true ? window.add(store.remove(line.key), characters) : undefined;
    });
    await window.settled();
    return read;
  } catch (error) {
    await window.settled().catch(() => undefined); // the first failure is told
    shell.say(`imported ${inGroups(window.done)} before that`);
    throw error;
  }
}

/** @returns the reader, which counted. @throws SwitchyardError `BAD_STORE_FILE`, and what `take` throws */
async function readAll({ shell }: StoreCall, path: string, what: string, take: Take): Promise<StoreExportReader> {
  const file = await openLogFile(path, process.stdin, format);
  const reader = new StoreExportReader(file.name);
  const progress = new Progress(shell);
  for await (const lines of file.lines) {
    for (const line of lines) {
      const read = reader.read(line);
      const room = read && take(read, line.length);
      if (room !== undefined) await room; // only then: what is written in one go is sent in one go
    }
    progress.show(() => `${what} ${inGroups(reader.entries)} entries`, file.fractionRead());
    if (shell.stopped.aborted) {
      shell.failed();
      progress.clear();
      return reader;
    }
  }
  reader.finish();
  progress.clear();
  return reader;
}
