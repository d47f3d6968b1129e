/**
 * The peer at the other end of one connection while it is up: what it has been told, and what waits for it.
 *
 * Made anew at each reconnect, so nothing of an old link is believed on a new one.
 */
import { type Access, mayHear } from "./core/access.ts";
import type { ConnectionId } from "./core/interest.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { Recurring } from "./core/recurring.ts";
import { nodeTopic } from "./core/topic.ts";
import type { KeptBack } from "./kept-back.ts";
import type { Outbox } from "./outbox.ts";
import type { Stream } from "./streams.ts";
import type { Arena } from "./wire/codec.ts";
import { type Field, FrameKind, routing } from "./wire/frames.ts";
import { viewOf } from "./wire/view.ts";

const nothing = (): void => {};

export interface NeighbourOptions {
  readonly id: ConnectionId;
  readonly peerId: string;
  readonly peerName: string;
  readonly autoPublish: boolean;
  readonly autoSubscribe: boolean;
  /** What it may do. */
  readonly access: Access;
  /** It has proven who it is by a certificate: nobody else goes by its name. */
  readonly isProven: boolean;
  readonly arena: Arena;
  readonly outbox: Outbox;
  /** Something was queued that nobody else knows of. */
  readonly onQueued: (neighbour: Neighbour) => void;
  /** Stops and restarts reading from the peer. */
  readonly setReading: (isReading: boolean) => void;
  /** The peer took nothing for so long, though it must. */
  readonly giveUp: (stalledMs: number) => void;
}

export class Neighbour {
  readonly id: ConnectionId;
  readonly peerId: string;
  readonly peerName: string;
  /** The peer, as the origin of what it raises: one object for all its streams. */
  readonly origin: Origin;
  readonly autoPublish: boolean;
  readonly autoSubscribe: boolean;
  readonly access: Access;
  readonly isProven: boolean;
  readonly outbox: Outbox;
  /** Of what it brought, what waits for what is missing. */
  readonly keptBack: KeptBack = { messages: 0, bytes: 0 };
  /** Disconnects the peer, which took nothing for so long. */
  giveUp: (stalledMs: number) => void;
  /** Topics offered over this connection explicitly. */
  readonly published: Set<string>;
  /** By the peer's number of a stream. */
  readonly inbound: (Stream | undefined)[] = [];
  receivedMessages = 0;
  receivedBytes = 0;
  /** Messages that it passed on though it may not, or that are not what they seem: nobody got them. */
  refusedMessages = 0;
  /** What it did for others that it may not: told once in a while. */
  readonly refusals = new Recurring();
  /** It was slow for too long: nobody waits for it any more, until it has caught up. */
  isLagging = false;
  /** Ends the patience with it; present while somebody waits. */
  cancelPatience: (() => void) | undefined;
  /** Something waits in the outbox that `flush` has not seen. */
  isDirty = false;
  /** Messages may be sent: both sides have said that they are ready. */
  isOpen = false;
  /** Its link is lost and tried again: what is for it waits in its outbox. */
  isResting = false;
  /** The peer said goodbye. */
  hasLeft = false;

  readonly #arena: Arena;
  #onQueued: (neighbour: Neighbour) => void;
  #setReading: (isReading: boolean) => void;
  /** By our number of a stream: 0 when the peer does not know it, else 1 and how many of its shapes it knows. */
  readonly #told: number[] = [];
  readonly #firsts: number[] = [];
  readonly #dropped = new Set<number>();
  #holds = 0;

  constructor(options: NeighbourOptions, published: Set<string>) {
    this.id = options.id;
    this.peerId = options.peerId;
    this.peerName = options.peerName;
    this.origin = { id: options.peerId, name: options.peerName };
    this.autoPublish = options.autoPublish;
    this.autoSubscribe = options.autoSubscribe;
    this.access = options.access;
    this.isProven = options.isProven;
    this.outbox = options.outbox;
    this.giveUp = options.giveUp;
    this.published = published;
    this.#arena = options.arena;
    this.#onQueued = options.onQueued;
    this.#setReading = options.setReading;
  }

