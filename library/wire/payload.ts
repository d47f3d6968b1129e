/**
 * Values to the bare numbers, strings and arrays that a body carries, and back.
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

/** As a number where that is packed as an integer; msgpackr packs whole numbers beyond 32 bits as floats. */
function integerPayload(value: number | bigint): number | bigint {
  if (typeof value === "number") return value <= 0xffff_ffff ? value : BigInt(value);
  return value >= -0x8000_0000n && value <= 0xffff_ffffn ? Number(value) : value;
}

function addressPayload(address: Address): number | Uint8Array {
  return typeof address.bits === "number" ? address.bits : address.bytes;
}

function allPayloads(type: FieldType, values: Iterable<Value>): unknown {
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

/** The value of a payload that scan-body.ts has passed: then this cannot fail. */
export function fromPayload(type: FieldType, payload: unknown): Value {
  if (payload === null) return null;
  switch (type.code) {
    case "d":
      return doubleOf(payload);
    case "s":
      return typeof payload === "string" ? payload : (decodeUtf8(payload as Uint8Array) ?? ownBytes(payload));
    case "c":
      return new Count(payload as number | bigint);
    case "a":
      return addressOf(payload as number | Uint8Array);
    case "b":
      return payload as boolean;
    case "i":
      return BigInt(payload as number | bigint);
    case "t":
      return new Time(BigInt(payload as number | bigint));
    case "v":
      return new Interval(BigInt(payload as number | bigint));
    case "p":
      return new Port((payload as number) & 0xff_ff, protocols[((payload as number) >> 16) & 3]!);
    case "e":
      return new Enum(payload as string);
    case "u":
      return subnetOf(payload as readonly [number | Uint8Array, number]);
    case "[":
      return (payload as unknown[]).map((each) => fromPayload(type.inner!, each));
    case "{":
      return new ValueSet((payload as unknown[]).map((each) => fromPayload(type.inner!, each)));
    case "<":
      return tableOf(type, payload as unknown[]);
    case "?":
      return untagged(payload as readonly [string, unknown]);
    case "n":
      return null;
  }
}

function doubleOf(payload: unknown): number {
  if (typeof payload === "number") return payload;
  if (typeof payload === "bigint") return Number(payload);
  const bytes = payload as Uint8Array;
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
}

/** A copy: a view would keep the whole chunk it came in. */
function ownBytes(payload: unknown): Uint8Array {
  return new Uint8Array(payload as Uint8Array);
}

function addressOf(payload: number | Uint8Array): Address {
  if (typeof payload === "number") return new Address(payload);
  const view = new DataView(payload.buffer, payload.byteOffset, 16);
  return new Address((view.getBigUint64(0) << 64n) | view.getBigUint64(8));
}

function subnetOf([address, length]: readonly [number | Uint8Array, number]): Subnet {
  const first = addressOf(address);
  return new Subnet(first, Math.min(length, first.isV4 ? 32 : 128));
}

/** A sender that repeats a key cheats; the first stays. */
function tableOf(type: FieldType, payload: readonly unknown[]): ValueTable {
  const entries = new Map<string, [Value, Value]>();
  for (let i = 0; i < payload.length; i += 2) {
    const key = fromPayload(type.key!, payload[i]);
    const name = keyOf(key);
    if (!entries.has(name)) entries.set(name, [key, fromPayload(type.inner!, payload[i + 1])]);
  }
  return new ValueTable(entries.values());
}

function untagged([signature, payload]: readonly [string, unknown]): Value {
  return fromPayload(parseSignature(signature)[0]!, payload);
}
