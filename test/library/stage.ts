/**
 * A real node, and peers that are played by hand: what they send is bytes, and what they get is frames.
 *
 * Nothing waits for time or chance: the clock stands still, and tasks run when a test settles.
 */

import type { SwitchyardError } from "../../library/index.ts";
import {
  type Clock,
  Context,
  type ContextOptions,
  type Link,
  type LinkEvents,
  type ListenOptions,
} from "../../library/index.ts";
import { Arena, readControl } from "../../library/wire/codec.ts";
import { type Field, FrameKind, isMessageKind, preface } from "../../library/wire/frames.ts";
import { type ShapeDefinition, shapeFields } from "../../library/wire/shape.ts";
import { Splitter } from "../../library/wire/splitter.ts";

const arena = new Arena();

/** A frame, packed in a buffer of its own. */
export function frame(kind: number, fields: readonly Field[]): Uint8Array {
  arena.control({ kind, fields });
  return Uint8Array.from(arena.bytes.subarray(arena.start, arena.end));
}

/** A message's frame. */
export function message(kind: number, body: readonly unknown[], stream = 0, sequence = 0, shape = 0): Uint8Array {
  arena.message(kind, body, shape, stream, sequence, { high: 0, low: 1_700_000_000 });
  return Uint8Array.from(arena.bytes.subarray(arena.start, arena.end));
}

/** The id of a node played by hand: one digit, 32 times. */
export function idOf(digit: string): string {
  return digit.repeat(32);
}

/** The frame that announces an event's shape. */
export function eventShape(stream: number, index: number, name: string, signature: string): Uint8Array {
  const definition: ShapeDefinition = { kind: FrameKind.event, name, signature, writer: "", columns: [] };
  return frame(FrameKind.shape, shapeFields(stream, index, definition));
}

export class StandingClock implements Clock {
  now = 1_000_000;
  #tasks: (() => void)[] = [];
  #timers = new Map<object, { readonly at: number; readonly task: () => void }>();

  wallMs(): number {
    return 1_700_000_000_000 + this.now;
  }

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, task: () => void): () => void {
    const key = {};
    this.#timers.set(key, { at: this.now + delayMs, task });
    return () => this.#timers.delete(key);
  }

  next(task: () => void): void {
    this.#tasks.push(task);
  }

  soon(task: () => void): void {
    this.#tasks.push(task);
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Runs what was put off until later in the turn. */
  run(): void {
    for (const task of this.#tasks.splice(0)) task();
  }

  /** Lets time pass; timers that are due run in order. */
  advance(byMs: number): void {
    const end = this.now + byMs;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].task();
    }
    this.now = end;
  }
}

/** The other end of one link of the node. */
export class HandPeer implements Link {
  readonly remote = "by hand";
  /** What the node sent, the messages as bytes. */
  readonly frames: { readonly kind: number; readonly fields: readonly Field[]; readonly bytes: Uint8Array }[] = [];
  isClosed = false;
  /** False: the link never takes what is left, so closing it in good order does not end. */
  isReading = true;
  isPaused = false;
  #events: LinkEvents | undefined;
  #skip = preface.length;
  readonly #splitter = new Splitter(2 ** 24, (bytes, start, end) => {
    const kind = bytes[start]!;
    const control = isMessageKind(kind) ? undefined : readControl(bytes, start, end);
    this.frames.push({ kind, fields: control?.fields ?? [], bytes: Uint8Array.from(bytes.subarray(start, end)) });
    return true;
  });

  start(events: LinkEvents): void {
    this.#events = events;
  }

  /** What the node sends. */
  send(bytes: Uint8Array): boolean {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    this.#splitter.push(bytes.slice(skipped));
    return true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): void {
    if (this.isReading) this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    queueMicrotask(() => this.#events?.closed());
  }

  /** What we send. */
  give(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) if (!this.isClosed) this.#events?.received(chunk.slice());
  }

  ofKind(kind: number): (readonly Field[])[] {
    return this.frames.filter((each) => each.kind === kind).map(({ fields }) => fields);
  }
}

export class Stage {
  readonly clock = new StandingClock();
  readonly node: Context;
  readonly errors: SwitchyardError[] = [];
  /** Sees each peer before the node does. */
  onConnect: (peer: HandPeer) => void = () => {};
  #accept: ((link: Link) => void) | undefined;

  constructor(options: ContextOptions = {}) {
    let drawn = 0;
    this.node = new Context({
      name: "real",
      clock: this.clock,
      chance: { next: () => 0.5, bytes: (length) => new Uint8Array(length).map(() => drawn++) },
      transports: [
        {
          schemes: ["stage", "tcp"],
          connect: () => Promise.reject(new Error("only we connect")),
          listen: (_, accept) => {
            this.#accept = accept;
            return Promise.resolve({ location: "stage://here", close: () => Promise.resolve() });
          },
        },
      ],
      ...options,
    });
    this.node.on("error", (error) => this.errors.push(error));
  }

  /** Raises the curtain. */
  async listen(options: ListenOptions = {}, location = "stage://here"): Promise<this> {
    await this.node.connections.listen(location, options);
    return this;
  }

  connect(): HandPeer {
    const peer = new HandPeer();
    this.onConnect(peer);
    this.#accept?.(peer);
    return peer;
  }

  /** Runs what is under way, to its end. */
  async settle(): Promise<void> {
    for (let i = 0; i < 12; i++) {
      await Promise.resolve();
      this.clock.run();
    }
  }

  /** A peer whose handshake is done; it wants these patterns. */
  async peer(digit: string, patterns: readonly string[] = [], name = `hand-${digit}`): Promise<HandPeer> {
    const peer = this.connect();
    peer.give(preface, hello(digit, name));
    await this.settle();
    const interest = patterns.map((pattern) => [idOf(digit), pattern, [idOf(digit)]]);
    peer.give(frame(FrameKind.welcome, [1]), frame(FrameKind.interest, interest), frame(FrameKind.ready, []));
    await this.settle();
    return peer;
  }
}

export function hello(digit: string, name = `hand-${digit}`): Uint8Array {
  return frame(FrameKind.hello, [1, 1, name, idOf(digit), "by hand", []]);
}
