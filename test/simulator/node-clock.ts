/**
 * The clock of one node: it may run a little faster or slower than that of others, its wall clock can be set, and the
 * process that lives by it can be stopped.
 *
 * What is due while the process is stopped happens in its order when it goes on. Invariant: `nowMs` never goes back, and
 * goes on while the process is stopped, as that of a real machine.
 */
import type { Clock } from "../../library/clock.ts";
import type { SimulatedTime } from "./clock.ts";

export class NodeClock {
  /** Ms of this clock in one ms of the world. */
  pace = 1;
  readonly clock: Clock;
  readonly #time: SimulatedTime;
  #setByMs = 0;
  /** What was due meanwhile; `undefined`: the process runs. */
  #held: (() => void)[] | undefined;

  constructor(time: SimulatedTime) {
    this.#time = time;
    this.clock = {
      ...time.clock,
      wallMs: () => time.clock.wallMs() + this.#setByMs,
      nowMs: () => time.nowMs * this.pace,
      after: (delayMs, task) => this.#after(delayMs / this.pace, task),
    };
  }

  get isStopped(): boolean {
    return this.#held !== undefined;
  }

  stop(): void {
    this.#held ??= [];
  }

  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const task of held) task();
  }

  /** Somebody sets the wall clock, so much ahead or back. */
  setWall(byMs: number): void {
    this.#setByMs += byMs;
  }

  /** Runs it now, or when the process goes on. */
  run(task: () => void): void {
    if (this.#held === undefined) task();
    else this.#held.push(task);
  }

  #after(delayMs: number, task: () => void): () => void {
    let isCancelled = false;
    const cancel = this.#time.after(delayMs, () => {
      this.run(() => {
        if (!isCancelled) task();
      });
    });
    return () => {
      isCancelled = true;
      cancel();
    };
  }
}
