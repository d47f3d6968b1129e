/**
 * The literals by which a pattern with `*` can be looked up, and where in a topic they can stand.
 *
 * A pattern has up to three landmarks, in this order: its prefix, its suffix, the longest literal between its stars.
 * The key of a landmark is its fingerprint.
 * Invariant: `keys` of a rank has the key, at this rank, of every counted pattern that matches the topic.
 * Knows nothing of how patterns are stored.
 */
import { Fingerprints, fingerprint } from "./fingerprints.ts";
import type { Segmented } from "./pattern.ts";

/** How many landmarks a pattern can have. */
export const landmarkRanks = 3;

/** The key of a pattern's landmark of this rank; `undefined` if it has none. */
export function landmarkKey(pattern: Segmented, rank: number): number | undefined {
  const literal = rank === 0 ? prefixOf(pattern) : rank === 1 ? suffixOf(pattern) : middleOf(pattern);
  return literal === undefined ? undefined : fingerprint(literal);
}

/** Where the counted patterns can have their landmarks, in one topic after the other. */
export class Landmarks {
  #topic = "";
  #keys: (ReadonlySet<number> | undefined)[] = []; // by rank, those worked out so far
  readonly #fingerprints = new Fingerprints();

  // Most places of most topics are ruled out by the characters that the landmarks begin or end with.
  readonly #prefixEnds = new Tally();
  readonly #suffixStarts = new Tally();
  readonly #middleStarts = new Tally();
  readonly #middleLengths = new Map<number, number>(); // length -> patterns

  /** Counts a pattern in (`change` 1) or out (-1). */
  count(pattern: Segmented, change: 1 | -1): void {
    const prefix = prefixOf(pattern);
    const suffix = suffixOf(pattern);
    if (prefix !== "") this.#prefixEnds.count(prefix.charCodeAt(prefix.length - 1), change);
    if (suffix !== "") this.#suffixStarts.count(suffix.charCodeAt(0), change);
    const middle = middleOf(pattern);
    if (middle !== undefined) this.#countMiddle(middle, change);
  }

  /** Turns to another topic. */
  read(topic: string): void {
    this.#topic = topic;
    this.#keys = [];
  }

  /** The keys of this rank that the topic can meet; `undefined` if there may be more than `most` to work out. */
  keys(rank: number, most: number): ReadonlySet<number> | undefined {
    const known = this.#keys[rank];
    if (known !== undefined) return known;
    if (rank === 2 && this.#middlePlaces() > most) return undefined;
    if (this.#keys.length === 0) this.#fingerprints.read(this.#topic);
    const keys = rank === 0 ? this.#prefixKeys() : rank === 1 ? this.#suffixKeys() : this.#middleKeys();
    this.#keys[rank] = keys;
    return keys;
  }

  #prefixKeys(): Set<number> {
    const keys = new Set([this.#fingerprints.of(0, 0)]);
    for (let end = 1; end <= this.#topic.length; end++) {
      if (this.#prefixEnds.has(this.#topic.charCodeAt(end - 1))) keys.add(this.#fingerprints.of(0, end));
    }
    return keys;
  }

  #suffixKeys(): Set<number> {
    const end = this.#topic.length;
    const keys = new Set([this.#fingerprints.of(end, end)]);
    for (let start = 0; start < end; start++) {
      if (this.#suffixStarts.has(this.#topic.charCodeAt(start))) keys.add(this.#fingerprints.of(start, end));
    }
    return keys;
  }

  #middleKeys(): Set<number> {
    const keys = new Set<number>();
    for (let start = 0; start < this.#topic.length; start++) {
      if (!this.#middleStarts.has(this.#topic.charCodeAt(start))) continue;
      for (const length of this.#middleLengths.keys()) {
        if (start + length <= this.#topic.length) keys.add(this.#fingerprints.of(start, start + length));
      }
    }
    return keys;
  }

  #middlePlaces(): number {
    return this.#topic.length * this.#middleLengths.size;
  }

  #countMiddle(middle: string, change: 1 | -1): void {
    this.#middleStarts.count(middle.charCodeAt(0), change);
    const patterns = (this.#middleLengths.get(middle.length) ?? 0) + change;
    if (patterns > 0) this.#middleLengths.set(middle.length, patterns);
    else this.#middleLengths.delete(middle.length);
  }
}

/** Counts characters; those that agree in their lowest seven bits count as one. */
class Tally {
  readonly #counts = new Uint32Array(128);

  count(unit: number, change: 1 | -1): void {
    this.#counts[unit & 127] = (this.#counts[unit & 127] ?? 0) + change;
  }

  has(unit: number): boolean {
    return this.#counts[unit & 127] !== 0;
  }
}

function prefixOf({ pattern, firstStar }: Segmented): string {
  return pattern.slice(0, firstStar);
}

function suffixOf({ pattern, lastStar }: Segmented): string {
  return pattern.slice(lastStar + 1);
}

function middleOf({ middles }: Segmented): string | undefined {
  let longest = middles[0];
  for (const middle of middles) if (middle.length > (longest?.length ?? 0)) longest = middle;
  return longest;
}
