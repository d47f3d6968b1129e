/** A clock that moves when a test says so. */
import type { Clock } from "../../library/index.ts";

export class ManualClock implements Pick<Clock, "nowMs" | "after"> {
  #nowMs = 1_000_000;
  #tasks: { readonly atMs: number; readonly task: () => void }[] = [];

  /** Timers that are set. */
  get pending(): number {
    return this.#tasks.length;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** Runs what falls due on the way, in order. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      const due = this.#tasks.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      this.#tasks = this.#tasks.filter((other) => other !== due);
      due.task();
    }
    this.#nowMs = endMs;
  }
}
