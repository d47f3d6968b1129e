/**
 * Which interest went because its way was lost, and which because whoever had it took it back.
 *
 * The same piece may go over several connections, for one reason here and for the other there: that it was taken back
 * anywhere settles it, until it is told again.
 * Invariant: at most `limits.lostWays` pieces, and `limits.lostWayCharacters`, are remembered of each; those of the origin
 * heard of first are forgotten. Knows nothing of paths.
 */
import { limits } from "./limits.ts";
import { matches } from "./pattern.ts";

export class LostWays {
  readonly #lost = new Pieces();
  readonly #left = new Pieces();

  /** It was told, and so can be reached. */
  found(origin: string, pattern: string): void {
    this.#lost.remove(origin, pattern);
    this.#left.remove(origin, pattern);
  }

  /** The way there is lost. */
  lost(origin: string, pattern: string): void {
    if (!this.#left.has(origin, pattern)) this.#lost.add(origin, pattern);
  }

  /** Whoever had it took it back. */
  left(origin: string, pattern: string): void {
    this.#lost.remove(origin, pattern);
    this.#left.add(origin, pattern);
  }

  /** Did this node take back all that made it want the topic? If not, it cannot be reached, or not yet. */
  hasLeft(origin: string, topic: string): boolean {
    return this.#left.someMatch(origin, topic) && !this.#lost.someMatch(origin, topic);
  }
}

/** Patterns by origin, within the bounds. */
class Pieces {
  readonly #byOrigin = new Map<string, Set<string>>();
  #size = 0;
  #characters = 0;

  has(origin: string, pattern: string): boolean {
    return this.#byOrigin.get(origin)?.has(pattern) ?? false;
  }

  someMatch(origin: string, topic: string): boolean {
    for (const pattern of this.#byOrigin.get(origin) ?? []) if (matches(pattern, topic)) return true;
    return false;
  }

  add(origin: string, pattern: string): void {
    const patterns = this.#byOrigin.get(origin) ?? new Set<string>();
    if (patterns.has(pattern)) return;
    this.#byOrigin.set(origin, patterns.add(pattern));
    this.#count(pattern, 1);
    if (patterns.size > limits.patternsPerPeer) this.#removeFirst(origin, patterns);
    for (const [oldest, its] of this.#byOrigin) {
      if (this.#size <= limits.lostWays && this.#characters <= limits.lostWayCharacters) return;
      while (its.size > 0) this.#removeFirst(oldest, its);
    }
  }

  remove(origin: string, pattern: string): void {
    const patterns = this.#byOrigin.get(origin);
    if (patterns?.delete(pattern) !== true) return;
    this.#count(pattern, -1);
    if (patterns.size === 0) this.#byOrigin.delete(origin);
  }

  #removeFirst(origin: string, patterns: ReadonlySet<string>): void {
    for (const first of patterns) {
      this.remove(origin, first);
      return;
    }
  }

  #count(pattern: string, sign: 1 | -1): void {
    this.#size += sign;
    this.#characters += sign * pattern.length;
  }
}
