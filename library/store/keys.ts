/** A walk over a store: awaited it is all of it, in a loop one page after the other. Costs nothing until then. */
export class Keys<Item> implements PromiseLike<readonly Item[]>, AsyncIterable<Item> {
  readonly #pages: (timeoutMs: number) => AsyncGenerator<readonly Item[]>;
  readonly #timeoutMs: () => number;
  #all: Promise<readonly Item[]> | undefined;

  /** `timeoutMs` throws where the store is closed. */
  constructor(pages: (timeoutMs: number) => AsyncGenerator<readonly Item[]>, timeoutMs: () => number) {
    this.#pages = pages;
    this.#timeoutMs = timeoutMs;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is to be awaited
  then<Result = readonly Item[], Failed = never>(
    onDone?: ((items: readonly Item[]) => Result | PromiseLike<Result>) | null,
    onFailed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Result | Failed> {
    this.#all ??= this.#collect();
    return this.#all.then(onDone, onFailed);
  }

  catch<Failed = never>(
    onFailed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<readonly Item[] | Failed> {
    return this.then(undefined, onFailed);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for await (const page of this.#pages(this.#timeoutMs())) yield* page;
  }

  async #collect(): Promise<readonly Item[]> {
    const items: Item[] = [];
    for await (const page of this.#pages(this.#timeoutMs())) for (const item of page) items.push(item);
    return items;
  }
}
