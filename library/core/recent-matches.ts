/**
 * The answers of an index of patterns, remembered for topics that were asked for lately.
 *
 * Invariant: answers as the index itself would: what is remembered does not outlive a change of the index, and it is for
 * at most `limits.recentTopics` topics.
 * Knows nothing of who asks.
 */
import { limits } from "./limits.ts";
import type { PatternIndex } from "./pattern-index.ts";

export class RecentMatches<T extends NonNullable<unknown>> {
  readonly #index: PatternIndex<T>;
  readonly #answers = new Map<string, readonly T[]>();
  #generation = 0;

  constructor(index: PatternIndex<T>) {
    this.#index = index;
  }

  /** As `PatternIndex.match`; the array is shared by all who ask. */
  match(topic: string): readonly T[] {
    if (this.#generation !== this.#index.generation) {
      this.#answers.clear();
      this.#generation = this.#index.generation;
    }
    const known = this.#answers.get(topic);
    if (known !== undefined) return known;
    const found = this.#index.match(topic);
    // Whoever asks for ever new topics pays for the index each time; all others fill this again soon.
    if (this.#answers.size >= limits.recentTopics) this.#answers.clear();
    this.#answers.set(topic, found);
    return found;
  }
}
