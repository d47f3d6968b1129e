/**
 * Values as bytes that tell their own type: one byte for it, then what it takes.
 *
 * Invariant: every value comes back as itself, to the bit. The bytes of each type never change once released; a type
 * that comes anew takes a number of its own.
 */

import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import {
  Address,
  Count,
  Enum,
  Interval,
  Port,
  type Scalar,
  Subnet,
  Time,
  type Value,
  ValueSet,
  ValueTable,
  type Vector,
} from "../core/values/index.ts";
import { protocols } from "../core/values/port.ts";
import { malformed, type Packer, type Unpacker } from "./pack.ts";

const tag = {
  none: 0,
  false: 1,
  true: 2,
  count: 3,
  wideCount: 4,
  int: 5,
  double: 6,
  text: 7,
  bytes: 8,
  time: 9,
  interval: 10,
  addr4: 11,
  addr6: 12,
  subnet: 13,
  port: 14,
  enum: 15,
  vector: 16,
  set: 17,
  table: 18,
} as const;

export function packValue(to: Packer, value: Value): void {
  if (typeof value === "string") {
    to.byte(tag.text);
    to.text(value);
  } else if (typeof value === "number") {
    to.byte(tag.double);
    to.double(value);
  } else if (typeof value === "bigint") {
    to.byte(tag.int);
    to.wide(value);
  } else if (typeof value === "boolean") to.byte(value ? tag.true : tag.false);
  else packObject(to, value);
}

function packObject(to: Packer, value: Exclude<Value, string | number | bigint | boolean>): void {
  if (value === null) to.byte(tag.none);
  else if (Array.isArray(value)) packAll(to, tag.vector, (value as Vector).length, value as Vector);
  else if (value instanceof Uint8Array) {
    to.byte(tag.bytes);
    to.blob(value);
  } else packClass(to, value as Scalar | ValueSet | ValueTable);
}

function packClass(to: Packer, value: Scalar | ValueSet | ValueTable): void {
  if (value.kind === "set") packAll(to, tag.set, value.index.size, value);
  else if (value.kind === "table") packTable(to, value);
  else packScalar(to, value);
}

function packAll(to: Packer, kind: number, size: number, values: Iterable<Value>): void {
  to.byte(kind);
  to.whole(size);
  for (const value of values) packValue(to, value);
}

function packTable(to: Packer, table: ValueTable): void {
  to.byte(tag.table);
  to.whole(table.index.size);
  for (const [key, value] of table) {
    packValue(to, key);
    packValue(to, value);
  }
}

function packScalar(to: Packer, value: Scalar): void {
  switch (value.kind) {
    case "count":
      packCount(to, value.raw);
      break;
    case "time":
    case "interval":
      to.byte(value.kind === "time" ? tag.time : tag.interval);
      to.wide(value.nanoseconds);
      break;
    case "addr":
      packAddress(to, value);
      break;
    case "subnet":
      to.byte(tag.subnet);
      to.byte(value.length);
      packAddress(to, value.address);
      break;
    case "port":
      to.byte(tag.port);
      to.byte(protocols.indexOf(value.protocol));
      to.whole(value.number);
      break;
    case "enum":
      to.byte(tag.enum);
      to.text(value.name);
  }
}

function packCount(to: Packer, raw: number | bigint): void {
  to.byte(typeof raw === "number" ? tag.count : tag.wideCount);
  if (typeof raw === "number") to.whole(raw);
  else to.wide(raw);
}

function packAddress(to: Packer, { bits }: Address): void {
  to.byte(typeof bits === "number" ? tag.addr4 : tag.addr6);
  if (typeof bits === "number") {
    to.whole(bits);
    return;
  }
  to.wide(bits >> 64n);
  to.wide(bits);
}

/** @throws SwitchyardError `CORRUPT` when the bytes are no value */
export function unpackValue(from: Unpacker): Value {
  try {
    return unpack(from, 0);
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === "CORRUPT") throw error;
    throw new SwitchyardError("CORRUPT", "a value that is none", { cause: error });
  }
}

function unpack(from: Unpacker, depth: number): Value {
  const kind = from.byte();
  switch (kind) {
    case tag.none:
      return null;
    case tag.false:
    case tag.true:
      return kind === tag.true;
    case tag.count:
      return new Count(from.whole());
    case tag.wideCount:
      return new Count(from.wide());
    case tag.int:
      return from.wideInt();
    case tag.double:
      return from.double();
    case tag.text:
      return from.text();
    case tag.bytes:
      return from.blob();
    case tag.time:
      return new Time(from.wideInt());
    case tag.interval:
      return new Interval(from.wideInt());
    case tag.addr4:
    case tag.addr6:
      return unpackAddress(from, kind);
    case tag.subnet:
      return unpackSubnet(from);
    case tag.port:
      return unpackPort(from);
    case tag.enum:
      return new Enum(from.text());
    default:
      return unpackContainer(from, kind, depth + 1);
  }
}

function unpackAddress(from: Unpacker, kind: number): Address {
  if (kind === tag.addr6) return new Address((from.wide() << 64n) | from.wide());
  const bits = kind === tag.addr4 ? from.whole() : malformed("an address of no family");
  return bits <= 0xffff_ffff ? new Address(bits) : malformed("an address of too many bits");
}

function unpackSubnet(from: Unpacker): Subnet {
  const length = from.byte();
  return new Subnet(unpackAddress(from, from.byte()), length);
}

function unpackPort(from: Unpacker): Port {
  const protocol = protocols[from.byte()] ?? malformed("a port of no protocol");
  return new Port(from.whole(), protocol);
}

function unpackContainer(from: Unpacker, kind: number, depth: number): Value {
  if (kind > tag.table) malformed(`a value of the unknown type ${kind}`);
  if (depth > limits.valueDepth) malformed("a value nested too deep");
  const size = from.count();
  const values: Value[] = [];
  if (kind !== tag.table) {
    for (let i = 0; i < size; i++) values.push(unpack(from, depth));
    return kind === tag.vector ? values : new ValueSet(values);
  }
  const entries: [Value, Value][] = [];
  for (let i = 0; i < size; i++) entries.push([unpack(from, depth), unpack(from, depth)]);
  return new ValueTable(entries);
}
