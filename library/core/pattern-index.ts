/**
 * Many patterns, each with the entries added under it, and all entries whose pattern matches a topic.
 *
 * Invariant: holds a pair (pattern, entry) at most once, and answers as asking each pattern in turn would.
 * Knows nothing of what an entry is; entries are told apart as a Set tells its members apart.
 */
import { matches } from "./pattern.ts";

export class PatternIndex<T> {
  #size = 0;
  #generation = 0;
  readonly #entries = new Map<string, Set<T>>();

  /** Pairs held. */
  get size(): number {
    return this.#size;
  }

  /** Grows with every change, so that callers know when to drop what they derived from `match`. */
  get generation(): number {
    return this.#generation;
  }

  /** Adds the pair; a pair already held stays as it is. `pattern` is taken as checked. */
  add(pattern: string, entry: T): void {
    const entries = this.#entries.get(pattern) ?? new Set();
    if (entries.has(entry)) return;
    this.#entries.set(pattern, entries.add(entry));
    this.#size++;
    this.#generation++;
  }

  /** Removes the pair; false if it is not held. */
  remove(pattern: string, entry: T): boolean {
    const entries = this.#entries.get(pattern);
    if (entries === undefined || !entries.delete(entry)) return false;
    if (entries.size === 0) this.#entries.delete(pattern);
    this.#size--;
    this.#generation++;
    return true;
  }

  /** Every entry with a pattern that matches `topic`, once each, in no promised order. */
  match(topic: string): T[] {
    const found = new Set<T>();
    for (const [pattern, entries] of this.#entries) {
      if (matches(pattern, topic)) for (const entry of entries) found.add(entry);
    }
    return [...found];
  }

  /** All pairs, in no promised order. The index must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<[pattern: string, entry: T]> {
    for (const [pattern, entries] of this.#entries) for (const entry of entries) yield [pattern, entry];
  }
}
