/** Streams and shapes: told to a neighbour before the first message that has them, and learned from one. */
import { mayPassOn, maySay } from "./core/access.ts";
import { SwitchyardError } from "./core/errors.ts";
import { isNodeId, isNodeName } from "./core/handshake.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { checkCarried, isStoreTopic, quoted } from "./core/topic.ts";
import type { Neighbour } from "./neighbour.ts";
import { Stream, type StreamTable } from "./streams.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind } from "./wire/frames.ts";
import { readShapeFields, shapeFields } from "./wire/shape.ts";

/** Tells a neighbour what it does not know of a stream whose message `first` is about to go out. */
export function announce(target: Neighbour, stream: Stream, first: number): void {
  if (target.isResting) return; // it is told when it is back
  const { number, origin, topic, serial, mustArrive, shapes } = stream;
  const known = target.knownShapes(number);
  if (known < 0) {
    target.send(FrameKind.stream, [number, origin.id, origin.name, topic, serial, first, mustArrive]);
    target.tellStream(number, first);
  }
  for (let index = Math.max(known, 0); index < shapes.length; index++) {
    target.send(FrameKind.shape, shapeFields(number, index, shapes[index]!.definition));
  }
  target.tellShapes(number, shapes.length);
}

/** What `learnStream` needs to know of the node. */
export interface Surroundings {
  readonly self: Origin;
  readonly streams: StreamTable;
  readonly neighbours: ReadonlySet<Neighbour>;
  /** Told what a neighbour passed on that is not let in. */
  readonly refused: (from: Neighbour, what: string) => void;
}

/** A stream that was announced. */
export interface LearnedStream {
  readonly stream: Stream;
  /** Number of its message that comes next. */
  readonly first: number;
  /** It was announced on this link before: messages ahead of `first` were not for us. */
  readonly isRepeated: boolean;
  /** Nothing was known of it. */
  readonly isNew: boolean;
}

/**
 * Nothing for a stream of which nobody gets anything, or on which the neighbour has no say.
 * @throws SwitchyardError `BAD_FRAME`, `BAD_TOPIC`, `FORBIDDEN`
 */
export function learnStream(
  around: Surroundings,
  from: Neighbour,
  fields: readonly Field[],
): LearnedStream | undefined {
  const read = readStreamFields(fields);
  const direct = directNeighbour(around.neighbours, from, read.origin);
  if (direct !== undefined && direct.peerName !== read.origin.name) throw malformed("stream"); // under another's id
  const announced = { ...read, origin: direct?.origin ?? read.origin };
  const { number, origin, topic, next } = announced;
  const isNew = around.streams.known(origin.id, announced.serial) === undefined;
  const maySpeak = direct !== from || maySay(from.access, topic);
  if (!maySpeak && !isStoreTopic(topic)) {
    throw new SwitchyardError("FORBIDDEN", `${from.peerName} may not publish ${quoted(topic)}`);
  }
  while (from.inbound.length < number) from.inbound.push(undefined); // keeps the array dense, and so fast
  const before = from.inbound[number];
  if (direct === from && maySpeak) from.inbound[number] = learnOwn(around.streams, from, announced);
  else if (direct !== from && mayRelay(around, from, direct, announced))
    from.inbound[number] = learnRelayed(around.streams, announced);
  else {
    from.inbound[number] = new Stream(0, origin, topic, announced.serial, announced.mustArrive, true);
    around.refused(from, `messages of ${origin.name} under ${quoted(topic)}`);
  }
  const stream = from.inbound[number]!;
  stream.carriers += 1;
  if (before !== undefined) before.carriers -= 1;
  if (before?.anchor === from && before !== stream) before.anchor = undefined; // its number is another's
  if (stream.isBarred || (stream.anchor ?? from) !== from) return undefined;
  return { stream, first: next, isRepeated: before === stream, isNew };
}

/** What a neighbour sends us itself no longer comes from it, as far as these topics go: others may bring it. */
export function releaseStreams(neighbour: Neighbour, isReleased: (topic: string) => boolean): void {
  for (const stream of neighbour.inbound) {
    if (stream?.anchor === neighbour && isReleased(stream.topic)) stream.anchor = undefined;
  }
}

