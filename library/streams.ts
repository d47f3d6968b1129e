/**
 * Streams: all messages of one node under one topic, numbered one by one.
 *
 * A stream has one number at this node, whatever connection it goes out over, so that the same bytes serve all of them;
 * each peer has its own numbers for those it sends us. What is worked out for a topic once (who gets it, who handles
 * it) is kept here until something changes.
 *
 * Invariant: at most `limits.streams` are known; the number of a forgotten one is used again, and announced anew.
 */

import type { Disorder } from "./core/disorder.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import type { Value } from "./core/values/index.ts";
import { type EarlyMessage, letGo } from "./kept-back.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Route } from "./routes.ts";
import type { Spool } from "./spool.ts";
import { Shape, type ShapeDefinition, type ShapeName, sharedShape } from "./wire/shape.ts";
import { signatureOfAll } from "./wire/signature.ts";

const noShapes: readonly Shape[] = [];

export class Stream {
  /** At this node; changes only when the table forgot the stream and has it again. */
  number: number;
  readonly origin: Origin;
  readonly topic: string;
  /** Tells this stream from others of its origin, earlier ones under the same topic included. */
  readonly serial: number;
  /** Its messages are acknowledged, and sent again until they are: those of logs and files. */
  readonly mustArrive: boolean;
  shapes: readonly Shape[] = noShapes;
  /** Sequence number of the next message, modulo 2^32. */
  next = 0;
  route: Route | undefined;
  /** What is out of order, where something is. */
  disorder: Disorder<EarlyMessage> | undefined;
  /** Something is missing that handlers wait for: the next message in turn is kept back, too. */
  isWaiting = false;
  /** We subscribe to it and have done so since its last message: what is missing since is lost. */
  isFollowed = false;
  /** Of ours that must arrive: what was not acknowledged. */
  spool: Spool | undefined;
  /** Where its acknowledgements go while no message shows the way. */
  upstream: Neighbour | undefined;
  /** Messages since the last one that we acknowledged. */
  unacknowledged = 0;
  /** The neighbour that is its origin and sends it to us itself: then nobody else's word on it counts. */
  anchor: Neighbour | undefined;
  /** Times that neighbours have announced it, over links that there are. */
  carriers = 0;
  /** Nobody gets its messages: whoever announced it may not, or its origin says that it is none of its own. */
  isBarred: boolean;
  /** Used since the clock hand of the table last passed. */
  isRecent = true;

  /** Messages since the stream is known. */
  raised = 0;
  delivered = 0;
  forwarded = 0;
  dropped = 0;
  missing = 0;
  repeated = 0;
  /** Came after they were given up, or too late to be told from repeats. */
  late = 0;

  /** Index of the shape that the last message had. */
  lastIndex = 0;

  /** Indices of shapes; only of ours, for there may be many streams of others. */
  #indexByName: Map<string, number> | undefined;
  #indexByKey: Map<string, number> | undefined;

  constructor(number: number, origin: Origin, topic: string, serial: number, mustArrive: boolean, isBarred = false) {
    this.number = number;
    this.isBarred = isBarred;
    this.origin = origin;
    this.topic = topic;
    this.serial = serial;
    this.mustArrive = mustArrive;
  }

  /** What was believed of it is wrong: it goes on with that message. */
  restart(next: number): void {
    this.next = next;
    for (const early of this.disorder?.drop() ?? []) letGo(early);
    this.disorder = undefined;
    this.isWaiting = false;
  }

  /** Messages that came through here, of ours or others. */
  get total(): number {
    return this.raised + this.delivered + this.forwarded;
  }

  /** The shape that the last message had, which is nearly always that of the next. */
  get lastShape(): Shape | undefined {
    return this.shapes[this.lastIndex];
  }

  /** The body of these values, if they have the shape of the last message of this name; makes that the last shape. */
  bodyOfKnownShape(
    kind: number,
    { name, columns }: ShapeName,
    values: readonly Value[],
  ): readonly unknown[] | undefined {
    let shape = this.lastShape;
    if (shape === undefined) return undefined;
    if (shape.definition.name !== name) {
      const index = this.#indexByName?.get(name);
      if (index === undefined) return undefined;
      this.lastIndex = index;
      shape = this.lastShape!;
    }
    const { definition } = shape;
    return definition.kind === kind && definition.columns === columns ? shape.bodyOf(values) : undefined;
  }

  /** Finds or adds the shape of these values, and makes it the last. False: there are too many; open the stream anew. */
  takeShape(kind: number, base: ShapeName, values: readonly Value[], signature?: string): boolean {
    const { name, writer, columns } = base;
    const definition = { kind, name, writer, columns, signature: signature ?? signatureOfAll(values) };
    const key = keyOf(definition);
    this.#indexByKey ??= new Map();
    let index = this.#indexByKey.get(key);
    if (index === undefined) {
      if (this.shapes.length >= limits.shapesPerStream) return false;
      index = this.#add(new Shape(definition));
      this.#indexByKey.set(key, index);
    }
    this.lastIndex = index;
    this.#indexByName ??= new Map();
    this.#indexByName.set(base.name, index);
    return true;
  }

  /** A neighbour announced a shape of another node's stream: the next one, or one that another path brought already. */
  learnShape(index: number, definition: ShapeDefinition): void {
    const known = this.shapes[index];
    const key = keyOf(definition);
    if (known === undefined ? index !== this.shapes.length : keyOf(known.definition) !== key) {
      throw new SwitchyardError("BAD_FRAME", `shape ${index} of ${this.topic} does not follow`);
    }
    if (known === undefined) this.#add(sharedShape(key, definition));
  }

  /** The array is made anew, just as long as it must be: most streams have one shape. */
  #add(shape: Shape): number {
    this.shapes = this.shapes.concat(shape);
    return this.shapes.length - 1;
  }
}

