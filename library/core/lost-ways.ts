/**
 * Which interest went because its way was lost, and which because whoever had it took it back.
 *
 * The same piece may go over several connections, for one reason here and for the other there: that it was taken back
 * anywhere settles it, until it is told again.
 * Invariant: at most `limits.lostWays` pieces are remembered of each; the oldest is forgotten. Knows nothing of paths.
 */
import { limits } from "./limits.ts";
import { matches } from "./pattern.ts";

export class LostWays {
  /** By origin: patterns. */
  readonly #lost = new Map<string, Set<string>>();
  readonly #left = new Map<string, Set<string>>();

  /** It was told, and so can be reached. */
  found(origin: string, pattern: string): void {
    remove(this.#lost, origin, pattern);
    remove(this.#left, origin, pattern);
  }

  /** The way there is lost. */
  lost(origin: string, pattern: string): void {
    if (this.#left.get(origin)?.has(pattern) !== true) add(this.#lost, origin, pattern);
  }

  /** Whoever had it took it back. */
  left(origin: string, pattern: string): void {
    remove(this.#lost, origin, pattern);
    add(this.#left, origin, pattern);
  }

  /** Did this node take back all that made it want the topic? If not, it cannot be reached, or not yet. */
  hasLeft(origin: string, topic: string): boolean {
    return someMatch(this.#left.get(origin), topic) && !someMatch(this.#lost.get(origin), topic);
  }
}

function someMatch(patterns: Iterable<string> | undefined, topic: string): boolean {
  for (const pattern of patterns ?? []) if (matches(pattern, topic)) return true;
  return false;
}

function add(pieces: Map<string, Set<string>>, origin: string, pattern: string): void {
  const patterns = pieces.get(origin) ?? new Set<string>();
  pieces.set(origin, patterns.add(pattern));
  if (pieces.size > limits.lostWays) pieces.delete(firstOf(pieces.keys())!);
  if (patterns.size > limits.patternsPerPeer) patterns.delete(firstOf(patterns)!);
}

function remove(pieces: Map<string, Set<string>>, origin: string, pattern: string): void {
  const patterns = pieces.get(origin);
  if (patterns?.delete(pattern) === true && patterns.size === 0) pieces.delete(origin);
}

function firstOf(items: Iterable<string>): string | undefined {
  for (const item of items) return item;
  return undefined;
}
