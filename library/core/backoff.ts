/**
 * How long to wait before the next try, once a connection failed.
 *
 * Invariant: every wait lies between `minMs` and `maxMs`; the range it is drawn from doubles with each try, and all
 * of that range is used, so that many nodes losing one peer do not come back in step.
 * Knows nothing of time or chance: the driver waits, and brings the random number.
 */
import { limits } from "./limits.ts";

export class Backoff {
  /** Waits handed out since the last `reset`. */
  attempts = 0;

  readonly #minMs: number;
  readonly #maxMs: number;

  constructor({ minMs = limits.reconnectMinMs, maxMs = limits.reconnectMaxMs }: BackoffOptions = {}) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  /** @param random drawn evenly from [0, 1) */
  nextDelayMs(random: number): number {
    this.attempts++;
    const ceilingMs = Math.min(this.#maxMs, this.#minMs * 2 ** this.attempts);
    return this.#minMs + random * (ceilingMs - this.#minMs);
  }

  /** To be called when a connection is up: the next failure starts over. */
  reset(): void {
    this.attempts = 0;
  }
}

export interface BackoffOptions {
  readonly minMs?: number;
  readonly maxMs?: number;
}
