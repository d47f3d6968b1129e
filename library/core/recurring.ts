/**
 * Something that may happen very often and is told seldom, with how often it happened.
 *
 * Invariant: told at most once in `limits.tellAgainMs`, the first time at once. Knows nothing of what it is.
 */
import { limits } from "./limits.ts";

export class Recurring {
  #untold = 0;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  /** It happened. Returns how often since it was told last, when it is to be told now; otherwise 0. */
  happened(nowMs: number): number {
    this.#untold += 1;
    if (nowMs < this.#quietUntilMs) return 0;
    const times = this.#untold;
    this.#untold = 0;
    this.#quietUntilMs = nowMs + limits.tellAgainMs;
    return times;
  }
}
