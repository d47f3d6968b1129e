/**
 * What the compliance tests work at: listeners, pairs of ends, and ends that write down what they are told.
 *
 * Invariant: whatever a test opened is gone when it is over. An event after `closed` fails the run.
 */
import { afterEach } from "vitest";
import type { SwitchyardError } from "../../../library/core/errors.ts";
import type { Link, LinkEvents, Listener, TlsOptions, Transport } from "../../../library/transports/transport.ts";
import type { TransportUnderTest } from "../transport.ts";

/** One end of a link, and everything it was told. */
export class End implements LinkEvents {
  readonly link: Link;
  readonly chunks: Uint8Array[] = [];
  bytes = 0;
  drainedTimes = 0;
  closedTimes = 0;
  error: SwitchyardError | undefined;
  /** Runs for each chunk before it is written down. */
  onChunk: (chunk: Uint8Array) => void = () => {};
  #waiting: { readonly condition: () => boolean; readonly resolve: () => void }[] = [];

  constructor(link: Link) {
    this.link = link;
  }

  start(): this {
    this.link.start(this);
    return this;
  }

  received(chunk: Uint8Array): void {
    this.#refuseIfClosed("received");
    this.onChunk(chunk);
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    this.#look();
  }

  drained(): void {
    this.#refuseIfClosed("drained");
    this.drainedTimes++;
    this.#look();
  }

  closed(error?: SwitchyardError): void {
    this.#refuseIfClosed("closed");
    this.closedTimes++;
    this.error = error;
    this.#look();
  }

  /** Resolves as soon as the condition holds after some event, or at once. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ condition, resolve }));
  }

  untilBytes(count: number): Promise<void> {
    return this.until(() => this.bytes >= count);
  }

  async untilClosed(): Promise<SwitchyardError | undefined> {
    await this.until(() => this.closedTimes > 0);
    return this.error;
  }

  /** All that was received, in one piece. */
  content(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Sends everything, waiting where it must. */
  async sendHeeding(chunks: Iterable<Uint8Array>): Promise<void> {
    for (const chunk of chunks) {
      const drainedTimes = this.drainedTimes;
      if (!this.link.send(chunk)) await this.until(() => this.drainedTimes > drainedTimes || this.closedTimes > 0);
    }
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ condition }) => !condition());
    for (const waiter of waiting) if (!this.#waiting.includes(waiter)) waiter.resolve();
  }

  #refuseIfClosed(event: string): void {
    if (this.closedTimes > 0) throw new Error(`${event} after closed`);
  }
}

export class Bench {
  readonly transport: Transport;
  readonly #subject: TransportUnderTest;
  readonly #links: Link[] = [];
  readonly #listeners: Listener[] = [];

  constructor(subject: TransportUnderTest) {
    this.#subject = subject;
    this.transport = subject.transport;
  }

  location(): URL {
    return this.#subject.location();
  }

  listenOptions(): { readonly tls?: TlsOptions } {
    const tls = this.#subject.tls?.().listen;
    return tls === undefined ? {} : { tls };
  }

  connectOptions(): { readonly tls?: TlsOptions } {
    const tls = this.#subject.tls?.().connect;
    return tls === undefined ? {} : { tls };
  }

  async listen(accept: (link: Link) => void, location = this.location()): Promise<Listener> {
    const taken = (link: Link): void => {
      this.#links.push(link);
      accept(link);
    };
    const listener = await this.transport.listen(location, taken, this.listenOptions());
    this.#listeners.push(listener);
    return listener;
  }

  async connect(location: string, signal?: AbortSignal): Promise<End> {
    const options = { ...(signal && { signal }), ...this.connectOptions() };
    const link = await this.transport.connect(new URL(location), options);
    this.#links.push(link);
    return new End(link);
  }

  /** Two ends of one link, not started yet. */
  async unstartedPair(): Promise<{ ours: End; theirs: End; listener: Listener }> {
    const accepted = once<Link>();
    const listener = await this.listen(accepted.resolve);
    const ours = await this.connect(listener.location);
    return { ours, theirs: new End(await accepted.promise), listener };
  }

  async pair(): Promise<{ ours: End; theirs: End; listener: Listener }> {
    const { ours, theirs, listener } = await this.unstartedPair();
    return { ours: ours.start(), theirs: theirs.start(), listener };
  }

  /** As many turns as a few exchanges over another link take: time in which something unwanted could show. */
  async letTimePass(): Promise<void> {
    const { ours, theirs } = await this.pair();
    theirs.onChunk = (chunk) => theirs.link.send(chunk);
    for (let exchange = 1; exchange <= 20; exchange++) {
      ours.link.send(Uint8Array.of(exchange));
      await ours.untilBytes(exchange);
    }
  }

  async clear(): Promise<void> {
    for (const link of this.#links.splice(0)) link.destroy();
    for (const listener of this.#listeners.splice(0)) await listener.close();
  }
}

/** A bench that is cleared after each test of the suite it is made in. */
export function benchFor(subject: TransportUnderTest): Bench {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());
  return bench;
}

export function once<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** `length` bytes that differ from those of another `seed`, and at every place from their neighbours. */
export function bytesOf(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (seed * 31 + at + (at >> 8) * 7) & 0xff;
  return bytes;
}

/** How many times `chunk` has to be sent to come to `total` bytes. */
export function* repeated(chunk: Uint8Array, total: number): Generator<Uint8Array> {
  for (let sent = 0; sent < total; sent += chunk.length) yield chunk;
}
