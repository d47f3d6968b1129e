/** Streams and shapes: told to a neighbour before the first message that has them, and learned from one. */
import { isNodeId, isNodeName } from "./core/handshake.ts";
import { limits } from "./core/limits.ts";
import { checkRaisable } from "./core/topic.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Stream, StreamTable } from "./streams.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind } from "./wire/frames.ts";
import { readShapeFields, shapeFields } from "./wire/shape.ts";

/** Tells a neighbour what it does not know of a stream whose message `first` is about to go out. */
export function announce(target: Neighbour, stream: Stream, first: number): void {
  if (target.isResting) return; // it is told when it is back
  const { number, origin, topic, serial, mustArrive, shapes } = stream;
  const known = target.knownShapes(number);
  if (known < 0) target.send(FrameKind.stream, [number, origin.id, origin.name, topic, serial, first, mustArrive]);
  for (let index = Math.max(known, 0); index < shapes.length; index++) {
    target.send(FrameKind.shape, shapeFields(number, index, shapes[index]!.definition));
  }
  target.tellShapes(number, shapes.length);
}

/**
 * The stream that was announced, and its message that comes first. Announced again on one link, those before that
 * message were not for us.
 * @throws SwitchyardError `BAD_FRAME`, `BAD_TOPIC`
 */
export function learnStream(
  streams: StreamTable,
  from: Neighbour,
  fields: readonly Field[],
): { readonly stream: Stream; readonly first: number; readonly isRepeated: boolean } {
  const [number, id, name, topic, serial, first, mustArrive = false] = fields;
  if (!isIndex(number, limits.streams) || !isIndex(serial) || !isIndex(first, 2 ** 32)) throw malformed("stream");
  if (!isNodeId(id) || typeof name !== "string" || typeof topic !== "string") throw malformed("stream");
  if (!isNodeName(name) || typeof mustArrive !== "boolean") throw malformed("stream");
  checkRaisable(topic);
  const stream = streams.foreign({ id, name }, topic, serial, first, mustArrive);
  while (from.inbound.length < number) from.inbound.push(undefined); // keeps the array dense, and so fast
  const isRepeated = from.inbound[number] === stream;
  from.inbound[number] = stream;
  return { stream, first, isRepeated };
}

/** @throws SwitchyardError `BAD_FRAME` */
export function learnShape(from: Neighbour, fields: readonly Field[]): void {
  const [number, index] = fields;
  const stream = isIndex(number, limits.streams) ? from.inbound[number] : undefined;
  if (stream === undefined || !isIndex(index, limits.shapesPerStream)) throw malformed("shape");
  stream.learnShape(index, readShapeFields(fields));
}
