/**
 * Messages that come in: each handled once and in order, and passed on at once. This is the hot path.
 *
 * A router passes on whatever it has not seen, in whatever order it comes; handlers see a stream in order, so a message
 * that leaps ahead is kept back until those before it have come or are given up. A message is passed on as bytes: two
 * numbers are changed in place, and the body is looked at only to see that it is well-formed.
 *
 * Invariant: of one stream no message is handled or passed on twice. Values are built when a handler asks for them.
 */

import type { LearnedStream } from "./announcements.ts";
import type { Clock } from "./clock.ts";
import { ahead, Disorder, type HoleCause, type Lost } from "./core/disorder.ts";
import { limits } from "./core/limits.ts";
import { type Gap, gapOf } from "./gaps.ts";
import type { Handlers } from "./handover.ts";
import { type EarlyMessage, isOverfull, keepBack, letGo } from "./kept-back.ts";
import type { Messages } from "./messages.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Route, RouteTable } from "./routes.ts";
import type { Stream } from "./streams.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind, header, routing } from "./wire/frames.ts";
import type { Shape } from "./wire/shape.ts";
import { viewOf } from "./wire/view.ts";

export interface ReceptionOptions {
  readonly routes: RouteTable;
  readonly clock: Clock;
  readonly gap: (gap: Gap) => void;
  /** A message that must arrive has come, or is missing. */
  readonly mustAcknowledge: (stream: Stream, from: Neighbour, isMissing: boolean) => void;
}

export class Reception {
  readonly #messages: Messages;
  readonly #options: ReceptionOptions;
  readonly #routes: RouteTable;
  readonly #waiting = new Set<Stream>();
  #cancelTimer: (() => void) | undefined;

  constructor(messages: Messages, options: ReceptionOptions) {
    this.#messages = messages;
    this.#options = options;
    this.#routes = options.routes;
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
    if (stream.isBarred || (stream.anchor !== undefined && stream.anchor !== from)) {
      if (stream.isBarred) from.refusedMessages += 1;
      else if (from.peerId !== stream.origin.id) stream.repeated += 1; // its origin sends it to us itself
      if (stream.isBarred || from.peerId !== stream.origin.id) return true;
    }
    const sequence = view.getUint32(start + routing.sequence);
    if (sequence !== stream.next || stream.isWaiting) {
      if (stream.disorder === undefined && isRecentRepeat(sequence, stream.next)) stream.repeated += 1;
      else return this.#receiveInDisorder(from, stream, shape, sequence, bytes, start, end);
      return true;
    }
    stream.next = (sequence + 1) >>> 0;
    stream.isRecent = true;
    const route = this.#routes.route(stream, from);
    if (kind !== FrameKind.event && !this.#isRight(from, stream, shape, bytes, bodyStart)) return false;
    const hops = bytes[start + routing.hops]! + 1;
    if (route.isSubscribed) this.#take(stream, route, shape, bytes, start, hops, from);
    if (route.targets.length > 0) this.#forward(from, route, stream, index, sequence, bytes, start, end, hops);
    return true;
  }

  /** For us, and its turn. */
  #take(
    stream: Stream,
    route: Route,
    shape: Shape,
    bytes: Uint8Array,
    start: number,
    hops: number,
    from: Neighbour,
  ): void {
    stream.isFollowed = true;
    const { kind } = shape.definition;
    const handlers = route.handlers[kind] as Handlers;
    if (handlers !== undefined) {
      const message = this.#messages.kindOf(kind)!.received(stream, shape, bytes, start, hops);
      this.#messages.handover.hand(stream, handlers, message, from);
    }
    if (stream.mustArrive) this.#options.mustAcknowledge(stream, from, false);
  }