/** What tells shapes apart: columns too, since two logs of one id may differ in them. */
function keyOf({ kind, name, signature, writer, columns }: ShapeDefinition): string {
  return JSON.stringify([kind, name, signature, writer, columns.map((column) => [column.name, column.type])]);
}

export class StreamTable {
  readonly #self: Origin;
  readonly #slots: (Stream | undefined)[] = [];
  readonly #own = new Map<string, Stream>();
  readonly #ownKept = new Map<string, Stream>();
  readonly #foreign = new Map<string, Stream>();
  readonly #forget: (stream: Stream) => void;
  /** Streams whose origin said goodbye, and when; the first to go first. */
  readonly #parted = new Map<Stream, number>();
  /** Numbers of those that are forgotten since. */
  readonly #free: number[] = [];
  #serial = 0;
  #hand = 0;
  forgotten = 0;
  /** Counts of the streams that are forgotten. */
  readonly past: StreamCounts = { raised: 0, delivered: 0, forwarded: 0, missing: 0, repeated: 0, late: 0 };

  /** `forget` is told of each stream whose number is about to be used again. */
  constructor(self: Origin, forget: (stream: Stream) => void) {
    this.#self = self;
    this.#forget = forget;
  }

  /** Our own stream under a topic, if there is one: that of events, or that of what must arrive. */
  own(topic: string, mustArrive: boolean): Stream | undefined {
    return mustArrive ? this.#ownKept.get(topic) : this.#own.get(topic);
  }

  /** Our stream of this serial, if it must arrive. */
  ownKept(serial: number): Stream | undefined {
    for (const stream of this.#ownKept.values()) if (stream.serial === serial) return stream;
    return undefined;
  }

  /** Opens our stream under `topic`; in place of the one before, if there is one. */
  openOwn(topic: string, mustArrive: boolean): Stream {
    const before = this.own(topic, mustArrive);
    if (before !== undefined) this.#giveUp(before);
    const stream = new Stream(this.#freeNumber(), this.#self, topic, this.#serial++, mustArrive);
    (mustArrive ? this.#ownKept : this.#own).set(topic, stream);
    this.#slots[stream.number] = stream;
    return stream;
  }

  /** The stream of another node that a peer announced; known already when another path led here. */
  foreign(origin: Origin, topic: string, serial: number, next: number, mustArrive: boolean): Stream {
    const known = this.known(origin.id, serial);
    if (known !== undefined && known.topic === topic && known.mustArrive === mustArrive) return known;
    const stream = new Stream(this.#freeNumber(), origin, topic, serial, mustArrive);
    stream.next = next;
    this.#foreign.set(keyOfStream(origin.id, serial), stream);
    this.#slots[stream.number] = stream;
    return stream;
  }

  /** The stream of another node, if it is known. */
  known(originId: string, serial: number): Stream | undefined {
    return this.#foreign.get(keyOfStream(originId, serial));
  }

  /** A forgotten stream goes on: it gets a number again, since the one it had may be another's by now. */
  adopt(stream: Stream): void {
    stream.number = this.#freeNumber();
    this.#foreign.set(keyOfStream(stream.origin.id, stream.serial), stream);
    this.#slots[stream.number] = stream;
  }

  byNumber(number: number): Stream | undefined {
    return this.#slots[number];
  }

  *[Symbol.iterator](): Generator<Stream> {
    for (const stream of this.#slots) if (stream !== undefined) yield stream;
  }

  /** Its origin said goodbye: the stream is forgotten after a while, unless somebody brings it still. */
  parted(stream: Stream, nowMs: number): void {
    this.#parted.delete(stream);
    this.#parted.set(stream, nowMs);
    for (const [oldest, sinceMs] of this.#parted) {
      if (sinceMs + limits.partedStreamMs > nowMs) return;
      this.#parted.delete(oldest);
      if (oldest.carriers > 0 || this.#slots[oldest.number] !== oldest) continue;
      this.#remove(oldest);
      this.#free.push(oldest.number);
    }
  }

  #freeNumber(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#slots.length < limits.streams) return this.#slots.push(undefined) - 1;
    for (let steps = 0; ; steps++) {
      this.#hand = (this.#hand + 1) % this.#slots.length;
      const stream = this.#slots[this.#hand];
      if (stream === undefined) return this.#hand;
      const isDone = stream.spool?.isEmpty !== false || steps > 2 * this.#slots.length;
      if (!stream.isRecent && isDone) {
        this.#giveUp(stream);
        return this.#hand;
      }
      stream.isRecent = false;
    }
  }

  /** There are too many. */
  #giveUp(stream: Stream): void {
    this.forgotten += 1;
    this.#remove(stream);
  }

  #remove(stream: Stream): void {
    addCounts(this.past, stream);
    this.#slots[stream.number] = undefined;
    for (const own of [this.#own, this.#ownKept]) if (own.get(stream.topic) === stream) own.delete(stream.topic);
    this.#foreign.delete(keyOfStream(stream.origin.id, stream.serial));
    this.#forget(stream);
  }
}

/** Messages of one stream or many, by what became of them. */
export interface StreamCounts {
  raised: number;
  delivered: number;
  forwarded: number;
  missing: number;
  repeated: number;
  late: number;
}

export function addCounts(
  sum: StreamCounts,
  { raised, delivered, forwarded, missing, repeated, late }: StreamCounts,
): void {
  sum.raised += raised;
  sum.delivered += delivered;
  sum.forwarded += forwarded;
  sum.missing += missing;
  sum.repeated += repeated;
  sum.late += late;
}

function keyOfStream(originId: string, serial: number): string {
  return `${originId} ${serial}`;
}
