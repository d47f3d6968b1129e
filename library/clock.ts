/** Time and chance, behind interfaces, so that a whole cluster can run under a simulated clock from a seed. */
import { randomFillSync } from "node:crypto";

export interface Clock {
  /** Wall-clock time in ms since 1970. May jump. */
  wallMs(): number;
  /** Monotonic time in ms, from an arbitrary start. */
  nowMs(): number;
  /** Runs `task` once, `delayMs` from now; returns what cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** Runs `task` as soon as the code that runs now has come to its end. */
  next(task: () => void): void;
  /** Runs `task` at the end of this turn of the event loop, after all input that is already there. */
  soon(task: () => void): void;
}

export interface Chance {
  /** Uniform in [0, 1). */
  next(): number;
  /** `length` random bytes; cryptographically strong in production. */
  bytes(length: number): Uint8Array;
}

const settled = Promise.resolve();

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  nowMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  next: (task) => void settled.then(task), // Node's queueMicrotask makes an object of async hooks each time
  soon: (task) => {
    setImmediate(task);
  },
};

export const systemChance: Chance = {
  next: Math.random,
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};
