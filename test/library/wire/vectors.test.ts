/**
 * The vectors of docs/wire-vectors: fields and the very bytes. Another implementation can be held against them.
 *
 * After a change that is meant: `UPDATE_VECTORS=1 npx vitest run test/library/wire/vectors.test.ts`, then `npm run format`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { formatValue, parseValue } from "../../../library/core/values/index.ts";
import { readControl } from "../../../library/wire/codec.ts";
import { type Field, FrameKind, header, isMessageKind, routing } from "../../../library/wire/frames.ts";
import { timeOfWire } from "../../../library/wire/time.ts";
import { bytesOf, hexOf, readBody } from "./bodies.ts";
import { frameVectors, messageVectors, packFrame, packMessage, packValue, valueTexts } from "./vectors.ts";

/** What is checked in, after it was written anew if that is what we were told. */
function checkedIn<Vector>(file: string, made: readonly Vector[]): readonly Vector[] {
  const url = new URL(`../../../docs/wire-vectors/${file}`, import.meta.url);
  const text = `[\n${made.map((vector) => `  ${JSON.stringify(vector, hexForBytes)}`).join(",\n")}\n]\n`;
  if (process.env["UPDATE_VECTORS"] === "1") writeFileSync(url, text);
  return JSON.parse(readFileSync(url, "utf8"), bytesForHex) as readonly Vector[];
}

/** JSON has no bytes: they stand there as `{"bin": "00ff"}`. */
function hexForBytes(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bin: hexOf(value) } : value;
}

function bytesForHex(_: string, value: unknown): unknown {
  const isBytes = typeof value === "object" && value !== null && "bin" in value && typeof value.bin === "string";
  return isBytes ? Uint8Array.from(bytesOf(value.bin as string)) : value;
}

/** A buffer, or a view of one, as what it is. */
function plainBytes(field: Field): Field {
  if (field instanceof Uint8Array) return Uint8Array.from(field);
  return Array.isArray(field) ? field.map((each: Field) => plainBytes(each)) : field;
}

const frames = frameVectors.map((vector) => ({ ...vector, hex: packFrame(vector) }));
const messages = messageVectors.map((vector) => ({ ...vector, hex: packMessage(vector) }));
const values = valueTexts.map(packValue);

describe("frames between neighbours", () => {
  const known = checkedIn("frames.json", frames);

  it("are packed as they are checked in", () => expect(frames).toEqual(known));

  it.each(known)("read as their fields: $name", ({ kind, fields, hex }) => {
    const bytes = bytesOf(hex);
    const read = readControl(bytes, 0, bytes.length);
    expect({ kind: read?.kind, fields: read?.fields.map(plainBytes) }).toEqual({ kind, fields });
  });
});

describe("messages", () => {
  const known = checkedIn("messages.json", messages);

  it("are packed as they are checked in", () => expect(messages).toEqual(known));

  it.each(known)("read as their fields: $name", (vector) => {
    const bytes = bytesOf(vector.hex);
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(header.kindAndLength)).toBe(((vector.kind << 24) | bytes.length) >>> 0);
    expect(bytes[routing.hops]).toBe(vector.hops);
    expect(view.getUint16(routing.shape)).toBe(vector.shape);
    expect(view.getUint32(routing.stream)).toBe(vector.stream);
    expect(view.getUint32(routing.sequence)).toBe(vector.sequence);
    const time = { high: view.getUint32(routing.time), low: view.getUint32(routing.time + 4) };
    expect(timeOfWire(time).toString()).toBe(vector.time);
    const body = bytes.subarray(routing.bytes, bytes.length - bytes[header.padding]!);
    expect(readBody(body, vector.signature)?.map(formatValue)).toEqual(vector.values);
  });
});

describe("values", () => {
  const known = checkedIn("values.json", values);

  it("are packed as they are checked in", () => expect(values).toEqual(known));

  it.each(known)("read as they were: $value", ({ value, signature, body, bodyTold }) => {
    expect(readBody(bytesOf(body), signature)).toEqual([parseValue(value)]);
    expect(readBody(bytesOf(bodyTold), "?")).toEqual([parseValue(value)]);
  });
});

it("has a vector for every kind and every type", () => {
  const kinds = Object.values(FrameKind).filter((kind) => kind !== FrameKind.lastMessage);
  const seen = new Set([...frames, ...messages].map(({ kind }) => kind));
  expect(kinds.filter((kind) => !seen.has(kind))).toEqual([]);
  expect(messages.every(({ kind }) => isMessageKind(kind))).toBe(true);
  const letters = new Set(values.flatMap(({ signature }) => Array.from(signature)));
  expect(Array.from("nbcidstvaupe?[{<").filter((letter) => !letters.has(letter))).toEqual([]);
});
