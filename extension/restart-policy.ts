/**
 * Whether a server that ended by itself is started again, and when.
 *
 * Invariant: a server that came up once is always tried again, ever more slowly; one that never did is left alone,
 * because what keeps it from starting (a missing file, a broken installation) does not heal by waiting.
 * Knows nothing of processes or timers: it is told how long a run lasted, and answers.
 */
export type Verdict =
  | { readonly kind: "restart"; readonly afterMs: number; readonly attempt: number }
  | { readonly kind: "giveUp" };

/** How long a run must last for what went wrong before to be forgiven. */
const forgivenAfterMs = 60_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;

export class RestartPolicy {
  #cameUp = false;
  /** Runs in a row that ended too soon. */
  #failures = 0;

  /** @param upMs for how long it was up; `undefined` when it ended before it answered. */
  ended(upMs: number | undefined): Verdict {
    if (upMs !== undefined) this.#cameUp = true;
    if (!this.#cameUp) return { kind: "giveUp" };

    if (upMs !== undefined && upMs >= forgivenAfterMs) this.#failures = 0;
    const afterMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures);
    this.#failures += 1;
    return { kind: "restart", afterMs, attempt: this.#failures };
  }

  /** A person asked for a restart: nothing of the past counts. */
  reset(): void {
    this.#cameUp = false;
    this.#failures = 0;
  }
}
