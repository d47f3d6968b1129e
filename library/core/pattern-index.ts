/**
 * Many patterns, each with the entries added under it, and all entries whose pattern matches a topic.
 *
 * Invariant: holds a pair (pattern, entry) at most once, and answers as asking each pattern in turn would.
 * Patterns without `*` are found by their text; a `PatternTree` arranges the others.
 * Knows nothing of what an entry is: they are told apart by `===`.
 */
import { type Segmented, segmented } from "./pattern.ts";
import { PatternTree } from "./pattern-tree.ts";

export class PatternIndex<T extends NonNullable<unknown>> {
  #size = 0;
  #generation = 0;
  readonly #exact = new Map<string, Entries<T>>();
  readonly #wild = new Map<string, WildPattern<T>>();
  readonly #tree = new PatternTree<WildPattern<T>>();

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
    const entries = this.#entriesOf(pattern);
    if (entries !== undefined && has(entries, entry)) return;
    this.#keep(pattern, entries === undefined ? entry : withEntry(entries, entry));
    this.#size++;
    this.#generation++;
  }

  /** Removes the pair; false if it is not held. */
  remove(pattern: string, entry: T): boolean {
    const entries = this.#entriesOf(pattern);
    if (entries === undefined || !has(entries, entry)) return false;
    const rest = withoutEntry(entries, entry);
    if (rest === undefined) this.#drop(pattern);
    else this.#keep(pattern, rest);
    this.#size--;
    this.#generation++;
    return true;
  }

  /**
   * Every entry with a pattern that matches `topic`, in no promised order: once each, however many of its patterns do.
   * Given a pattern in place of a topic, it finds the patterns that cover that.
   */
  match(topic: string): T[] {
    const found: T[] = [];
    const exact = this.#exact.get(topic);
    if (exact !== undefined) collect(exact, found);
    for (const { entries } of this.#tree.match(topic)) collect(entries, found);
    return distinct(found);
  }

  /** All pairs, in no promised order. The index must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<[pattern: string, entry: T]> {
    for (const [pattern, entries] of this.#exact) yield* pairs(pattern, entries);
    for (const { pattern, entries } of this.#wild.values()) yield* pairs(pattern, entries);
  }

  #entriesOf(pattern: string): Entries<T> | undefined {
    return pattern.includes("*") ? this.#wild.get(pattern)?.entries : this.#exact.get(pattern);
  }

  #keep(pattern: string, entries: Entries<T>): void {
    if (!pattern.includes("*")) {
      this.#exact.set(pattern, entries);
      return;
    }
    const held = this.#wild.get(pattern);
    if (held !== undefined) {
      held.entries = entries;
      return;
    }
    const added = new WildPattern(segmented(pattern), entries);
    this.#wild.set(pattern, added);
    this.#tree.add(added);
  }

  #drop(pattern: string): void {
    this.#exact.delete(pattern);
    const held = this.#wild.get(pattern);
    if (held === undefined) return;
    this.#wild.delete(pattern);
    this.#tree.remove(held);
  }
}

/** What is held under one pattern: nearly always a single entry, and then nothing around it. */
type Entries<T> = T | Several<T>;

/** A class of our own, which no entry can be an instance of. */
class Several<T> extends Set<T> {}

class WildPattern<T> implements Segmented {
  readonly pattern: string;
  readonly firstStar: number;
  readonly lastStar: number;
  readonly middles: readonly string[];
  entries: Entries<T>;

  constructor({ pattern, firstStar, lastStar, middles }: Segmented, entries: Entries<T>) {
    this.pattern = pattern;
    this.firstStar = firstStar;
    this.lastStar = lastStar;
    this.middles = middles;
    this.entries = entries;
  }
}

function has<T>(entries: Entries<T>, entry: T): boolean {
  return entries instanceof Several ? entries.has(entry) : entries === entry;
}

function withEntry<T>(entries: Entries<T>, entry: T): Several<T> {
  return entries instanceof Several ? entries.add(entry) : new Several([entries, entry]);
}

function withoutEntry<T>(entries: Entries<T>, entry: T): Entries<T> | undefined {
  if (!(entries instanceof Several)) return undefined;
  entries.delete(entry);
  const [first] = entries;
  return entries.size > 1 ? entries : first;
}

function collect<T>(entries: Entries<T>, found: T[]): void {
  if (!(entries instanceof Several)) found.push(entries);
  else for (const entry of entries) found.push(entry);
}

/** The same entries once each. Mostly there are few and none repeats, which is seen sooner than a Set is made. */
function distinct<T>(entries: T[]): T[] {
  const repeats = entries.length > 16 || entries.some((entry, i) => entries.indexOf(entry) < i);
  return repeats ? [...new Set(entries)] : entries;
}

function* pairs<T>(pattern: string, entries: Entries<T>): IterableIterator<[pattern: string, entry: T]> {
  if (!(entries instanceof Several)) yield [pattern, entries];
  else for (const entry of entries) yield [pattern, entry];
}
