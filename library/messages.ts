/**
 * The way of a message that is raised here. This is the hot path; how messages come in is in reception.ts.
 *
 * A message is encoded once, whatever the number of its receivers, into a buffer that they share. Each topic has a
 * stream, in which every message is numbered, whether somebody wants it or not: so a receiver knows what it missed.
 *
 * Invariant: a peer is told of a stream and of a shape before the first message that has them, on the same link.
 */
import { announce } from "./announcements.ts";
import type { Arrival } from "./arrival.ts";
import type { Clock } from "./clock.ts";
import { DropLedger, type DropReason } from "./core/drop-ledger.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { checkCarried } from "./core/topic.ts";
import { typeOf, type Value } from "./core/values/index.ts";
import { Departures } from "./departures.ts";
import { type Handlers, Handover } from "./handover.ts";
import type { Neighbour } from "./neighbour.ts";
import { Patience } from "./patience.ts";
import type { Resends } from "./resends.ts";
import { outdated, type Route, type RouteTable } from "./routes.ts";
import { type Stream, StreamTable } from "./streams.ts";
import { Arena, type WireTime } from "./wire/codec.ts";
import { FrameKind, header, routing } from "./wire/frames.ts";
import type { Shape, ShapeName } from "./wire/shape.ts";
import { wireTimeOfMs } from "./wire/time.ts";
import { viewOf } from "./wire/view.ts";

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

/** The route goes on to a neighbour that was away: nothing was withheld from it. */
function withTarget(route: Route, target: Neighbour): Route {
  return { ...route, targets: [...route.targets, target] };
}

/** To be worked out anew before it is used; the others that it led to know where the stream goes on. */
function withoutTarget(route: Route, target: Neighbour): Route {
  return { ...route, generation: outdated, targets: route.targets.filter((each) => each !== target) };
}

/** What handlers of one kind of message are given. */
export interface MessageKind<Message> {
  readonly kind: number;
  /** May be dropped when a peer is slow. */
  readonly isDroppable: boolean;
  /** As handlers get it; the arguments are those of an `Arrival`. */
  readonly received: (...arrival: ConstructorParameters<typeof Arrival>) => Message;
  /** Told of each that comes in, before it is handled and passed on; `start` is that of the body. False: it is none. */
  readonly noticed?: (
    from: Neighbour,
    route: Route,
    stream: Stream,
    shape: Shape,
    bytes: Uint8Array,
    start: number,
  ) => boolean;
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

/** Messages that may share one look at the clock. */
const perStamp = 32;

export interface MessagesOptions {
  readonly self: Origin;
  readonly routes: RouteTable;
  readonly clock: Clock;
  readonly neighbours: ReadonlySet<Neighbour>;
  /** Neighbours whose link is lost, and for which something is kept. */
  readonly resting: ReadonlySet<Neighbour>;
  readonly failure: (error: SwitchyardError) => void;
  readonly flowing: () => void;
}

export class Messages {
  readonly arena = new Arena();
  readonly streams: StreamTable;
  readonly departures: Departures;
  readonly patience: Patience;
  readonly handover: Handover;
  readonly drops = new DropLedger();
  readonly #routes: RouteTable;
  readonly #clock: Clock;
  readonly #kinds: (MessageKind<unknown> | undefined)[] = new Array(FrameKind.lastMessage + 1).fill(undefined);
  readonly #mustArrive = new Set<number>();
  #resends: Resends | undefined;
  #lastBytes: Uint8Array | undefined;
  #now: WireTime = { high: 0, low: 0 };
  #stamped = 0;
  #stampTurn = -1;

  constructor({ self, routes, clock, neighbours, resting, failure, flowing }: MessagesOptions) {
    this.#routes = routes;
    this.#clock = clock;
    this.handover = new Handover(failure);
    const nextOf = (number: number) => this.streams.byNumber(number)?.next;
    this.patience = new Patience(clock, neighbours, flowing, (neighbour) => neighbour.tellDropped(nextOf));
    this.departures = new Departures(clock, (neighbour) => this.patience.flushed(neighbour));
    this.streams = new StreamTable(self, (stream) => {
      for (const neighbour of neighbours) neighbour.forgetStream(stream.number);
      for (const neighbour of resting) neighbour.discard(stream.number);
    });
  }

  /** Where what must arrive is kept until it has. */
  keepIn(resends: Resends): void {
    this.#resends = resends;
  }

  register(kind: MessageKind<unknown>): void {
    this.#kinds[kind.kind] = kind;
    if (!kind.isDroppable) this.#mustArrive.add(kind.kind);
  }

  kindOf(kind: number): MessageKind<unknown> | undefined {
    return this.#kinds[kind];
  }

