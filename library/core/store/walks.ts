/**
 * Walks over a table in pages, while it changes.
 *
 * Invariant: a page is what the table holds at one revision. A walk sees every entry that stays from its beginning to its
 * end; after a `clear` it goes over the new table. Ones that are idle are forgotten. Knows nothing of who walks.
 */
import { SwitchyardError } from "../errors.ts";
import { limits } from "../limits.ts";
import { keyOf } from "../values/index.ts";
import type { Entry } from "./change.ts";
import type { Expiry } from "./expiry.ts";
import { sizeOf } from "./size.ts";
import type { Page } from "./submission.ts";
import type { Table } from "./table.ts";

interface Walk {
  entries: IterableIterator<Entry>;
  /** The table's, when `entries` was taken. */
  clears: number;
  readonly skipsDue: boolean;
  usedMs: number;
}

/** What an entry takes besides key and value. */
const overheadBytes = 32;

export class Walks {
  readonly #table: Table;
  readonly #expiry: Expiry;
  /** The one not used for longest first. */
  readonly #walks = new Map<number, Walk>();
  #lastId = 0;

  constructor(table: Table, expiry: Expiry) {
    this.#table = table;
    this.#expiry = expiry;
  }

  /** @throws SwitchyardError `TOO_MANY` */
  begin(nowMs: number, skipsDue: boolean): number {
    this.#forgetIdle(nowMs);
    if (this.#walks.size >= limits.storeWalks) {
      throw new SwitchyardError("TOO_MANY", `${limits.storeWalks} walks at once over one store`);
    }
    const id = ++this.#lastId;
    this.#walks.set(id, {
      entries: this.#table[Symbol.iterator](),
      clears: this.#table.clears,
      skipsDue,
      usedMs: nowMs,
    });
    return id;
  }

  /** `revision`: that of the table now. */
  page(id: number, revision: number, nowMs: number): Page | undefined {
    this.#forgetIdle(nowMs);
    const walk = this.#walks.get(id);
    if (walk === undefined) return undefined;
    this.#walks.delete(id);
    this.#begunAnewAfterClear(walk);
    const { entries, isLast } = this.#read(walk, nowMs);
    walk.usedMs = nowMs;
    if (!isLast) this.#walks.set(id, walk);
    return { revision, entries, isLast };
  }

  end(id: number): void {
    this.#walks.delete(id);
  }

  /** The iterator of the old table would give entries that are no more. */
  #begunAnewAfterClear(walk: Walk): void {
    if (walk.clears === this.#table.clears) return;
    walk.entries = this.#table[Symbol.iterator]();
    walk.clears = this.#table.clears;
  }

  #read({ entries, skipsDue }: Walk, nowMs: number): Omit<Page, "revision"> {
    const found: Entry[] = [];
    let bytes = 0;
    for (let steps = 0; steps < limits.storePageEntries && bytes < limits.storePageBytes; steps++) {
      const next = entries.next();
      if (next.done === true) return { entries: found, isLast: true };
      const entry = next.value;
      if (skipsDue && entry.expiresAtMs !== undefined && this.#expiry.isDue(keyOf(entry.key), nowMs)) continue;
      found.push(entry);
      bytes += overheadBytes + sizeOf(entry.key) + sizeOf(entry.value);
    }
    return { entries: found, isLast: false };
  }

  #forgetIdle(nowMs: number): void {
    for (const [id, { usedMs }] of this.#walks) {
      if (nowMs - usedMs < limits.storeWalkIdleMs) return;
      this.#walks.delete(id);
    }
  }
}
