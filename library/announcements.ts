/** Streams and shapes: told to a neighbour before the first message that has them, and learned from one. */
import { isNodeId, isNodeName } from "./core/handshake.ts";
import { limits } from "./core/limits.ts";
import { checkRaisable } from "./core/topic.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Stream, StreamTable } from "./streams.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind } from "./wire/frames.ts";
import { readShapeFields, shapeFields } from "./wire/shape.ts";

/** Tells a neighbour what it does not know of a stream whose last message is about to go out. */
export function announce(target: Neighbour, { number, origin, topic, serial, next, shapes }: Stream): void {
  const known = target.knownShapes(number);
  const first = (next - 1) >>> 0;
  if (known < 0) target.send(FrameKind.stream, [number, origin.id, origin.name, topic, serial, first]);
  for (let index = Math.max(known, 0); index < shapes.length; index++) {
    target.send(FrameKind.shape, shapeFields(number, index, shapes[index]!.definition));
  }
  target.tellShapes(number, shapes.length);
}

/** @throws SwitchyardError `BAD_FRAME`, `BAD_TOPIC` */
export function learnStream(streams: StreamTable, from: Neighbour, fields: readonly Field[]): void {
  const [number, id, name, topic, serial, next] = fields;
  if (!isIndex(number, limits.streams) || !isIndex(serial) || !isIndex(next, 2 ** 32)) throw malformed("stream");
  if (!isNodeId(id) || typeof name !== "string" || typeof topic !== "string") throw malformed("stream");
  if (!isNodeName(name)) throw malformed("stream");
  checkRaisable(topic);
  const stream = streams.foreign({ id, name }, topic, serial, next);
  if (((next - stream.next) | 0) > 0) stream.next = next; // we were not subscribed for a while
  while (from.inbound.length < number) from.inbound.push(undefined); // keeps the array dense, and so fast
  from.inbound[number] = stream;
}

/** @throws SwitchyardError `BAD_FRAME` */
export function learnShape(from: Neighbour, fields: readonly Field[]): void {
  const [number, index] = fields;
  const stream = isIndex(number, limits.streams) ? from.inbound[number] : undefined;
  if (stream === undefined || !isIndex(index, limits.shapesPerStream)) throw malformed("shape");
  stream.learnShape(index, readShapeFields(fields));
}
