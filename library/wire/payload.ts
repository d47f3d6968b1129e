/**
 * Values to the bare numbers, strings and arrays that a body carries. read-body.ts goes the other way.
 *
 * The signature tells the types, so nothing is tagged: a count is an unsigned integer, an IPv4 address 32 bits, a time
 * its nanoseconds. What MessagePack's codec would change on the way is sent as bytes instead: a negative zero, a string
 * that begins with a byte order mark, a string that is no UTF-8.
 */
import {
  Address,
  Count,
  Enum,
  Interval,
  Port,
  Subnet,
  Time,
  type Value,
  ValueSet,
  ValueTable,
} from "../core/values/index.ts";
import { protocols } from "../core/values/port.ts";
import { type FieldType, parseSignature, signatureOf } from "./signature.ts";

/** What `toPayload` gives for a value of another type. */
export const mismatch = Symbol("mismatch");

const negativeZero = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0);
const byteOrderMark = 0xfeff;
const textEncoder = new TextEncoder();

/** The payload of `value`, or `mismatch` when it is not of that type. */
export function toPayload(type: FieldType, value: Value): unknown {
  if (value === null) return null;
  switch (type.code) {
    case "d":
      return typeof value === "number" ? doublePayload(value) : mismatch;
    case "s":
      return stringPayload(value);
    case "c":
      return value instanceof Count ? integerPayload(value.raw) : mismatch;
    case "a":
      return value instanceof Address ? addressPayload(value) : mismatch;
    case "b":
      return typeof value === "boolean" ? value : mismatch;
    case "i":
      return typeof value === "bigint" ? integerPayload(value) : mismatch;
    case "t":
      return value instanceof Time ? value.nanoseconds : mismatch;
    case "v":
      return value instanceof Interval ? integerPayload(value.nanoseconds) : mismatch;
    case "p":
      return value instanceof Port ? value.number + protocols.indexOf(value.protocol) * 0x1_00_00 : mismatch;
    case "e":
      return value instanceof Enum ? value.name : mismatch;
    case "u":
      return value instanceof Subnet ? [addressPayload(value.address), value.length] : mismatch;
    case "[":
      return Array.isArray(value) ? allPayloads(type.inner!, value as readonly Value[]) : mismatch;
    case "{":
      return value instanceof ValueSet ? allPayloads(type.inner!, value) : mismatch;
    case "<":
      return value instanceof ValueTable ? tablePayload(type, value) : mismatch;
    case "?":
      return taggedPayload(value);
    case "n":
      return mismatch;
  }
}

function doublePayload(value: number): unknown {
  return value === 0 && Object.is(value, -0) ? negativeZero : value;
}

function stringPayload(value: Value): unknown {
  if (typeof value === "string") return value.charCodeAt(0) === byteOrderMark ? textEncoder.encode(value) : value;
  return value instanceof Uint8Array ? value : mismatch;
}

/** A text that is sent as it is. */
function isPlainText(value: Value): boolean {
  return typeof value === "string" && value.charCodeAt(0) !== byteOrderMark;
}

/** As a number where that is packed as an integer; msgpackr packs whole numbers beyond 32 bits as floats. */
function integerPayload(value: number | bigint): number | bigint {
  if (typeof value === "number") return value <= 0xffff_ffff ? value : BigInt(value);
  return value >= -0x8000_0000n && value <= 0xffff_ffffn ? Number(value) : value;
}

function addressPayload(address: Address): number | Uint8Array {
  return typeof address.bits === "number" ? address.bits : address.bytes;
}

function allPayloads(type: FieldType, values: Iterable<Value>): unknown {
  if (type.code === "s" && Array.isArray(values) && values.every(isPlainText)) return values; // as most stores have them
  const payloads: unknown[] = [];
  for (const value of values) {
    const payload = toPayload(type, value);
    if (payload === mismatch) return mismatch;
    payloads.push(payload);
  }
  return payloads;
}

function tablePayload(type: FieldType, table: ValueTable): unknown {
  const payloads: unknown[] = [];
  for (const [key, value] of table) {
    payloads.push(toPayload(type.key!, key), toPayload(type.inner!, value));
  }
  return payloads.includes(mismatch) ? mismatch : payloads;
}

function taggedPayload(value: Value): unknown {
  const signature = signatureOf(value);
  return [signature, toPayload(parseSignature(signature)[0]!, value)];
}