/**
 * The link with a neighbour is gone: its streams remember it no longer, however long they are known themselves. Returns those
 * that it raised itself.
 */
export function forgetSource(neighbour: Neighbour): readonly Stream[] {
  const own: Stream[] = [];
  for (const stream of neighbour.inbound) {
    if (stream === undefined) continue;
    stream.carriers -= 1;
    if (stream.origin.id === neighbour.peerId) own.push(stream);
    if (stream.anchor === neighbour) stream.anchor = undefined;
    if (stream.upstream === neighbour) stream.upstream = undefined;
    if (stream.route?.from === neighbour) stream.route = undefined;
  }
  return own;
}

interface Announced {
  readonly number: number;
  readonly origin: Origin;
  readonly topic: string;
  readonly serial: number;
  /** Sequence number of the next message. */
  readonly next: number;
  readonly mustArrive: boolean;
}

function readStreamFields(fields: readonly Field[]): Announced {
  const [number, id, name, topic, serial, next, mustArrive = false] = fields;
  if (!isIndex(number, limits.streams) || !isIndex(serial) || !isIndex(next, 2 ** 32)) throw malformed("stream");
  if (!isNodeId(id) || typeof name !== "string" || typeof topic !== "string") throw malformed("stream");
  if (!isNodeName(name) || typeof mustArrive !== "boolean") throw malformed("stream");
  checkCarried(topic);
  return { number, origin: { id, name }, topic, serial, next, mustArrive };
}

/** The neighbour that is the origin; of several connections with it the one that it came over. */
function directNeighbour(all: ReadonlySet<Neighbour>, from: Neighbour, { id }: Origin): Neighbour | undefined {
  if (from.peerId === id) return from;
  for (const neighbour of all) if (neighbour.peerId === id) return neighbour;
  return undefined;
}

/** The origin's own word. Whatever others said of its stream before counts only where it goes well with that. */
function learnOwn(streams: StreamTable, from: Neighbour, announced: Announced): Stream {
  const { origin, topic, serial, next, mustArrive } = announced;
  const before = streams.known(origin.id, serial);
  if (before !== undefined && before.topic !== topic) before.isBarred = true;
  const stream = streams.foreign(origin, topic, serial, next, mustArrive);
  const ahead = (next - stream.next) | 0;
  const isLiedOf = ahead < -limits.sequenceAhead && stream.anchor !== from; // by others, before it came itself
  if (isLiedOf) stream.restart(next);
  stream.anchor = from;
  return stream;
}

function learnRelayed(streams: StreamTable, { origin, topic, serial, next, mustArrive }: Announced): Stream {
  return streams.foreign(origin, topic, serial, next, mustArrive);
}

/** May it bring us messages of another node? Our own are an echo; a neighbour says itself what its streams are. */
function mayRelay(
  { self, streams, neighbours }: Surroundings,
  from: Neighbour,
  direct: Neighbour | undefined,
  { origin, topic, serial }: Announced,
): boolean {
  if (origin.id === self.id || !mayPassOn(from.access, topic)) return false;
  const known = streams.known(origin.id, serial);
  if (direct !== undefined && known !== undefined && known.topic !== topic) return false;
  return direct !== undefined || !isNameOfProven(neighbours, origin.name);
}

/** A neighbour that has proven who it is has its name to itself. */
function isNameOfProven(neighbours: ReadonlySet<Neighbour>, name: string): boolean {
  for (const { peerName, isProven } of neighbours) if (isProven && peerName === name) return true;
  return false;
}

/** @throws SwitchyardError `BAD_FRAME` */
export function learnShape(from: Neighbour, fields: readonly Field[]): void {
  const [number, index] = fields;
  const stream = isIndex(number, limits.streams) ? from.inbound[number] : undefined;
  if (stream === undefined || !isIndex(index, limits.shapesPerStream)) throw malformed("shape");
  stream.learnShape(index, readShapeFields(fields));
}
