/** Writes under way, as many as may be at once: enough to keep the way full, few enough to be held in memory. */

const writesAtOnce = 4_096;
const charactersAtOnce = 8 * 1024 * 1024;

export class WriteWindow {
  /** Writes that were acknowledged. */
  done = 0;
  #writes = 0;
  #characters = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  /** @returns what to wait for before the next one; `undefined`: nothing. Rejects, or throws, with the first failure */
  add(written: Promise<unknown>, characters: number): Promise<void> | undefined {
    this.#writes++;
    this.#characters += characters;
    written.then(
      () => this.#end(characters, undefined),
      (error: unknown) => this.#end(characters, { error }),
    );
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#isFull() ? this.#until(() => this.#isHalfEmpty()) : undefined;
  }

  /** Resolves when all were acknowledged. Rejects when they are over and one was not. */
  async settled(): Promise<void> {
    while (this.#writes > 0) await this.#ended();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#ended();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #end(characters: number, failure: { readonly error: unknown } | undefined): void {
    this.#writes--;
    this.#characters -= characters;
    if (failure === undefined) this.done++;
    else this.#failure ??= failure;
    this.#wake();
  }

  #ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #isFull(): boolean {
    return this.#writes >= writesAtOnce || this.#characters >= charactersAtOnce;
  }

  #isHalfEmpty(): boolean {
    return this.#writes <= writesAtOnce / 2 && this.#characters <= charactersAtOnce / 2;
  }
}
