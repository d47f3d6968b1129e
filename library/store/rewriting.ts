/**
 * A whole table with its outcomes on its way to a disk, in the place of what is there, while it goes on changing.
 *
 * It is walked over in pages; changes that come meanwhile go behind what was written so far, and a key that one of them was
 * about is passed over from then on. Invariant: so at the end the disk has the table as it is after the last change,
 * wherever the walk was when that came; a crash before leaves what there was, whole.
 */
import type { Change, Entry, Version } from "../core/store/change.ts";
import type { Epoch } from "../core/store/epochs.ts";
import type { Results } from "../core/store/submission.ts";
import { keyOf } from "../core/values/index.ts";
import type { Lead, OpenStorage, Replacement } from "../storage/storage.ts";

/** The table as it is now: asked for when it is begun, and again when all of it is written. */
export interface Whole {
  readonly version: Version;
  readonly epochs: readonly Epoch[];
  readonly table: Iterable<Entry>;
  /** Outcomes that a history up to this revision has. */
  readonly results: (revision: number) => Iterable<Results>;
  /**
   * What the disk says of itself then; asked when all else is there, for its role may have changed meanwhile. Default: what
   * it says already, and the epochs of the table.
   */
  readonly lead?: (epochs: readonly Epoch[]) => Lead;
}

/** Changes, and outcomes that came with them or after them. */
export interface Lot {
  /** After the changes, whose revisions follow one another. */
  readonly version: Version;
  readonly changes: readonly Change[];
  readonly results: readonly Results[];
}

/** So many entries are walked over for one page. */
const pageEntries = 1_024;

export class Rewriting {
  readonly #opened: OpenStorage;
  readonly #whole: () => Whole;
  readonly #isWanted: () => boolean;
  readonly #base: Version;
  readonly #entries: Iterable<Entry>;
  /** What changed since it began, by `keyOf`. */
  readonly #changed = new Set<string>();
  #isCleared = false;
  #behind: Lot[] = [];
  #version: Version;

  /** `isWanted`: nothing is changed any more, once it is not. */
  constructor(opened: OpenStorage, whole: () => Whole, isWanted: () => boolean) {
    this.#opened = opened;
    this.#whole = whole;
    this.#isWanted = isWanted;
    const { version, table } = whole();
    this.#base = version;
    this.#version = version;
    this.#entries = table;
  }

  /** What came meanwhile, and is not part of what was written. */
  get behind(): readonly Lot[] {
    return this.#behind;
  }

  /** Comes behind all that it was given before, without a hole. */
  take(lot: Lot): void {
    this.#behind.push(lot);
    for (const change of lot.changes) {
      if (change.kind === "clear") this.#isCleared = true;
      else if (!this.#isCleared) this.#changed.add(keyOf(change.key));
    }
  }

  /** The version that the disk has then; `undefined`: it was not wanted any more, and nothing has changed. */
  async run(): Promise<Version | undefined> {
    const replacement = await this.#opened.replace();
    try {
      for (const page of this.#pages()) {
        if (!this.#isWanted()) return await abandon(replacement);
        await replacement.add(page);
        await this.#catchUp(replacement);
      }
      return await this.#end(replacement);
    } catch (error) {
      await abandon(replacement);
      throw error;
    }
  }

  *#pages(): Generator<readonly Entry[]> {
    let page: Entry[] = [];
    let seen = 0;
    for (const entry of this.#entries) {
      if (!this.#isChanged(entry)) page.push(entry);
      seen += 1;
      if (seen % pageEntries !== 0) continue;
      yield page;
      if (this.#isCleared) return; // what is left of it counts for nothing
      page = [];
    }
    yield page;
  }

  #isChanged(entry: Entry): boolean {
    if (entry.revision > this.#base.revision) return true;
    return this.#changed.size > 0 && this.#changed.has(keyOf(entry.key));
  }

  async #catchUp(replacement: Replacement): Promise<void> {
    const lots = this.#behind;
    this.#behind = [];
    const version = lots.at(-1)?.version;
    if (version === undefined) return;
    this.#version = version;
    await replacement.change({ version, changes: lots.flatMap(({ changes }) => changes) });
  }

  /** What is not written by now is left behind: who waits until nothing comes any more may wait for long. */
  async #end(replacement: Replacement): Promise<Version | undefined> {
    const { revision } = this.#version;
    const { epochs: all, results, lead } = this.#whole();
    const epochs = all.filter((each) => each.revision <= revision);
    const version = { epoch: Math.max(this.#version.epoch, epochs.at(-1)?.epoch ?? 0), revision };
    await replacement.addResults([...results(revision)]);
    if (!this.#isWanted()) return abandon(replacement);
    const { lineage, highestEpoch, record } = this.#opened.head;
    const highest = Math.max(highestEpoch, version.epoch);
    await replacement.commit({ version, ...(lead?.(epochs) ?? { epochs, lineage, record, highestEpoch: highest }) });
    return version;
  }
}

async function abandon(replacement: Replacement): Promise<undefined> {
  await replacement.abandon();
}

/** A table that does not change meanwhile. */
export async function writeWhole(opened: OpenStorage, whole: Whole): Promise<void> {
  await new Rewriting(
    opened,
    () => whole,
    () => true,
  ).run();
}
