/**
 * What there is for each entry of a store, by `keyOf` of its key, in maps that stay small.
 *
 * A Map doubles in one go when it is full: of half a million items that takes a quarter of a second, in which a node does
 * nothing else. So what comes when there are many already is spread over further maps by a hash of the ids. Of no more than
 * `limits.storeFirstEntries` nothing is hashed.
 *
 * Invariant: an item stays in the map where it came, until it is removed, so an update leaves its place in a walk, and
 * whoever walks on while items come and go sees each one that stays once. No item is `undefined`. Knows nothing of what
 * items are.
 */
import { limits } from "../limits.ts";
import { hashOf } from "./text-hash.ts";

const none: readonly never[] = [];

export class IdMap<Item> implements Iterable<Item> {
  readonly #first = new Map<string, Item>();
  /** None until the first is full. */
  #further: readonly Map<string, Item>[] = none;
  #furtherSize = 0;
  /** Looked for last beyond the first map, and where it belongs: whoever looks before it puts has it hashed once. */
  #sought: string | undefined;
  #soughtShard = this.#first;
  readonly #mostFirst: number;

  /** `mostFirst`: in the first map. */
  constructor(mostFirst: number = limits.storeFirstEntries) {
    this.#mostFirst = mostFirst;
  }

  get size(): number {
    return this.#first.size + this.#furtherSize;
  }

  /** How many are in each map: the first, which is looked at first, then the further ones. */
  get sizes(): readonly number[] {
    return [this.#first, ...this.#further].map(({ size }) => size);
  }

  get(id: string): Item | undefined {
    const item = this.#first.get(id);
    return item === undefined && this.#further !== none ? this.#furtherOf(id).get(id) : item;
  }

  set(id: string, item: Item): void {
    if (this.#further === none) this.#setFirst(id, item);
    else if (id !== this.#sought && this.#first.has(id)) this.#first.set(id, item);
    else {
      const shard = this.#furtherOf(id);
      const before = shard.size;
      shard.set(id, item);
      this.#furtherSize += shard.size - before;
    }
  }

  delete(id: string): void {
    if (this.#first.delete(id) || this.#further === none) return;
    if (this.#furtherOf(id).delete(id)) this.#furtherSize -= 1;
  }

  *[Symbol.iterator](): IterableIterator<Item> {
    yield* this.#first.values();
    for (const shard of this.#further) yield* shard.values();
  }

  #setFirst(id: string, item: Item): void {
    this.#first.set(id, item);
    if (this.#first.size < this.#mostFirst) return;
    this.#further = Array.from({ length: limits.storeFurtherMaps }, () => new Map());
  }

  #furtherOf(id: string): Map<string, Item> {
    if (id !== this.#sought) {
      this.#soughtShard = this.#further[hashOf(id) & (limits.storeFurtherMaps - 1)]!;
      this.#sought = id;
    }
    return this.#soughtShard;
  }
}
