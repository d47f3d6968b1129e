/**
 * Keeps a loop at a rate: so many a second, evenly, however long a turn of it takes.
 *
 * Invariant: the n-th turn never begins before its time, and no time lost is made up by more than one burst of a few ms.
 */
import { setTimeout as delay } from "node:timers/promises";

/** Waits shorter than this are not worth a timer: they are made up for later. */
const shortestWaitMs = 4;

export class Pace {
  readonly #startMs = performance.now();

  /** Resolves when `dueMs` after the start has come; at once where that is past. Aborting ends the wait. */
  async until(dueMs: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.#startMs + dueMs - performance.now();
    if (waitMs < shortestWaitMs || signal.aborted) return;
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
