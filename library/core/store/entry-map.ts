/**
 * Entries by `keyOf` of their keys, in maps that stay small.
 *
 * A Map doubles in one go when it is full: of half a million entries that takes a quarter of a second, in which a node does
 * nothing else. So what comes when there are many already is spread over further maps by a hash of the ids. Of no more than
 * `limits.storeFirstEntries` nothing is hashed.
 *
 * Invariant: an entry stays in the map where it came, until it is removed, so an update leaves its place in a walk, and
 * whoever walks on while entries come and go sees each one that stays once. Knows nothing of versions.
 */
import { limits } from "../limits.ts";
import type { Entry } from "./change.ts";
import { hashOf } from "./text-hash.ts";

type Shard = Map<string, Entry>;

const none: readonly Shard[] = [];

export class EntryMap implements Iterable<Entry> {
  readonly #first: Shard = new Map();
  /** None until the first is full. */
  #further = none;
  #furtherSize = 0;
  /** Looked for last beyond the first map, and where it belongs: whoever looks before it puts has it hashed once. */
  #sought: string | undefined;
  #soughtShard: Shard = this.#first;
  readonly #mostFirst: number;

  /** `mostFirst`: in the first map. */
  constructor(mostFirst: number = limits.storeFirstEntries) {
    this.#mostFirst = mostFirst;
  }

  get size(): number {
    return this.#first.size + this.#furtherSize;
  }

  /** Of the first map, which is looked at first. */
  get firstSize(): number {
    return this.#first.size;
  }

  get(id: string): Entry | undefined {
    const entry = this.#first.get(id);
    return entry === undefined && this.#further !== none ? this.#furtherOf(id).get(id) : entry;
  }

  set(id: string, entry: Entry): void {
    if (this.#further === none) this.#setFirst(id, entry);
    else if (id !== this.#sought && this.#first.has(id)) this.#first.set(id, entry);
    else {
      const shard = this.#furtherOf(id);
      const before = shard.size;
      shard.set(id, entry);
      this.#furtherSize += shard.size - before;
    }
  }

  delete(id: string): void {
    if (this.#first.delete(id) || this.#further === none) return;
    if (this.#furtherOf(id).delete(id)) this.#furtherSize -= 1;
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    yield* this.#first.values();
    for (const shard of this.#further) yield* shard.values();
  }

  #setFirst(id: string, entry: Entry): void {
    this.#first.set(id, entry);
    if (this.#first.size < this.#mostFirst) return;
    this.#further = Array.from({ length: limits.storeFurtherMaps }, () => new Map());
  }

  #furtherOf(id: string): Shard {
    if (id !== this.#sought) {
      this.#soughtShard = this.#further[hashOf(id) & (limits.storeFurtherMaps - 1)]!;
      this.#sought = id;
    }
    return this.#soughtShard;
  }
}
