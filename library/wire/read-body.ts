/**
 * The values of a body, read straight from the bytes by the types of its signature.
 *
 * It is given only what scan-body.ts has passed, so every length and type is right already; whatever it builds is one of
 * our values. That is why it can do without a general decoder, which would build numbers and strings first and have them
 * looked at again.
 */
import {
  Address,
  Count,
  Enum,
  Interval,
  keyOf,
  Port,
  Subnet,
  Time,
  type Value,
  ValueSet,
  ValueTable,
} from "../core/values/index.ts";
import { protocols } from "../core/values/port.ts";
import { decodeUtf8 } from "../core/values/utf8.ts";
import { shortText } from "./short-text.ts";
import { type FieldType, parseSignature } from "./signature.ts";
import { viewOf } from "./view.ts";

/**
 * What Node's types leave out: `toString("utf8", …)` without the look-up of the encoding, which costs as much again. It
 * takes any `Uint8Array`.
 */
const { utf8Slice } = Buffer.prototype as unknown as {
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
};

/** Where the reading is. One body at a time: nothing here calls out. */
let bytes: Uint8Array;
let view: DataView;
let at = 0;

/** One value for each type. `start` is that of the body. Keeps its own place while values are of the form that most have. */
export function readBody(from: Uint8Array, start: number, types: readonly FieldType[]): Value[] {
  const values = new Array<Value>(types.length);
  const numbers = viewOf(from);
  let here = start + 1;
  if ((from[start]! & 0xf0) !== 0x90) {
    open(from, start);
    here = at;
  }
  for (let i = 0; i < values.length; i++) {
    const type = types[i]!;
    const { code } = type;
    const marker = from[here]!;
    if (code === "s" && (marker & 0xe0) === 0xa0) {
      const end = here + 1 + (marker & 0x1f);
      values[i] = textOf(from, here + 1, end);
      here = end;
    } else if (code === "d" && marker === 0xcb) {
      values[i] = numbers.getFloat64(here + 1);
      here += 9;
    } else if (marker === 0xce && (code === "d" || code === "a")) {
      const number = numbers.getUint32(here + 1);
      values[i] = code === "d" ? number : new Address(number);
      here += 5;
    } else {
      bytes = from;
      view = numbers;
      at = here;
      values[i] = readValue(type);
      here = at;
    }
  }
  return values;
}

/** The path and the bytes of a file write; bytes that happen to be text stay bytes. */
export function readFileBody(from: Uint8Array, start: number): Value[] {
  open(from, start);
  return [readText(), readBytes()];
}

/** Goes to the first value of the body at `start`. */
function open(from: Uint8Array, start: number): void {
  bytes = from;
  view = viewOf(from);
  at = start;
  readLength();
}

function readValue(type: FieldType): Value {
  if (bytes[at] === 0xc0) {
    at += 1;
    return null;
  }
  switch (type.code) {
    case "d":
      return readDouble();
    case "s":
      return readString();
    case "c":
      return new Count(readInteger());
    case "a":
      return readAddress();
    case "b":
      return bytes[at++] === 0xc3;
    case "i":
      return BigInt(readInteger());
    case "t":
      return new Time(BigInt(readInteger()));
    case "v":
      return new Interval(BigInt(readInteger()));
    case "p":
      return readPort();
    case "e":
      return new Enum(readText());
    case "u":
      return readSubnet();
    case "[":
      return readVector(type.inner!);
    case "{":
      return readSet(type.inner!);
    case "<":
      return readTable(type);
    case "?":
      return readTagged();
    case "n":
      return null; // the scan lets nothing else through
  }
}

/** Any integer; a bigint where it has 64 bits. */
function readInteger(): number | bigint {
  const marker = bytes[at++]!;
  if (marker < 0x80) return marker;
  if (marker >= 0xe0) return marker - 0x100;
  const here = at;
  switch (marker) {
    case 0xcc:
      at += 1;
      return bytes[here]!;
    case 0xcd:
      at += 2;
      return view.getUint16(here);
    case 0xce:
      at += 4;
      return view.getUint32(here);
    case 0xd0:
      at += 1;
      return view.getInt8(here);
    case 0xd1:
      at += 2;
      return view.getInt16(here);
    case 0xd2:
      at += 4;
      return view.getInt32(here);
    default:
      at += 8;
      return marker === 0xcf ? view.getBigUint64(here) : view.getBigInt64(here);
  }
}

