/**
 * Messages as a loop reads them: `for await (const … of stream)`.
 *
 * Invariant: at most `capacity` messages wait for the loop, and what had been read from a peer with the last of them; a
 * peer that has more is not read until there is room. Messages of our own are dropped then, and counted. Once it has
 * ended nothing is kept, nobody is held up, and the handler is off. Knows nothing of what messages are.
 */
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Node } from "./node.ts";

export interface StreamOptions {
  /** Ends the stream; what still waits is not read any more. */
  readonly signal?: AbortSignal | undefined;
  /** Messages that may wait for the loop. Default 1024. */
  readonly capacity?: number | undefined;
}

/** A message came. A promise: the peer is not read until it settles. */
type Take<Message> = (message: Message, isOwn: boolean) => Promise<void> | undefined;

interface Source {
  readonly isKnown: Promise<void>;
  off(): Promise<void>;
}

export class MessageStream<Message> implements AsyncIterableIterator<Message, undefined> {
  /** Resolves when the peers that are connected know of it: what they send from then on comes. */
  readonly ready: Promise<void>;
  /** Messages of our own that found no room. */
  dropped = 0;

  readonly #node: Node;
  readonly #capacity: number;
  readonly #source: Source;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => void this.return();
  readonly #onClose = (): void => this.#end(false);
  #waiting: Message[] = [];
  /** Where in `#waiting` the next one is. */
  #at = 0;
  #readers: ((result: IteratorResult<Message, undefined>) => void)[] = [];
  /** Settled when there is room; peers wait for it. */
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #hasEnded = false;

  /** @throws SwitchyardError `BAD_ARGUMENT`, and whatever `open` throws */
  constructor(node: Node, options: StreamOptions, open: (take: Take<Message>) => Source) {
    const { capacity = limits.streamMessages, signal } = options;
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new SwitchyardError("BAD_ARGUMENT", `capacity ${String(capacity)} of a stream, which must be 1 or more`);
    }
    this.#node = node;
    this.#capacity = capacity;
    this.#signal = signal;
    this.#source = open((message, isOwn) => this.#take(message, isOwn));
    this.ready = this.#source.isKnown;
    this.ready.catch(() => {}); // for whoever does not ask
    node.closers.add(this.#onClose);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next message, when it has come; done when the stream has ended. */
  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#at < this.#waiting.length) return Promise.resolve({ done: false, value: this.#shift() });
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Ends it; what waits is not read any more. Ending twice is harmless. */
  return(): Promise<IteratorResult<Message, undefined>> {
    this.#end(true);
    this.#waiting = [];
    this.#at = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  get #count(): number {
    return this.#waiting.length - this.#at;
  }

  #take(message: Message, isOwn: boolean): Promise<void> | undefined {
    if (this.#hasEnded) return undefined;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader({ done: false, value: message });
      return undefined;
    }
    if (isOwn) {
      if (this.#count < this.#capacity) this.#waiting.push(message);
      else this.dropped += 1;
      return undefined;
    }
    this.#waiting.push(message);
    return this.#count < this.#capacity ? undefined : this.#whenRoom();
  }

  #whenRoom(): Promise<void> {
    if (this.#room === undefined) {
      let resolve: () => void = () => {};
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#room = { promise, resolve };
    }
    return this.#room.promise;
  }

  #shift(): Message {
    const message = this.#waiting[this.#at]!;
    this.#at += 1;
    if (this.#at * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#at); // each is moved once, or twice, on average
      this.#at = 0;
    }
    if (this.#count <= this.#capacity / 2) this.#makeRoom();
    return message;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** `isOpen`: the node goes on, and is to forget us. */
  #end(isOpen: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#node.closers.delete(this.#onClose);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#makeRoom();
    for (const reader of this.#readers) reader({ done: true, value: undefined });
    this.#readers = [];
    if (isOpen && !this.#node.isClosed) this.#source.off().catch(() => {}); // the node closed meanwhile
  }
}
