/**
 * When a panel may ask for its next page.
 *
 * Invariant: one question in flight, at least `gapMs` between two, none while hidden; whatever happens meanwhile is
 * remembered as one wish. Pure: the driver tells it the time and waits as long as `waitMs` says.
 */
export class PullGate {
  readonly #gapMs: number;
  #isWanted = false;
  #isAsking = false;
  #isVisible = true;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /** Something may have changed. */
  want(): void {
    this.#isWanted = true;
  }

  /** A panel that comes to light again is behind. */
  setVisible(isVisible: boolean): void {
    if (isVisible && !this.#isVisible) this.#isWanted = true;
    this.#isVisible = isVisible;
  }

  /** How long to wait before asking; nothing while there is no reason to ask, or an answer to await first. */
  waitMs(nowMs: number): number | undefined {
    if (!this.#isWanted || this.#isAsking || !this.#isVisible) return undefined;
    return Math.max(0, this.#notBeforeMs - nowMs);
  }

  begin(nowMs: number): void {
    this.#isWanted = false;
    this.#isAsking = true;
    this.#notBeforeMs = nowMs + this.#gapMs;
  }

  /** The question was answered. With `retryMs` it was not, and is asked again after that. */
  end(nowMs: number, retryMs?: number): void {
    this.#isAsking = false;
    if (retryMs === undefined) return;
    this.#isWanted = true;
    this.#notBeforeMs = nowMs + retryMs;
  }
}
