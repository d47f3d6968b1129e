/**
 * Tells a panel that there is something new: seldom, and not again before it has looked.
 *
 * Invariant: after `tell` no other follows until `answered`, nor within `restMs`; and once answered, a change is told.
 * No timer runs while nothing changes. Knows nothing of what changed.
 */
import type { Clock } from "../../library/index.ts";

export class Notice {
  readonly #restMs: number;
  readonly #clock: Pick<Clock, "nowMs" | "after">;
  readonly #tell: () => void;
  #isUnanswered = false;
  #lastMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(restMs: number, clock: Pick<Clock, "nowMs" | "after">, tell: () => void) {
    this.#restMs = restMs;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Something changed. Cheap: it is called for every message. */
  changed(): void {
    if (this.#isUnanswered || this.#cancel !== undefined) return;
    const restMs = Math.max(0, this.#lastMs + this.#restMs - this.#clock.nowMs());
    this.#cancel = this.#clock.after(restMs, () => this.#send());
  }

  /** The panel has seen everything up to now. */
  answered(): void {
    this.#isUnanswered = false;
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = () => {}; // nothing is told from now on
  }

  #send(): void {
    this.#cancel = undefined;
    this.#isUnanswered = true;
    this.#lastMs = this.#clock.nowMs();
    this.#tell();
  }
}
