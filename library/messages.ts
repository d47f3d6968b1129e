/**
 * The way of a message: raised here or come in, handled here, passed on. This is the hot path.
 *
 * A message is encoded once, whatever the number of its receivers, and passed on as bytes: a router changes two numbers
 * in place and looks at the body only to see that it is well-formed. Values are built when a handler asks for them.
 *
 * Invariant: a peer is told of a stream and of a shape before the first message that has them, on the same link.
 */
import { announce } from "./announcements.ts";
import type { Arrival } from "./arrival.ts";
import type { Clock } from "./clock.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { checkRaisable } from "./core/topic.ts";
import { typeOf, type Value } from "./core/values/index.ts";
import { Departures } from "./departures.ts";
import type { Neighbour } from "./neighbour.ts";
import { Patience } from "./patience.ts";
import type { Handler, Route, RouteTable } from "./routes.ts";
import { type Stream, StreamTable } from "./streams.ts";
import { Arena, viewOf, type WireTime } from "./wire/codec.ts";
import { FrameKind, header, routing } from "./wire/frames.ts";
import type { Shape, ShapeName } from "./wire/shape.ts";
import { wireTimeOfMs } from "./wire/time.ts";

/** Counts the message in. False for a repeat, which goes no further. */
function isNext(stream: Stream, sequence: number): boolean {
  const ahead = (sequence - stream.next) | 0;
  if (ahead < 0) {
    stream.repeated += 1;
    return false;
  }
  stream.missing += ahead;
  stream.next = (sequence + 1) >>> 0;
  stream.isRecent = true;
  return true;
}

function describeMismatch({ definition }: Shape, values: readonly Value[]): string {
  const types = definition.columns.map(({ type }) => type).join(", ");
  return `${definition.name} takes (${types}), not (${values.map(typeOf).join(", ")})`;
}

/** Shorter messages cannot have more elements, nor take more memory, than a receiver lets through. */
const harmlessBytes = limits.valueBytes / 512;

/** A receiver refuses a body of too many elements. */
function checkElements(shape: Shape, { bytes, start, end }: Arena): void {
  if (shape.fits(bytes, start + routing.bytes, end - bytes[start + header.padding]!)) return;
  const { valueElements, valueBytes } = limits;
  throw new SwitchyardError(
    "TOO_MANY",
    `a message of more than ${valueElements} elements or ${valueBytes} bytes of memory`,
  );
}

/** What handlers of one kind of message are given. */
export interface MessageKind<Message> {
  readonly kind: number;
  /** May be dropped when a peer is slow. */
  readonly isDroppable: boolean;
  /** As handlers get it; the arguments are those of an `Arrival`. */
  readonly received: (...arrival: ConstructorParameters<typeof Arrival>) => Message;
}

export interface Raised<Message> extends ShapeName {
  readonly kind: number;
  /** When the shape has declared types; otherwise they are those of the values. */
  readonly signature: string | undefined;
  readonly values: readonly Value[];
  /** `undefined`: now. */
  readonly time: WireTime | undefined;
  /** As our own handlers get it; made only when one wants it. */
  toMessage(time: WireTime): Message;
}

type Handlers = readonly Handler<unknown>[] | undefined;

/** Messages that may share one look at the clock. */
const perStamp = 32;

export class Messages {
  readonly arena = new Arena();
  readonly streams: StreamTable;
  readonly departures: Departures;
  readonly patience: Patience;
  /** Messages that did not go out, to whatever peer. */
  dropped = 0;
  readonly #routes: RouteTable;
  readonly #clock: Clock;
  readonly #onFailure: (error: SwitchyardError) => void;
  readonly #kinds: (MessageKind<unknown> | undefined)[] = new Array(FrameKind.lastMessage + 1).fill(undefined);
  readonly #mustArrive = new Set<number>();
  #lastBytes: Uint8Array | undefined;
  #now: WireTime = { high: 0, low: 0 };
  #stamped = 0;
  #stampTurn = -1;

