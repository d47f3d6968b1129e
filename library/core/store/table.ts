/**
 * The entries of a store at one version.
 *
 * Invariant: two keys that are equal as Zeek values are one key. An update leaves an entry's place in a walk, so whoever
 * walks on while changes are applied sees each entry that stays at least once. Knows nothing of versions but the revision
 * that it is told with each change.
 */
import { keyOf, type Value } from "../values/index.ts";
import { type Change, type Entry, entryFrom, LastingPut } from "./change.ts";
import { IdMap } from "./id-map.ts";

export class Table implements Iterable<Entry> {
  #entries = new IdMap<Entry>();
  #clears = 0;
  #mayExpire = false;

  get size(): number {
    return this.#entries.size;
  }

  /** False: no entry goes one day. */
  get mayExpire(): boolean {
    return this.#mayExpire;
  }

  /** How often it was cleared: a walk that began before goes on over what there was. */
  get clears(): number {
    return this.#clears;
  }

  get(key: Value): Entry | undefined {
    return this.#entries.get(keyOf(key));
  }

  /** Applies a change; returns the entry that was there. */
  apply(change: Change, revision: number): Entry | undefined {
    if (change.kind === "clear") {
      this.clear();
      return undefined;
    }
    const id = keyOf(change.key);
    const before = this.#entries.get(id);
    this.put(id, change.kind === "remove" ? undefined : entryOf(change, revision));
    return before;
  }

  /** Puts an entry as it is, as a snapshot or a disk has it. */
  restore(entry: Entry): void {
    this.put(keyOf(entry.key), entry);
  }

  clear(): void {
    this.#entries = new IdMap<Entry>(); // a walk that is under way goes on over what there was
    this.#mayExpire = false;
    this.#clears += 1;
  }

  /** For who knows `keyOf` of the key already: the entry, or `undefined` for none. */
  at(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** The same, to put an entry, or to take it away. */
  put(id: string, entry: Entry | undefined): void {
    if (entry === undefined) this.#entries.delete(id);
    else {
      this.#entries.set(id, entry);
      if (entry.expiresAtMs !== undefined) this.#mayExpire = true;
    }
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#entries[Symbol.iterator]();
  }
}

/** What a change leaves behind; itself, where it can. */
export function entryOf(change: Extract<Change, { kind: "put" }>, revision: number): Entry {
  if (change instanceof LastingPut && change.revision === revision) return change;
  return entryFrom(change.key, change.value, revision, change.expiresAtMs, change.expiresAfterMs);
}
