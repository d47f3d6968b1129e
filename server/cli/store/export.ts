/**
 * `switchyard store … export`: all entries of a store into a file.
 *
 * Invariant: memory holds one page of entries, however many there are; a file that is there when it ended well is whole,
 * and one that did not get so far is removed.
 */
import { rm } from "node:fs/promises";
import { type Store, StoreExportPrinter, SwitchyardError } from "../../../library/index.ts";
import { Progress } from "../progress.ts";
import { openNewFile, type RecordingFile } from "../recording-file.ts";
import { inGroups } from "../style.ts";
import { type StoreCall, withStore } from "./call.ts";

export async function exportStore(call: StoreCall): Promise<void> {
  const { shell, operands, options } = call;
  const path = operands[0]!;
  await withStore(call, { mode: "async", access: "ro" }, async (store) => {
    const size = await store.size(); // fails before there is a file
    const file = await openNewFile(shell, path);
    let isWhole = false;
    try {
      const entries = await write(call, store, size, file);
      isWhole = true;
      await file.close();
      if (!options.quiet) shell.say(`exported ${inGroups(entries)} ${entries === 1 ? "entry" : "entries"}`);
    } catch (error) {
      if (!isWhole) await file.close().catch(() => undefined); // what went wrong first is told
      if (path !== "-") await rm(path, { force: true });
      throw error;
    }
  });
}

async function write({ shell }: StoreCall, store: Store, size: number, file: RecordingFile): Promise<number> {
  const { out, failed } = file;
  const printer = new StoreExportPrinter();
  const progress = new Progress(shell);
  out.write(printer.header(store.topic, store.version, new Date()));
  for await (const entry of store.entries()) {
    if (failed.aborted) throw failed.reason;
    if (shell.stopped.aborted) throw new SwitchyardError("CLOSED", "told to stop before all was written");
    out.write(printer.entry(entry));
    progress.show(
      () => `${inGroups(printer.entries)} of ${inGroups(size)} entries`,
      printer.entries / Math.max(size, 1),
    );
    if (out.isFull) await out.drained();
  }
  out.write(printer.end());
  progress.clear();
  return printer.entries;
}