  /** One that is not next in turn, or behind one that is missing. */
  #receiveInDisorder(
    from: Neighbour,
    stream: Stream,
    shape: Shape,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    stream.isRecent = true;
    if (!this.#isRight(from, stream, shape, bytes, start + routing.bytes)) return false;
    const early: EarlyMessage = {
      shape,
      bytes,
      start,
      hops: bytes[start + routing.hops]! + 1,
      from,
      size: end - start,
    };
    if (!this.#sort(stream, sequence, early)) return true;
    const route = this.#routes.route(stream, from);
    if (route.targets.length === 0) return true;
    const index = viewOf(bytes).getUint16(start + routing.shape);
    this.#forward(from, route, stream, index, sequence, bytes, start, end, early.hops);
    return true;
  }

  /** Some kinds are looked at before they are handled and passed on. False: it is none of its kind. */
  #isRight(from: Neighbour, stream: Stream, shape: Shape, bytes: Uint8Array, bodyStart: number): boolean {
    const noticed = this.#messages.kindOf(shape.definition.kind)?.noticed;
    return noticed?.(from, this.#routes.route(stream, from), stream, shape, bytes, bodyStart) !== false;
  }

  /** Finds the place of a message in its stream, and hands on whatever has its turn. False: a repeat, or too old. */
  #sort(stream: Stream, sequence: number, early: EarlyMessage): boolean {
    const { keptBack } = early.from;
    const distance = ahead(sequence, stream.next);
    if (distance < 0) {
      const verdict = this.#verdictOf(stream, sequence, distance);
      if (verdict !== "missing") return verdict === "late";
    } else {
      const mustWait = distance > 0 || stream.isWaiting;
      const isFull = stream.disorder?.isFull === true || isOverfull(keptBack);
      if (stream.mustArrive && mustWait && isFull) return false; // it is sent again
      if (distance > 0) this.#leap(stream, sequence, early.from, this.#causeOf(stream, early.from));
      stream.next = (sequence + 1) >>> 0;
    }
    stream.disorder ??= new Disorder();
    const { disorder } = stream;
    disorder.keep(sequence, keepBack(early), early.size);
    this.#release(stream, disorder);
    const isFull = (): boolean => disorder.isFull || isOverfull(keptBack);
    while (!stream.mustArrive && disorder.isWaiting && isFull()) this.#giveUpFirst(stream, disorder);
    return true;
  }

