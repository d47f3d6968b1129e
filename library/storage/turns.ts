/**
 * One thing after another, in the order in which they were asked for.
 *
 * Invariant: when one fails, those that were already waiting behind it fail the same way, for they rest on it.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #failure: unknown;

  take<Result>(task: () => Promise<Result>): Promise<Result> {
    const failures = this.#failures;
    const run = async (): Promise<Result> => {
      if (this.#failures > failures) throw this.#failure;
      try {
        return await task();
      } catch (error) {
        this.#failures += 1;
        this.#failure = error;
        throw error;
      }
    };
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
