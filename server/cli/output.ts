/**
 * Standard output, gathered: lines of one turn of the event loop go out in few writes.
 *
 * Invariant: what is written comes out in order and whole, and memory stays bounded as long as callers mind `isFull`.
 * When it takes no more, that is told once, and from then on nothing is kept; a reader that goes away (`| head`) is no
 * failure.
 */
import type { Writable } from "node:stream";

/** Characters gathered before they are handed on within a turn. */
const batchCharacters = 64 * 1024;
/** What may wait for a slow reader before callers should drop or wait. */
const fullBytes = 4 * 1024 * 1024;

/** What the system says where nobody reads. */
const readerGone: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "EOF", "ERR_STREAM_DESTROYED"]);

export class Output {
  readonly #stream: Writable;
  #batch = "";
  #isScheduled = false;
  #isGone = false;
  #waiters: (() => void)[] = [];

  /** @param ended called once: nobody reads any more; or, with a failure, what was written could not be */
  constructor(stream: Writable, ended: (failure: NodeJS.ErrnoException | undefined) => void) {
    this.#stream = stream;
    stream.on("drain", () => this.#wake());
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#isGone) return;
      this.#isGone = true;
      this.#batch = "";
      this.#wake();
      ended(readerGone.has(error.code ?? "") ? undefined : error);
    });
  }

  /** Queues text; it is never refused. */
  write(text: string): void {
    if (this.#isGone) return;
    this.#batch += text;
    if (this.#batch.length >= batchCharacters) this.#hand();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.#hand();
      });
    }
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  /** Whether so much waits for a slow reader that no more should be written. */
  get isFull(): boolean {
    return this.#stream.writableLength > fullBytes;
  }

  /** Resolves when everything written so far was handed to the reader, or the reader is gone. */
  drained(): Promise<void> {
    this.#hand();
    const { writableLength, errored } = this.#stream; // of a failure we are told a moment later
    if (this.#isGone || (writableLength === 0 && errored === null)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Like `drained`, but does not wait for ever. False: the reader has not taken everything. */
  async finish(timeoutMs: number): Promise<boolean> {
    let isLate = false;
    const late = new Promise<void>((resolve) => {
      setTimeout(() => {
        isLate = true;
        resolve();
      }, timeoutMs).unref();
    });
    await Promise.race([this.drained(), late]);
    return !isLate && !this.#isGone;
  }

  #hand(): void {
    if (this.#batch === "" || this.#isGone) return;
    const batch = this.#batch;
    this.#batch = "";
    this.#stream.write(batch, () => {
      if (this.#stream.writableLength === 0) this.#wake();
    });
  }

  #wake(): void {
    if (!this.#isGone && this.#stream.writableLength > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