  /** Queues a frame between neighbours. */
  send(kind: number, fields: readonly Field[]): void {
    this.#arena.control({ kind, fields });
    this.outbox.append(this.#arena.bytes, this.#arena.start, this.#arena.end);
    this.#onQueued(this);
  }

  /** May it have messages of this topic? What is for itself, always. */
  mayReceive(topic: string): boolean {
    return mayHear(this.access, topic) || topic === nodeTopic(this.peerName);
  }

  knowsShape(streamNumber: number, shapeIndex: number): boolean {
    return (this.#told[streamNumber] ?? 0) > shapeIndex + 1;
  }

  /** How many shapes of the stream the peer knows; -1 when it does not know the stream. */
  knownShapes(streamNumber: number): number {
    return (this.#told[streamNumber] ?? 0) - 1;
  }

  /** The message from which on it was told of the stream, or nothing. */
  firstTold(streamNumber: number): number | undefined {
    return this.knownShapes(streamNumber) < 0 ? undefined : this.#firsts[streamNumber];
  }

  tellStream(streamNumber: number, first: number): void {
    while (this.#firsts.length < streamNumber) this.#firsts.push(0); // keeps the array dense, and so fast
    this.#firsts[streamNumber] = first;
  }

  tellShapes(streamNumber: number, count: number): void {
    while (this.#told.length < streamNumber) this.#told.push(0); // keeps the array dense, and so fast
    this.#told[streamNumber] = count + 1;
  }

  /** It is announced anew before the next message. */
  forgetStream(streamNumber: number): void {
    if (streamNumber < this.#told.length) this.#told[streamNumber] = 0;
  }

  /** A message for it was dropped: it is told when it has caught up, in case nothing follows. */
  noteDropped(streamNumber: number): void {
    this.#dropped.add(streamNumber);
  }

  /** Tells of streams whose last messages were dropped; `nextOf` gives the number that comes next, where there is one. */
  tellDropped(nextOf: (streamNumber: number) => number | undefined): void {
    if (this.#dropped.size === 0 || this.isResting) return;
    const pieces: Field[] = [];
    for (const number of this.#dropped) {
      const next = this.knownShapes(number) < 0 ? undefined : nextOf(number);
      if (next !== undefined) pieces.push([number, next, false]);
    }
    this.#dropped.clear();
    if (pieces.length > 0) this.send(FrameKind.dropped, pieces);
  }

  /** Its link is lost: nothing goes out, and what waits is kept as the overflow policy says. */
  rest(): void {
    this.isResting = true;
    this.isLagging = false;
    this.outbox.unlink();
  }

  /**
   * Its link is gone: whoever still remembers it, as the way by which something came, holds nothing else by that. What it
   * sent is told apart from what it was told, which counts as long as it rests.
   */
  unlink(): void {
    this.giveUp = nothing;
    this.#onQueued = nothing;
    this.#setReading = nothing;
    this.inbound.length = 0;
  }

  /** It will not come back. */
  forget(): void {
    this.#told.length = 0;
    this.#firsts.length = 0;
    this.#dropped.clear();
  }

  /** The numbers of the streams that it was told of. */
  *toldStreams(): Generator<number> {
    for (let number = 0; number < this.#told.length; number++) if (this.#told[number]! > 0) yield number;
  }

  /** While it rests, a stream lost its number. */
  discard(streamNumber: number): void {
    this.forgetStream(streamNumber);
    this.outbox.discard((bytes, start) => viewOf(bytes).getUint32(start + routing.stream) === streamNumber);
  }

  /** Should whoever has more for it wait? What may be dropped does not wait for a lagging peer. */
  isWorthWaiting(isDroppable: boolean): boolean {
    if (this.isResting || !this.outbox.isAboveHighWater) return false;
    return !this.isLagging || (!isDroppable && this.outbox.keptBytes > limits.highWaterBytes);
  }

  /** Nothing more is read from the peer until every hold is released. */
  hold(): void {
    this.#holds += 1;
    if (this.#holds === 1) this.#setReading(false);
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds === 0) this.#setReading(true);
  }
}