  constructor(
    self: Origin,
    routes: RouteTable,
    clock: Clock,
    neighbours: ReadonlySet<Neighbour>,
    tell: { readonly failure: (error: SwitchyardError) => void; readonly flowing: () => void },
  ) {
    this.#routes = routes;
    this.#clock = clock;
    this.#onFailure = tell.failure;
    this.patience = new Patience(clock, neighbours, tell.flowing);
    this.departures = new Departures(clock, (neighbour) => this.patience.flushed(neighbour));
    this.streams = new StreamTable(self, (stream) => {
      for (const neighbour of neighbours) neighbour.forgetStream(stream.number);
    });
  }

  register(kind: MessageKind<unknown>): void {
    this.#kinds[kind.kind] = kind;
    if (!kind.isDroppable) this.#mustArrive.add(kind.kind);
  }

  /** May a frame of this kind be dropped? Kinds that we do not know may. */
  isDroppable(kind: number): boolean {
    return kind === FrameKind.event || (kind >= FrameKind.firstMessage && !this.#mustArrive.has(kind));
  }

  /**
   * Sends a message to whoever wants it, and hands it to our own handlers where the topic is subscribed locally.
   * False: a peer that wants it has more waiting than it should; go on when `drained`.
   * @throws SwitchyardError `BAD_TOPIC`, `SCHEMA_MISMATCH`, `TOO_LARGE`, `TOO_MANY`
   */
  raise<Message>(topic: string, raised: Raised<Message>): boolean {
    const stream = this.streams.own(topic) ?? this.#openOwn(topic);
    stream.isRecent = true;
    stream.raised += 1;
    const route = this.#routes.route(stream, undefined);
    const handlers = route.handlers[raised.kind] as Handlers;
    if (route.targets.length === 0 && handlers === undefined) return true;
    const time = raised.time ?? this.#stamp();
    const isFlowing = route.targets.length === 0 || this.#send(stream, route, raised, time);
    if (handlers !== undefined) this.#hand(stream, handlers, raised.toMessage(time), undefined);
    return isFlowing;
  }

  #openOwn(topic: string): Stream {
    checkRaisable(topic);
    return this.streams.openOwn(topic);
  }

  #send<Message>(given: Stream, route: Route, raised: Raised<Message>, time: WireTime): boolean {
    const { kind, values } = raised;
    const known = given.bodyOfKnownShape(kind, raised, values);
    const stream = known === undefined ? this.#withNewShape(given, raised) : given;
    const body = known ?? stream.lastShape!.bodyOf(values);
    if (body === undefined) throw new SwitchyardError("SCHEMA_MISMATCH", describeMismatch(stream.lastShape!, values));
    const { arena } = this;
    arena.message(kind, body, stream.lastIndex, stream.number, stream.next, time);
    if (arena.end - arena.start > harmlessBytes) checkElements(stream.lastShape!, arena);
    stream.next = (stream.next + 1) >>> 0;
    const { bytes, start, end } = arena;
    if (bytes !== this.#lastBytes) this.departures.flush(); // a buffer is full: the peers work while we go on
    this.#lastBytes = bytes;
    let isFlowing = true;
    const isDroppable = this.isDroppable(kind);
    for (const target of route.targets) {
      this.#sendTo(target, stream, stream.lastIndex, bytes, start, end);
      if (!target.isWorthWaiting(isDroppable)) continue;
      isFlowing = false;
      this.patience.begin(target);
    }
    return isFlowing;
  }

  /** The time of messages raised now, in one object for several of them. */
  #stamp(): WireTime {
    const { turn } = this.departures;
    if (this.#stampTurn !== turn || this.#stamped % perStamp === 0) this.#now = wireTimeOfMs(this.#clock.wallMs());
    this.#stampTurn = turn;
    this.#stamped += 1;
    return this.#now;
  }

