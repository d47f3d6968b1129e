/**
 * A log that a flood of troubles cannot fill.
 *
 * Invariant: at most one line in `restMs`; what is left out is counted, and the count is told with the next line.
 * Knows nothing of what the lines say.
 */
import type { Clock } from "../library/index.ts";

const restMs = 1_000;

export class SparseLog {
  readonly #write: (line: string) => void;
  readonly #clock: Pick<Clock, "nowMs">;
  #lastMs = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(write: (line: string) => void, clock: Pick<Clock, "nowMs">) {
    this.#write = write;
    this.#clock = clock;
  }

  write(line: string): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#lastMs < restMs) {
      this.#leftOut++;
      return;
    }
    this.#write(this.#leftOut === 0 ? line : `${line} (and ${this.#leftOut} more before it)`);
    this.#lastMs = nowMs;
    this.#leftOut = 0;
  }
}