/** A float, an integer, or the 8 bytes that say negative zero. */
function readDouble(): number {
  const marker = bytes[at]!;
  if (marker !== 0xcb && !isBinary(marker)) return Number(readInteger());
  if (marker === 0xcb) at += 1;
  else readLength(); // however long the length itself is
  at += 8;
  return view.getFloat64(at - 8);
}

/** Length of the string, binary or array whose marker is next. */
function readLength(): number {
  const marker = bytes[at++]!;
  if (marker < 0xa0) return marker & 0x0f;
  if (marker < 0xc0) return marker & 0x1f;
  const here = at;
  if (marker === 0xc4 || marker === 0xd9) {
    at += 1;
    return bytes[here]!;
  }
  if (marker === 0xc5 || marker === 0xda || marker === 0xdc) {
    at += 2;
    return view.getUint16(here);
  }
  at += 4;
  return view.getUint32(here);
}

function isBinary(marker: number): boolean {
  return marker >= 0xc4 && marker <= 0xc6;
}

/** Text, which the scan knows to be UTF-8. */
function readText(): string {
  const length = readLength();
  const start = at;
  at += length;
  return textOf(bytes, start, at);
}

function textOf(from: Uint8Array, start: number, end: number): string {
  return shortText(from, start, end) ?? utf8Slice.call(from, start, end);
}

/** A string; sent as bytes where it is no UTF-8. */
function readString(): string | Uint8Array {
  if (!isBinary(bytes[at]!)) return readText();
  const own = readBytes();
  return decodeUtf8(own) ?? own;
}

/** A copy: a view would keep the whole chunk that it came in. */
function readBytes(): Uint8Array {
  const length = readLength();
  const own = new Uint8Array(length);
  own.set(bytes.subarray(at, at + length));
  at += length;
  return own;
}

function readAddress(): Address {
  if (!isBinary(bytes[at]!)) return new Address(readInteger());
  readLength();
  const here = at;
  at += 16;
  return new Address((view.getBigUint64(here) << 64n) | view.getBigUint64(here + 8));
}

function readSubnet(): Subnet {
  readLength();
  const address = readAddress();
  return new Subnet(address, Math.min(Number(readInteger()), address.isV4 ? 32 : 128));
}

/** The number in the lower 16 bits, the protocol's in the two above them. */
function readPort(): Port {
  const bits = Number(readInteger());
  return new Port(bits & 0xff_ff, protocols[(bits >> 16) & 3]!);
}

/** Shared, so that a byte that says "empty" takes no more than its place. */
const emptyVector: readonly Value[] = Object.freeze([]);
const emptySet = new ValueSet([]);
const emptyTable = new ValueTable([]);

function readVector(type: FieldType): readonly Value[] {
  const length = readLength();
  return length === 0 ? emptyVector : Object.freeze(readAll(type, length));
}

function readSet(type: FieldType): ValueSet {
  const length = readLength();
  return length === 0 ? emptySet : new ValueSet(readAll(type, length));
}

function readAll(type: FieldType, length: number): Value[] {
  const values = new Array<Value>(length); // no longer than the bytes that are there: the scan saw to it
  for (let i = 0; i < length; i++) values[i] = readValue(type);
  return values;
}

/** Keys and values in turn. A sender that repeats a key cheats; the first stays. */
function readTable(type: FieldType): ValueTable {
  const length = readLength();
  if (length === 0) return emptyTable;
  const entries = new Map<string, [Value, Value]>();
  for (let left = length; left > 0; left -= 2) {
    const key = readValue(type.key!);
    const value = readValue(type.inner!);
    const name = keyOf(key);
    if (!entries.has(name)) entries.set(name, [key, value]);
  }
  return new ValueTable(entries.values());
}

/** A signature, and what has it. */
function readTagged(): Value {
  readLength();
  return readValue(parseSignature(readText())[0]!);
}
