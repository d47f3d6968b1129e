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

  /** The change after `revision`. */
  apply(change: Change): void {
    this.revision += 1;
    const { revision } = this;
    if (change.kind === "clear") this.#clear(revision);
    else {
      const id = keyOf(change.key);
      if ((this.table.at(id)?.revision ?? 0) >= revision) return; // a page had it, or a later one
      this.table.apply(change, revision);
      if (change.kind === "remove") this.#removed.set(id, revision);
      else this.#removed.delete(id);
    }
  }

  /** But for what a page had from after it. */
  #clear(revision: number): void {
    const later = [...this.table].filter((entry) => entry.revision > revision);
    this.table.clear();
    for (const entry of later) this.table.restore(entry);
    this.#removed.clear();
    this.#clearedAt = revision;
  }
}
