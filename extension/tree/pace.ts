/**
 * Runs something often enough and not more often: the first time at once, then at most once in `pauseMs`.
 *
 * Invariant: whatever was asked for is done in the end, unless it was stopped; no timer runs while nothing is asked for.
 */
export class Pace {
  readonly #pauseMs: number;
  readonly #run: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWanted = false;

  constructor(pauseMs: number, run: () => void) {
    this.#pauseMs = pauseMs;
    this.#run = run;
  }

  ask(): void {
    this.#isWanted = true;
    if (this.#timer === undefined) this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isWanted = false;
  }

  #next(): void {
    this.#timer = undefined;
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#timer = setTimeout(() => this.#next(), this.#pauseMs);
    this.#run();
  }
}
