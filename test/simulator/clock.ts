/**
 * Simulated time: whatever is to happen, in a queue by when it is due.
 *
 * Time stands still while code runs, and jumps to the next thing that is due. Things due at the same time happen in the
 * order they were asked for, those that wait for the end of the turn after all others.
 * Invariant: what happens depends on nothing but what was asked for. Knows nothing of nodes or links.
 */
import type { Clock } from "../../library/clock.ts";

/** Moments are rounded up to this, so that some things fall into one turn. */
const ticksPerMs = 8;

const firstWallMs = Date.UTC(2026, 0, 1);

interface Due {
  readonly atMs: number;
  readonly isLast: boolean;
  readonly order: number;
  /** `undefined`: cancelled. */
  task: (() => void) | undefined;
}

export class SimulatedTime {
  nowMs = 0;
  /** Things that are still to happen. */
  pending = 0;
  readonly #heap: Due[] = [];
  #count = 0;

  readonly clock: Clock = {
    wallMs: () => firstWallMs + Math.floor(this.nowMs),
    nowMs: () => this.nowMs,
    after: (delayMs, task) => this.after(delayMs, task),
    next: (task) => queueMicrotask(task),
    soon: (task) => {
      this.#plan(this.nowMs, true, task);
    },
  };

  /** Returns what cancels it. */
  after(delayMs: number, task: () => void): () => void {
    const atMs = Math.ceil((this.nowMs + Math.max(delayMs, 0)) * ticksPerMs) / ticksPerMs;
    return this.#plan(atMs, false, task);
  }

  /** Lets the next thing happen. False: there is none. */
  step(): boolean {
    for (;;) {
      const due = this.#take();
      if (due === undefined) return false;
      if (due.task === undefined) continue;
      this.nowMs = due.atMs;
      this.pending -= 1;
      const { task } = due;
      due.task = undefined;
      task();
      return true;
    }
  }

  #plan(atMs: number, isLast: boolean, task: () => void): () => void {
    const due: Due = { atMs, isLast, order: this.#count++, task };
    this.pending += 1;
    this.#add(due);
    return () => {
      if (due.task === undefined) return;
      due.task = undefined;
      this.pending -= 1;
    };
  }

  #add(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (isBefore(heap[above]!, due)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = due;
  }

  #take(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (isBefore(last, heap[below]!)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Due, b: Due): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  if (a.isLast !== b.isLast) return b.isLast;
  return a.order < b.order;
}
