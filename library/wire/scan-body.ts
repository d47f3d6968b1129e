/**
 * Checks a message's body against its signature, before anything is built from it: after this, decoding cannot fail,
 * and what it yields are values of the announced types.
 */
import { limits } from "../core/limits.ts";
import { isEnumName } from "../core/values/enum.ts";
import { Cursor, Marker } from "./scan.ts";
import { type FieldCode, type FieldType, parseSignature } from "./signature.ts";

const cursor = new Cursor();

/** What reading the rest may still take in memory. */
let bytesLeft = 0;

/** What one value takes in memory as an element of a container, its place there included; measured, rounded up. */
const elementBytes: Readonly<Record<FieldCode, number>> = {
  ...{ n: 8, b: 8, d: 24, i: 40, s: 40, e: 48, c: 48, a: 56, p: 56, t: 64, v: 64, u: 96 },
  ...{ "?": 72, "[": 8, "{": 8, "<": 8 },
};

/** The same by the character of the code: code that was optimized for the name of one type gives up at the next. */
const bytesOfCharacter = new Uint8Array(128);
for (const [code, bytes] of Object.entries(elementBytes)) bytesOfCharacter[code.charCodeAt(0)] = bytes;

function bytesOf({ code }: FieldType): number {
  return bytesOfCharacter[code.charCodeAt(0)]!;
}

/** What a container takes beside its elements. Empty ones are shared. */
const vectorBytes = 64;
const indexedBytes = 232;
/** What finding an element or entry by its key takes; and each byte of an element that is long itself. */
const keyBytes = 72;
const perKeyByte = 2;
/** Bytes that are no text are an array of their own. */
const binaryBytes = 184;

/** False when reading it all would take too much. */
function spend(bytes: number): boolean {
  bytesLeft -= bytes;
  return bytesLeft >= 0;
}

/** True when the bytes are exactly one array that holds one payload for each type. */
export function fitsSignature(bytes: Uint8Array, start: number, end: number, types: readonly FieldType[]): boolean {
  if (bytes[start] !== (0x90 | types.length) || types.length > 15) return fitsFrom(bytes, start, end, types);
  let at = start + 1;
  for (let i = 0; i < types.length; i++) {
    at = behindPlain(types[i]!.code, bytes, at, end);
    if (at === 0) return fitsFrom(bytes, start, end, types);
  }
  return at === end;
}

/** The same, for payloads of any form. */
function fitsFrom(bytes: Uint8Array, start: number, end: number, types: readonly FieldType[]): boolean {
  cursor.open(bytes, start, end);
  bytesLeft = Math.max(8 * (end - start), limits.valueBytes);
  if (!cursor.next() || cursor.kind !== Marker.array || cursor.length !== types.length) return false;
  for (let i = 0; i < types.length; i++) {
    const type = types[i]!;
    const next = behindPlain(type.code, bytes, cursor.at, end);
    if (next > 0) cursor.at = next;
    else if (!fits(type, 0)) return false;
  }
  return cursor.at === end;
}

/** Where the payload ends, if it is of the form that most have: a short ASCII text, a number. Else 0. */
function behindPlain(code: FieldCode, bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return 0;
  const marker = bytes[at]!;
  let next = at + 1;
  if (code === "s") {
    if ((marker & 0xe0) !== 0xa0) return 0;
    next += marker & 0x1f;
    if (next > end) return 0;
    for (let i = at + 1; i < next; i++) if (bytes[i]! >= 0x80) return 0;
    return next;
  }
  if (code === "d" && marker === 0xcb) next += 8;
  else if (code === "d" || code === "c" || code === "a" || code === "i") {
    if (marker >= 0xcc && marker <= 0xce) next += 1 << (marker - 0xcc);
    else if (marker >= 0x80) return 0;
  } else if ((code === "t" || code === "v") && marker === 0xcf) {
    if (bytes[next]! >= 0x80) return 0; // there is such a byte, or `next` will be too far
    next += 8;
  } else return 0;
  return next > end ? 0 : next;
}

/** True when the bytes are exactly the body of a file write: a path as text, then bytes. */
export function fitsFile(bytes: Uint8Array, start: number, end: number): boolean {
  cursor.open(bytes, start, end);
  if (!cursor.next() || cursor.kind !== Marker.array || cursor.length !== 2) return false;
  if (!cursor.next() || cursor.kind !== Marker.string || cursor.length > limits.topicBytes) return false;
  return cursor.next() && cursor.kind === Marker.binary && cursor.at === end;
}