  #verdictOf(stream: Stream, sequence: number, distance: number): "missing" | "late" | "repeat" | "old" {
    const verdict = distance < -limits.repeatWindow ? "old" : (stream.disorder?.arrived(sequence) ?? "repeat");
    if (verdict === "repeat") stream.repeated += 1;
    else if (verdict !== "missing") stream.late += 1;
    return verdict;
  }

  /** On one link nothing is lost: who raises it did not send it to us, because we were slow. */
  #causeOf(stream: Stream, from: Neighbour): HoleCause | undefined {
    return from.peerId === stream.origin.id ? "slow" : undefined;
  }

  #leap(stream: Stream, to: number, from: Neighbour, cause: HoleCause | undefined): void {
    const isFollowed = stream.isFollowed && this.#routes.route(stream, from).isSubscribed;
    const nowMs = this.#options.clock.nowMs();
    stream.disorder ??= new Disorder();
    stream.late += stream.disorder.leap(stream.next, to, nowMs, isFollowed, cause);
    if (isFollowed) this.#watch(stream);
  }

  /** A stream that was announced, and goes on with `first`. */
  announced(from: Neighbour, { stream, first, isRepeated, isNew }: LearnedStream): void {
    const { isSubscribed } = this.#routes.route(stream, from);
    if (stream.next === first && isSubscribed) stream.isFollowed = true; // whatever comes from now on is for us
    if (isNew && isSubscribed && stream.mustArrive) this.#askFor(stream, from, first);
    this.skipped(stream, from, first, isRepeated ? "withheld" : "connection");
  }

  /** Were earlier messages for us, and lost before we knew of the stream? Whoever wrote them knows. */
  #askFor(stream: Stream, from: Neighbour, first: number): void {
    const earlier = Math.min(first, limits.repeatWindow);
    if (earlier === 0) return;
    stream.disorder ??= new Disorder();
    stream.disorder.leap(first - earlier, first, this.#options.clock.nowMs(), true, "withheld");
    this.#watch(stream);
    this.#options.mustAcknowledge(stream, from, true);
  }

  /** A neighbour tells that it goes on with `next`: what lies before that does not come from there. False: nothing new. */
  skipped(stream: Stream, from: Neighbour, next: number, cause: HoleCause): boolean {
    if (ahead(next, stream.next) <= 0) return false;
    this.#leap(stream, next, from, cause);
    stream.next = next;
    return true;
  }

  /** A neighbour dropped the last messages of streams, for us too. @throws SwitchyardError `BAD_FRAME` */
  dropped(from: Neighbour, fields: readonly Field[]): void {
    for (const field of fields) {
      const [number, next, isCut = false] = Array.isArray(field) ? (field as readonly Field[]) : [];
      const stream = isIndex(number, limits.streams) ? from.inbound[number] : undefined;
      if (stream === undefined || !isIndex(next, 2 ** 32) || typeof isCut !== "boolean") throw malformed("dropped");
      if (stream.isBarred || (stream.anchor ?? from) !== from) continue;
      if (!this.skipped(stream, from, next, isCut ? "connection" : "slow")) continue;
      for (const target of this.#routes.route(stream, from).targets) {
        if (target.knownShapes(stream.number) >= 0) target.send(FrameKind.dropped, [[stream.number, next, isCut]]);
      }
    }
  }

  /** One that was sent again to us alone. */
  resent(from: Neighbour, stream: Stream, shape: Shape, bytes: Uint8Array, hops: number): void {
    const sequence = viewOf(bytes).getUint32(routing.sequence);
    const isNew = this.#sort(stream, sequence, { shape, bytes, start: 0, hops, from, size: bytes.length });
    if (!isNew) this.#options.mustAcknowledge(stream, from, false); // what we said before was lost
  }

  /** Nothing before `sequence` is to be had any more. */
  giveUpBefore(stream: Stream, sequence: number): void {
    const { disorder } = stream;
    if (disorder === undefined) return;
    this.#tell(stream, disorder.giveUpBefore(sequence));
    this.#release(stream, disorder);
  }

  /** We do not subscribe to its topic any more: nothing is waited for. */
  unfollow(stream: Stream): void {
    stream.isFollowed = false;
    const { disorder } = stream;
    if (disorder === undefined) return;
    while (disorder.giveUpFirst() !== undefined);
    for (const early of disorder.release()) letGo(early);
    this.#settle(stream, disorder);
  }

  #giveUpFirst(stream: Stream, disorder: Disorder<EarlyMessage>): void {
    const lost = disorder.giveUpFirst();
    if (lost !== undefined) this.#tell(stream, lost);
    this.#release(stream, disorder);
  }

  #tell(stream: Stream, lost: Lost): void {
    const gap = gapOf(stream, lost);
    if (gap === undefined) return;
    stream.missing += gap.missing;
    this.#options.gap(gap);
  }

  #release(stream: Stream, disorder: Disorder<EarlyMessage>): void {
    for (const early of disorder.release()) {
      letGo(early);
      const { shape, bytes, start, hops, from } = early;
      const route = this.#routes.route(stream, stream.route?.from ?? from);
      if (route.isSubscribed) this.#take(stream, route, shape, bytes, start, hops, from);
    }
    this.#settle(stream, disorder);
  }

  #settle(stream: Stream, disorder: Disorder<EarlyMessage>): void {
    stream.isWaiting = disorder.isWaiting;
    if (!stream.isWaiting) this.#waiting.delete(stream);
    if (disorder.isOver) stream.disorder = undefined;
  }

  #watch(stream: Stream): void {
    stream.isWaiting = true;
    this.#waiting.add(stream);
    this.#cancelTimer ??= this.#options.clock.after(limits.reorderMs, () => this.#look());
  }

  /** What has been missing for too long is given up or, where it must arrive, asked for. */
  #look(): void {
    this.#cancelTimer = undefined;
    const nowMs = this.#options.clock.nowMs();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const stream of [...this.#waiting]) {
      const { disorder } = stream;
      if (disorder === undefined) {
        this.#waiting.delete(stream);
        continue;
      }
      const waitMs = stream.mustArrive ? limits.unacknowledgedMs : limits.reorderMs;
      while (disorder.isWaiting && disorder.waitingSinceMs! + waitMs <= nowMs) this.#giveUpFirst(stream, disorder);
      if (!disorder.isWaiting) continue;
      const from = stream.route?.from;
      if (stream.mustArrive && from !== undefined) this.#options.mustAcknowledge(stream, from, true);
      const againMs = stream.mustArrive ? nowMs + limits.askAgainMs : disorder.waitingSinceMs! + waitMs;
      earliestMs = Math.min(earliestMs, againMs);
    }
    if (earliestMs === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer ??= this.#options.clock.after(Math.max(earliestMs - nowMs, 1), () => this.#look());
  }

  /** Nothing is waited for any more: the node is closed. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = () => {};
  }

  #forward(
    from: Neighbour,
    route: Route,
    stream: Stream,
    shape: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    hops: number,
  ): void {
    const messages = this.#messages;
    if (hops >= limits.hops) {
      stream.dropped += 1;
      for (const { peerName } of route.targets) messages.drops.count(peerName, stream.topic, "hops");
      return;
    }
    if (messages.streams.byNumber(stream.number) !== stream) messages.streams.adopt(stream);
    stream.forwarded += 1;
    bytes[start + routing.hops] = hops;
    viewOf(bytes).setUint32(start + routing.stream, stream.number);
    const isDroppable = !stream.mustArrive;
    for (const target of route.targets) {
      messages.sendTo(target, stream, shape, sequence, bytes, start, end);
      if (target.isWorthWaiting(isDroppable)) messages.patience.begin(target, from, hops);
    }
  }
}

function isRecentRepeat(sequence: number, next: number): boolean {
  const distance = ahead(sequence, next);
  return distance < 0 && distance >= -limits.repeatWindow;
}
