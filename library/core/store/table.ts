/**
 * The entries of a store at one version.
 *
 * Invariant: two keys that are equal as Zeek values are one key. An update leaves an entry's place in a walk, so whoever
 * walks on while changes are applied sees each entry that stays at least once. Knows nothing of versions but the revision
 * that it is told with each change.
 *
 * A map that grows is copied as a whole, and with a million entries that would keep everybody waiting for a tenth of a
 * second. So the first one has a bound, and what there is no room for is spread over others. No entry ever moves.
 */
import { keyOf, type Value } from "../values/index.ts";
import type { Change, Entry } from "./change.ts";

type Part = Map<string, Entry>;

export class Table implements Iterable<Entry> {
  #first: Part = new Map();
  /** The first, and, from when that was full, the others behind it. */
  #parts: Part[] = [this.#first];
  #size = 0;
  #clears = 0;

  get size(): number {
    return this.#size;
  }

  /** How often it was cleared: a walk that began before goes on over what there was. */
  get clears(): number {
    return this.#clears;
  }

  get(key: Value): Entry | undefined {
    return this.at(keyOf(key));
  }

  /** Applies a change; returns the entry that was there. */
  apply(change: Change, revision: number): Entry | undefined {
    if (change.kind === "clear") {
      this.clear();
      return undefined;
    }
    const id = keyOf(change.key);
    const part = this.#partOf(id);
    const before = part.get(id);
    this.#write(part, id, change.kind === "remove" ? undefined : entryOf(change, revision));
    return before;
  }

  /** Puts an entry as it is, as a snapshot or a disk has it. */
  restore(entry: Entry): void {
    this.put(keyOf(entry.key), entry);
  }

  clear(): void {
    this.#first = new Map(); // a walk that is under way goes on over what there was
    this.#parts = [this.#first];
    this.#size = 0;
    this.#clears += 1;
  }

  /** For who knows `keyOf` of the key already: the entry, or `undefined` for none. */
  at(id: string): Entry | undefined {
    const entry = this.#first.get(id);
    return entry !== undefined || this.#parts.length === 1 ? entry : this.#parts[numberOf(id)]!.get(id);
  }

  /** The same, to put an entry, or to take it away. */
  put(id: string, entry: Entry | undefined): void {
    this.#write(this.#partOf(id), id, entry);
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const part of this.#parts) for (const entry of part.values()) yield entry; // also those that are added meanwhile
  }

  /** Where the entry is, or, if there is none, where it would be put. */
  #partOf(id: string): Part {
    const isAlone = this.#parts.length === 1;
    if ((isAlone && this.#first.size < firstEntries) || this.#first.has(id)) return this.#first;
    if (isAlone) for (let i = 0; i < otherParts; i++) this.#parts.push(new Map());
    return this.#parts[numberOf(id)]!;
  }

  #write(part: Part, id: string, entry: Entry | undefined): void {
    const before = part.size;
    if (entry === undefined) part.delete(id);
    else part.set(id, entry);
    this.#size += part.size - before;
  }
}

/** Entries that the first map may have: it is copied within some milliseconds. */
const firstEntries = 131_072;

/** A power of two. */
const otherParts = 64;

/** Of the part that an id belongs to if it is not in the first: by its last two characters, for that is where most keys differ. */
function numberOf(id: string): number {
  const last = id.length - 1;
  return 1 + ((id.charCodeAt(last) + 11 * id.charCodeAt(last - 1)) & (otherParts - 1)); // of none at all: 1
}

/** What a change leaves behind. */
export function entryOf(change: Extract<Change, { kind: "put" }>, revision: number): Entry {
  const { key, value, expiresAtMs, expiresAfterMs } = change;
  return { key, value, revision, expiresAtMs, expiresAfterMs };
}