  /** May a frame of this kind be dropped? Kinds that we do not know may. */
  isDroppable(kind: number): boolean {
    return kind === FrameKind.event || (kind >= FrameKind.firstMessage && !this.#mustArrive.has(kind));
  }

  /**
   * Sends a message to whoever wants it, and hands it to our own handlers where the topic is subscribed locally.
   * False: a peer that wants it has more waiting than it should; go on when `drained`.
   * @throws SwitchyardError `BAD_TOPIC`, `SCHEMA_MISMATCH`, `TOO_LARGE`, `TOO_MANY`, `SPOOL_FULL`
   */
  raise<Message>(topic: string, raised: Raised<Message>): boolean {
    const { kind } = raised;
    const mustArrive = !this.isDroppable(kind);
    const stream = this.streams.own(topic, mustArrive) ?? this.#openOwn(topic, mustArrive);
    stream.isRecent = true;
    const route = this.#routes.route(stream, undefined);
    const handlers = route.handlers[kind] as Handlers;
    const isSent = route.targets.length > 0 || (mustArrive && this.#resends!.isOwed(stream, route));
    if (!isSent && handlers === undefined) {
      stream.raised += 1;
      stream.next = (stream.next + 1) >>> 0;
      return true;
    }
    const time = raised.time ?? this.#stamp();
    let isFlowing = true;
    if (isSent) isFlowing = this.#send(stream, route, raised, time);
    else stream.next = (stream.next + 1) >>> 0;
    stream.raised += 1;
    if (handlers !== undefined) this.handover.hand(stream, handlers, raised.toMessage(time), undefined);
    return isFlowing;
  }

  /** Would anybody get a message of ours under this topic: a peer, or a handler of our own for this kind? */
  isHeard(topic: string, kind: number): boolean {
    const route = this.#routes.route(this.streams.own(topic, false) ?? this.#openOwn(topic, false), undefined);
    return route.targets.length > 0 || route.handlers[kind] !== undefined;
  }

  #openOwn(topic: string, mustArrive: boolean): Stream {
    checkCarried(topic); // whoever takes topics from programs is stricter
    return this.streams.openOwn(topic, mustArrive);
  }

  #send<Message>(given: Stream, route: Route, raised: Raised<Message>, time: WireTime): boolean {
    const { kind, values } = raised;
    const known = given.bodyOfKnownShape(kind, raised, values);
    const stream = known === undefined ? this.#withNewShape(given, raised) : given;
    const body = known ?? stream.lastShape!.bodyOf(values);
    if (body === undefined) throw new SwitchyardError("SCHEMA_MISMATCH", describeMismatch(stream.lastShape!, values));
    const { arena } = this;
    const sequence = stream.next;
    arena.message(kind, body, stream.lastIndex, stream.number, sequence, time);
    if (arena.end - arena.start > harmlessBytes) checkElements(stream.lastShape!, arena);
    const { bytes, start, end } = arena;
    let isFlowing = true;
    if (stream.mustArrive) isFlowing = this.#resends!.keep(stream, route, bytes, start, end);
    stream.next = (sequence + 1) >>> 0;
    if (bytes !== this.#lastBytes) this.departures.flush(); // a buffer is full: the peers work while we go on
    this.#lastBytes = bytes;
    for (const target of route.targets) {
      this.sendTo(target, stream, stream.lastIndex, sequence, bytes, start, end);
      if (!target.isWorthWaiting(!stream.mustArrive)) continue;
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
    const fresh = this.streams.openOwn(stream.topic, stream.mustArrive);
    fresh.takeShape(kind, raised, values, signature);
    fresh.route = stream.route;
    return fresh;
  }

  /** Queues a message of ours, or of others, whose frame carries our number of its stream. */
  sendTo(
    target: Neighbour,
    stream: Stream,
    shape: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (target.isResting) {
      if (!stream.mustArrive) target.outbox.append(bytes, start, end); // the others are sent again
      return;
    }
    if (!target.knowsShape(stream.number, shape)) announce(target, stream, sequence);
    target.outbox.append(bytes, start, end);
    this.departures.queued(target);
  }

  /** A neighbour is back, with `before` in its place while it was gone: what was kept goes first. */
  resume(before: Neighbour, neighbour: Neighbour): void {
    const known = before.peerId === neighbour.peerId ? this.#knownAgain(before, neighbour) : [];
    before.outbox.takeAll((bytes, start, end) => {
      const view = viewOf(bytes);
      const stream = this.streams.byNumber(view.getUint32(start + routing.stream));
      if (stream === undefined || bytes[start]! < FrameKind.firstMessage || stream.mustArrive) return;
      if (!this.#routes.isWanted(neighbour, stream.topic)) return;
      const sequence = view.getUint32(start + routing.sequence);
      this.sendTo(neighbour, stream, view.getUint16(start + routing.shape), sequence, bytes, start, end);
    });
    for (const stream of this.streams) {
      if (stream.route?.targets.includes(before)) stream.route = withTarget(stream.route, neighbour);
    }
    const pieces = known.map(({ number, next }) => [number, next, true] as const);
    if (pieces.length > 0) neighbour.send(FrameKind.dropped, pieces);
  }

  /** A neighbour will not come back: streams that are not used again would hold it for ever by their routes. */
  letGo(neighbour: Neighbour): void {
    for (const number of neighbour.toldStreams()) {
      const stream = this.streams.byNumber(number);
      if (stream?.route?.targets.includes(neighbour)) stream.route = withoutTarget(stream.route, neighbour);
    }
    neighbour.forget();
  }

  /** The peer is told of what it was told before, from where it was told: it knows how much of that it has. */
  #knownAgain(before: Neighbour, neighbour: Neighbour): Stream[] {
    const known: Stream[] = [];
    for (const stream of this.streams) {
      const first = before.firstTold(stream.number);
      if (first === undefined || !this.#routes.isWanted(neighbour, stream.topic)) continue;
      announce(neighbour, stream, first);
      known.push(stream);
    }
    return known;
  }

  /** A frame for a peer was dropped before it went out. */
  countDropped(peer: string, reason: DropReason, bytes: Uint8Array, start: number): Stream | undefined {
    if (bytes[start]! < FrameKind.firstMessage) return undefined;
    const stream = this.streams.byNumber(viewOf(bytes).getUint32(start + routing.stream));
    if (stream === undefined || stream.mustArrive) return undefined; // it is sent again
    stream.dropped += 1;
    this.drops.count(peer, stream.topic, reason);
    return stream;
  }
}