function fits(type: FieldType, depth: number): boolean {
  const start = cursor.at;
  if (!cursor.next()) return false;
  const kind = cursor.kind;
  if (kind === Marker.nil) return true; // none is of every type
  switch (type.code) {
    case "n":
      return false;
    case "b":
      return kind === Marker.bool;
    case "c":
      return isCount(start);
    case "i":
    case "t":
    case "v":
      return isInteger(start);
    case "d":
      return kind === Marker.float || isInteger(start) || (kind === Marker.binary && cursor.length === 8);
    case "s":
      return kind === Marker.string || (kind === Marker.binary && spend(binaryBytes));
    case "a":
      return isAddress();
    case "u":
      return isSubnet();
    case "p":
      return isPort(start);
    case "e":
      return kind === Marker.string && cursor.length <= 1024 && isEnumName(textBehind());
    case "[":
      return fitAll(type.inner!, depth + 1);
    case "{":
      return fitAllKeyed(type.inner!, undefined, depth + 1);
    case "<":
      return fitAllKeyed(type.key!, type.inner, depth + 1);
    case "?":
      return fitsOwnSignature(depth);
  }
}

/** 0 to 2^64 - 1. */
function isCount(start: number): boolean {
  if (cursor.kind === Marker.unsigned) return true;
  return cursor.marker === 0xd3 && cursor.bytes[start + 1]! < 0x80;
}

/** -2^63 to 2^63 - 1. */
function isInteger(start: number): boolean {
  if (cursor.kind === Marker.signed) return true;
  return cursor.kind === Marker.unsigned && (cursor.marker !== 0xcf || cursor.bytes[start + 1]! < 0x80);
}

/** 32 bits for IPv4, 16 bytes for IPv6. */
function isAddress(): boolean {
  if (cursor.kind === Marker.binary) return cursor.length === 16;
  return cursor.kind === Marker.unsigned && cursor.marker !== 0xcf;
}

/** An address and the length of its prefix. */
function isSubnet(): boolean {
  if (cursor.kind !== Marker.array || cursor.length !== 2) return false;
  if (!cursor.next() || !isAddress()) return false;
  const most = cursor.kind === Marker.binary ? 128 : 32;
  const start = cursor.at;
  if (!cursor.next() || cursor.kind !== Marker.unsigned) return false;
  return smallNumber(start) <= most;
}

/** The number in the lower 16 bits, the protocol's in the two above them. */
function isPort(start: number): boolean {
  return cursor.kind === Marker.unsigned && smallNumber(start) <= 0x3_ff_ff;
}

/** The unsigned number at `start`; Infinity for one of 64 bits. */
function smallNumber(start: number): number {
  if (cursor.marker < 0x80) return cursor.marker;
  if (cursor.marker === 0xcf) return Number.POSITIVE_INFINITY;
  let number = 0;
  for (let i = start + 1; i < cursor.at; i++) number = number * 256 + cursor.bytes[i]!;
  return number;
}

/** Elements of a vector. */
function fitAll(type: FieldType, depth: number): boolean {
  if (cursor.kind !== Marker.array || depth > limits.valueDepth) return false;
  const length = cursor.length;
  if (length > 0 && !spend(vectorBytes + length * bytesOf(type))) return false;
  for (let i = 0; i < length; i++) if (!fits(type, depth)) return false;
  return true;
}

/** Elements of a set; with `inner`, keys and values of a table in turn. Each key is written out to be found by. */
function fitAllKeyed(key: FieldType, inner: FieldType | undefined, depth: number): boolean {
  if (cursor.kind !== Marker.array || depth > limits.valueDepth) return false;
  const length = inner === undefined ? cursor.length : cursor.length / 2;
  if (!Number.isInteger(length)) return false;
  const entryBytes = keyBytes + bytesOf(key) + (inner === undefined ? 0 : 72 + bytesOf(inner));
  if (length > 0 && !spend(indexedBytes + length * entryBytes)) return false;
  for (let i = 0; i < length; i++) {
    const start = cursor.at;
    if (!fits(key, depth) || !spend(perKeyByte * (cursor.at - start))) return false;
    if (inner !== undefined && !fits(inner, depth)) return false;
  }
  return true;
}

/** `?` is an array of a signature and what has it, which is no `?`: so it adds no depth of its own. */
function fitsOwnSignature(depth: number): boolean {
  if (cursor.kind !== Marker.array || cursor.length !== 2) return false;
  if (!cursor.next() || cursor.kind !== Marker.string || cursor.length > 1024) return false;
  const type = readSignature(textBehind());
  return type !== undefined && type.code !== "?" && fits(type, depth);
}

/** The string just passed, which is to be ASCII: one character a byte. */
function textBehind(): string {
  let text = "";
  for (let i = cursor.at - cursor.length; i < cursor.at; i++) text += String.fromCharCode(cursor.bytes[i]!);
  return text;
}

function readSignature(text: string): FieldType | undefined {
  try {
    const types = parseSignature(text);
    return types.length === 1 ? types[0] : undefined;
  } catch {
    return undefined;
  }
}