  /** The stream, with a shape for these values as its last; a new stream when it has too many shapes. */
  #withNewShape<Message>(stream: Stream, raised: Raised<Message>): Stream {
    const { kind, values, signature } = raised;
    if (stream.takeShape(kind, raised, values, signature)) return stream;
    const fresh = this.streams.openOwn(stream.topic);
    fresh.takeShape(kind, raised, values, signature);
    fresh.route = stream.route;
    return fresh;
  }

  #sendTo(target: Neighbour, stream: Stream, shape: number, bytes: Uint8Array, start: number, end: number): void {
    if (!target.knowsShape(stream.number, shape)) announce(target, stream);
    target.outbox.append(bytes, start, end);
    this.departures.queued(target);
  }

  /**
   * A message came in. `end` is that of the frame. The bytes are ours and are changed when they are passed on.
   * False: it breaks the protocol.
   */
  receive(from: Neighbour, bytes: Uint8Array, start: number, end: number): boolean {
    const view = viewOf(bytes);
    const bodyEnd = end - (bytes[start + header.padding]! & 7);
    const bodyStart = start + routing.bytes;
    if (bodyStart >= bodyEnd) return false;
    const stream = from.inbound[view.getUint32(start + routing.stream)];
    const index = view.getUint16(start + routing.shape);
    const shape = stream?.shapes[index];
    if (stream === undefined || shape === undefined) return false;
    const kind = bytes[start]!;
    if (shape.definition.kind !== kind || !shape.fits(bytes, bodyStart, bodyEnd)) return false;
    from.receivedMessages += 1;
    if (!isNext(stream, view.getUint32(start + routing.sequence))) return true;

    const route = this.#routes.route(stream, from);
    const hops = bytes[start + routing.hops]! + 1;
    const handlers = route.handlers[kind] as Handlers;
    if (handlers !== undefined) {
      const message = this.#kinds[kind]!.received(stream, shape, bytes, start, hops);
      this.#hand(stream, handlers, message, from);
    }
    if (route.targets.length > 0) this.#forward(from, route, stream, index, bytes, start, end, hops);
    return true;
  }

  #forward(
    from: Neighbour,
    route: Route,
    stream: Stream,
    shape: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    hops: number,
  ): void {
    if (hops >= limits.hops) {
      stream.dropped += 1;
      return;
    }
    if (this.streams.byNumber(stream.number) !== stream) this.streams.adopt(stream);
    stream.forwarded += 1;
    bytes[start + routing.hops] = hops;
    viewOf(bytes).setUint32(start + routing.stream, stream.number);
    const isDroppable = this.isDroppable(bytes[start]!);
    for (const target of route.targets) {
      this.#sendTo(target, stream, shape, bytes, start, end);
      if (target.isWorthWaiting(isDroppable)) this.patience.begin(target, from, hops);
    }
  }

  #hand(stream: Stream, handlers: readonly Handler<unknown>[], message: unknown, from: Neighbour | undefined): void {
    stream.delivered += 1;
    for (const handler of handlers) {
      if (!handler.isActive) continue;
      try {
        const busy = handler.run(message, stream.topic);
        if (busy instanceof Promise) this.#await(busy, from, stream.topic);
      } catch (cause) {
        this.#failed(stream.topic, cause);
      }
    }
  }

  /** A handler that takes its time: nothing more is read from that peer until it is done. */
  #await(busy: Promise<unknown>, from: Neighbour | undefined, topic: string): void {
    from?.hold();
    busy
      .catch((cause: unknown) => this.#failed(topic, cause))
      .finally(() => from?.release())
      .catch((cause: unknown) => this.#failed(topic, cause));
  }

  #failed(topic: string, cause: unknown): void {
    const what = cause instanceof Error ? cause.message : String(cause);
    this.#onFailure(new SwitchyardError("HANDLER_FAILED", `handler for ${topic}: ${what}`, { cause }));
  }

  /** A frame was dropped before it went out. */
  countDropped(bytes: Uint8Array, start: number): void {
    if (bytes[start]! < FrameKind.firstMessage) return;
    const stream = this.streams.byNumber(viewOf(bytes).getUint32(start + routing.stream));
    if (stream !== undefined) stream.dropped += 1;
    this.dropped += 1;
  }
}
