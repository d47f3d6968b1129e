/** Bodies of messages on their own: packed, checked and read as two nodes would, without the nodes. */
import type { Value } from "../../../library/core/values/index.ts";
import { Arena } from "../../../library/wire/codec.ts";
import { FrameKind, header, routing } from "../../../library/wire/frames.ts";
import { Shape } from "../../../library/wire/shape.ts";
import { signatureOfAll } from "../../../library/wire/signature.ts";

export function shapeOf(signature: string): Shape {
  return new Shape({ kind: FrameKind.event, name: "tested", signature, writer: "", columns: [] });
}

/** The body alone, in a buffer of its own; `undefined` when the values are not of that signature. */
export function packBody(values: readonly Value[], signature = signatureOfAll(values)): Uint8Array | undefined {
  const body = shapeOf(signature).bodyOf(values);
  if (body === undefined) return undefined;
  const arena = new Arena();
  arena.message(FrameKind.event, body, 0, 0, 0, { high: 0, low: 0 });
  const padding = arena.bytes[arena.start + header.padding]!;
  return Uint8Array.from(arena.bytes.subarray(arena.start + routing.bytes, arena.end - padding));
}

/** What a receiver makes of the body; `undefined` when it refuses it. */
export function readBody(body: Uint8Array, signature: string): readonly Value[] | undefined {
  const shape = shapeOf(signature);
  return shape.fits(body, 0, body.length) ? shape.valuesOf(body, 0) : undefined;
}

/** There and back. Throws when a receiver would refuse what we send. */
export function roundTrip(values: readonly Value[], signature = signatureOfAll(values)): readonly Value[] {
  const body = packBody(values, signature);
  if (body === undefined) throw new Error(`the values do not have the signature ${signature}`);
  const read = readBody(body, signature);
  if (read === undefined) throw new Error(`a receiver refuses what was packed as ${signature}`);
  return read;
}

/** Bytes written as hex, with blanks where they help. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
