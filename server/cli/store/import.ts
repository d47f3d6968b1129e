/**
 * `switchyard store … import`: puts the entries of an export into a store.
 *
 * Invariant: a file is read to its end before anything is written, so that a torn one changes nothing. Standard input can be
 * read only once: what comes before the fault is written, but what does not begin as an export clears nothing. Memory holds
 * the writes under way, of which there is a bounded number.
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
import { minding, type Shell } from "../shell.ts";
import { counted, inGroups } from "../style.ts";
import { type StoreCall, withStore } from "./call.ts";
import { WriteWindow } from "./write-window.ts";

const format: LineFormat = { code: "BAD_STORE_FILE", longestLineMiB: 64, mayBeCut: false };

/** A busy disk may take its time, and who imports would rather wait than begin anew. */
const patientMs = 60_000;
/** The same, of what is under way when it was told to stop. */
const hurriedMs = 1_000;

export async function importStore(call: StoreCall): Promise<void> {
  const { shell, operands, options } = call;
  const path = operands[0]!;
  if (path !== "-") {
    const begin = (reader: StoreExportReader): void => checkWhole(reader, call);
    await minding(shell, readAll(shell, path, "checked", { begin, take: () => undefined }));
  }
  const patient = { ...call, options: { timeout: patientMs, ...options } };
  await withStore(patient, { mode: "async", access: "rw" }, async (store) => {
    const read = await new Import(call, store).run(path);
    if (!options.quiet) shell.say(wordsOf(read, options.removals === true));
  });
}

/** @throws SwitchyardError `BAD_ARGUMENT` where the store would be cleared for what is a part of one */
function checkWhole({ diverged }: StoreExportReader, { operands, options }: StoreCall): void {
  if (diverged === undefined || !options.replace) return;
  const name = operands[0] === "-" ? "standard input" : operands[0];
  const what = `${name} has what ${diverged.node} alone had, which is no whole store`;
  throw new SwitchyardError("BAD_ARGUMENT", `${what}; import it without --replace`);
}

/** Of a file of what a loser had, what was not done is said: keys that it removed are removed when that is asked for. */
function wordsOf({ entries, removals, diverged }: StoreExportReader, removes: boolean): string {
  const imported = `imported ${counted(entries, "entry", "entries")}`;
  const removed = removes ? `removed ${counted(removals, "key")}` : `left ${counted(removals, "key")} that it removed`;
  const cleared = diverged?.cleared === true ? "; the store was cleared there, which is not done here" : "";
  return `${imported}${removals > 0 ? `, ${removed}` : ""}${cleared}`;
}

class Import {
  readonly #call: StoreCall;
  readonly #store: Store;
  readonly #window = new WriteWindow();
  #isCleared = false;

  constructor(call: StoreCall, store: Store) {
    this.#call = call;
    this.#store = store;
  }

  /** @returns the reader, which counted */
  async run(path: string): Promise<StoreExportReader> {
    const { shell } = this.#call;
    const take: Use["take"] = (line, characters) => this.#take(line, characters);
    try {
      const use = { begin: (reader: StoreExportReader) => this.#begin(reader), take };
      return await minding(shell, this.#all(readAll(shell, path, "imported", use)));
    } catch (error) {
      await this.#settled();
      this.#tell();
      throw error;
    }
  }

  async #all(reading: Promise<StoreExportReader>): Promise<StoreExportReader> {
    const reader = await reading;
    await this.#window.settled();
    return reader;
  }

  async #begin(reader: StoreExportReader): Promise<void> {
    checkWhole(reader, this.#call);
    if (!this.#call.options.replace) return;
    await this.#store.clear();
    this.#isCleared = true;
  }

  #take(line: ReadEntry | ReadRemoval, characters: number): Promise<void> | undefined {
    if (line.kind === "entry") {
      return this.#window.add(this.#store.insert(line.key, line.value, line.options), characters);
    }
    return this.#call.options.removals === true
      ? this.#window.add(this.#store.remove(line.key), characters)
      : undefined;
  }

  /** What is under way counts, too, but who pressed Ctrl-C does not wait long for it. The first failure is told. */
  async #settled(): Promise<void> {
    const settled = this.#window.settled().catch(() => undefined);
    if (!this.#call.shell.stopped.aborted) return settled;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, hurriedMs);
    });
    await Promise.race([settled, late]);
    clearTimeout(timer);
  }

  #tell(): void {
    const { done } = this.#window;
    const cleared = this.#isCleared ? "cleared the store, and " : "";
    if (done > 0 || this.#isCleared) this.#call.shell.say(`${cleared}imported ${inGroups(done)} before that`);
  }
}

/** What is done with the lines of an export. */
interface Use {
  /** The header was read. */
  readonly begin: (reader: StoreExportReader) => Promise<void> | void;
  /** @returns what is waited for before the next one; `undefined`: nothing */
  readonly take: (line: ReadEntry | ReadRemoval, characters: number) => Promise<void> | undefined;
}

/** @returns the reader, which counted. @throws SwitchyardError `BAD_STORE_FILE`, and what `use` throws */
async function readAll(shell: Shell, path: string, what: string, { begin, take }: Use): Promise<StoreExportReader> {
  const file = await openLogFile(path, process.stdin, format);
  const reader = new StoreExportReader(file.name);
  const progress = new Progress(shell);
  for await (const lines of file.lines) {
    for (const line of lines) {
      const read = reader.read(line);
      if (reader.lines === 1) await begin(reader);
      const room = read && take(read, line.length);
      if (room !== undefined) await room; // only then: what is written in one go is sent in one go
      shell.stopped.throwIfAborted(); // nobody waits for this any more
    }
    progress.show(() => `${what} ${inGroups(reader.entries)} entries`, file.fractionRead());
  }
  reader.finish();
  progress.clear();
  return reader;
}
