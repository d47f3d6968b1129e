/**
 * A table that is built aside, from the pages of a walk and the changes that come meanwhile.
 *
 * Changes come in order without a hole from the revision of the first page on, pages in any order; of each key the later
 * revision wins. Invariant: once every page is there and `revision` has come to that of the last page, the table is the
 * authority's at `revision`. Knows nothing of where either comes from.
 */
import { limits } from "../limits.ts";
import { keyOf } from "../values/index.ts";
import type { Change, Entry } from "./change.ts";
import { Table } from "./table.ts";

export class SnapshotTarget {
  readonly table = new Table();
  /** Of the last change that was applied. */
  revision: number;
  /** Pages before one that is there. */
  readonly #missing = new Set<number>();
  /** Keys that were removed, and by which revision: a page may still have them. */
  readonly #removed = new Map<string, number>();
  #clearedAt = 0;
  #pages = 0;
  /** Of the page read last: up to here it takes changes before it is the table of one version. */
  #goal = 0;
  #hasLast = false;

  /** `revision`: at which the first page was read. */
  constructor(revision: number) {
    this.revision = revision;
  }

  /** Every page is there, and the changes up to where the last was read. */
  get isWhole(): boolean {
    return this.#hasLast && this.#missing.size === 0 && this.revision >= this.#goal;
  }

  /** More was removed meanwhile than can be kept: it has to begin anew. */
  get isOverfull(): boolean {
    return this.#removed.size > limits.storeTombstones;
  }

  addPage(page: number, revision: number, entries: readonly Entry[], isLast: boolean): void {
    if (page < this.#pages && !this.#missing.delete(page)) return; // a repeat
    for (; this.#pages <= page; this.#pages++) if (this.#pages < page) this.#missing.add(this.#pages);
    if (isLast) this.#hasLast = true;
    this.#goal = Math.max(this.#goal, revision);
    for (const entry of entries) this.#addEntry(entry);
  }

  #addEntry(entry: Entry): void {
    const id = keyOf(entry.key);
    if (entry.revision <= this.#clearedAt || (this.#removed.get(id) ?? 0) > entry.revision) return;
    const known = this.table.at(id);
    if (known === undefined || known.revision < entry.revision) this.table.put(id, entry);
  }

  /** The change after `revision`. What a page had from further on comes again, before the table is whole. */
  apply(change: Change): void {
    this.revision += 1;
    this.table.apply(change, this.revision);
    if (change.kind === "put") this.#removed.delete(keyOf(change.key));
    else if (change.kind === "remove") this.#removed.set(keyOf(change.key), this.revision);
    else {
      this.#removed.clear();
      this.#clearedAt = this.revision;
    }
  }
}
