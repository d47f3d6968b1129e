/**
 * `switchyard store … export`: all entries of a store into a file.
 *
 * Invariant: memory holds one page of entries, however many there are; a file that has the name is whole.
 */
import { type Store, StoreExportPrinter } from "../../../library/index.ts";
import { type NewFile, openNewFile } from "../new-file.ts";
import { Progress } from "../progress.ts";
import { minding } from "../shell.ts";
import { counted, inGroups } from "../style.ts";
import { type StoreCall, withStore } from "./call.ts";

export async function exportStore(call: StoreCall): Promise<void> {
  const { shell, operands, options } = call;
  await withStore(call, { mode: "async", access: "ro" }, async (store) => {
    const size = await minding(shell, store.size()); // fails before there is a file
    const file = await openNewFile(shell, operands[0]!);
    try {
      const entries = await minding(shell, write(call, store, size, file));
      await file.finish();
      if (!options.quiet && !shell.stopped.aborted) shell.say(`exported ${counted(entries, "entry", "entries")}`);
    } catch (error) {
      await file.discard();
      throw error;
    }
  });
}

async function write({ shell }: StoreCall, store: Store, size: number, { out, failed }: NewFile): Promise<number> {
  const printer = new StoreExportPrinter();
  const progress = new Progress(shell);
  out.write(printer.header(store.topic, store.version, new Date()));
  for await (const entry of store.entries()) {
    if (failed.aborted) throw failed.reason;
    shell.stopped.throwIfAborted(); // nobody waits for this any more
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
