/**
 * A clock that runs as the real one does, and can skip: for tests of what takes seconds, over real sockets.
 *
 * Time skips in steps, with some turns of the event loop between them, so that what is under way arrives between two
 * steps as it would in so long a time. Invariant: it never goes back, and timers run in the order they are due.
 */
import type { Clock } from "../../library/index.ts";

interface Timer {
  readonly dueMs: number;
  readonly task: () => void;
  handle: NodeJS.Timeout;
}

/** Turns of the event loop between two steps: enough for an answer to come over a loopback socket and a proxy. */
const turnsPerStep = 12;

export class SkippingClock implements Clock {
  #aheadMs = 0;
  readonly #timers = new Set<Timer>();

  wallMs(): number {
    return Date.now() + Math.floor(this.#aheadMs);
  }

  nowMs(): number {
    return performance.now() + this.#aheadMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer: Timer = { dueMs: this.nowMs() + delayMs, task, handle: setTimeout(() => this.#run(timer), delayMs) };
    this.#timers.add(timer);
    return () => this.#forget(timer);
  }

  next(task: () => void): void {
    queueMicrotask(task);
  }

  soon(task: () => void): void {
    setImmediate(task);
  }

  /** Lets `byMs` pass, or less: until `isEnough`. */
  async skip(byMs: number, { stepMs = 500, isEnough = (): boolean => false } = {}): Promise<void> {
    for (let leftMs = byMs; leftMs > 0 && !isEnough(); leftMs -= stepMs) {
      this.#aheadMs += Math.min(stepMs, leftMs);
      this.#runDue();
      for (let i = 0; i < turnsPerStep; i++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #runDue(): void {
    const nowMs = this.nowMs();
    const due = [...this.#timers].filter(({ dueMs }) => dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs);
    for (const timer of due) if (this.#timers.has(timer)) this.#run(timer);
    for (const timer of this.#timers) {
      clearTimeout(timer.handle); // those that are left are due sooner than they were
      timer.handle = setTimeout(() => this.#run(timer), Math.max(timer.dueMs - nowMs, 0));
    }
  }

  #run(timer: Timer): void {
    this.#forget(timer);
    timer.task();
  }

  #forget(timer: Timer): void {
    clearTimeout(timer.handle);
    this.#timers.delete(timer);
  }
}
