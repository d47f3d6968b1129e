/**
 * Equality and a total order of values.
 *
 * Invariant: `compare` is 0 exactly where `equal` is true and where `keyOf` agrees. The order is Zeek's: by type, then
 * by value; strings by bytes, addresses by their 128 bits, sets and tables by their sorted content.
 */
import type { Address } from "./address.ts";
import type { ValueSet, ValueTable } from "./containers.ts";
import type { Enum } from "./enum.ts";
import type { Interval } from "./interval.ts";
import { keyOf } from "./key.ts";
import type { Count } from "./numbers.ts";
import { type Port, protocols } from "./port.ts";
import type { Subnet } from "./subnet.ts";
import type { Time } from "./time.ts";
import { type TypeName, typeOf, type Value, type Vector } from "./types.ts";
import { encodeUtf8 } from "./utf8.ts";

/** In the order of Zeek's own numbers for its types. */
const ranks: Readonly<Record<TypeName, number>> = {
  none: 0,
  bool: 1,
  count: 2,
  int: 3,
  double: 4,
  string: 5,
  addr: 6,
  subnet: 7,
  port: 8,
  time: 9,
  interval: 10,
  enum: 11,
  set: 12,
  table: 13,
  vector: 14,
};

/** Whether the two are the same Zeek value. NaN is equal to itself, and -0.0 to 0.0. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (type === "vector") return equalVectors(a as Vector, b as Vector);
  if (type === "set") return equalSets(a as ValueSet, b as ValueSet);
  if (type === "table") return equalTables(a as ValueTable, b as ValueTable);
  return keyOf(a) === keyOf(b);
}

function equalVectors(a: Vector, b: Vector): boolean {
  return a.length === b.length && a.every((element, index) => equal(element, b[index]!));
}

function equalSets(a: ValueSet, b: ValueSet): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.index.keys()) if (!b.index.has(key)) return false;
  return true;
}

function equalTables(a: ValueTable, b: ValueTable): boolean {
  if (a.size !== b.size) return false;
  for (const [key, [, value]] of a.index) {
    const other = b.index.get(key);
    if (other === undefined || !equal(value, other[1])) return false;
  }
  return true;
}

/** Negative when `a` comes before `b`, positive when it comes after, 0 when they are equal. */
export function compare(a: Value, b: Value): number {
  const type = typeOf(a);
  const difference = ranks[type] - ranks[typeOf(b)];
  return difference === 0 ? orders[type](a, b) : difference;
}

type Order = (a: Value, b: Value) => number;

/** How values of one type compare; `compare` has seen to it that both are of that type. */
const orders: Readonly<Record<TypeName, Order>> = {
  none: () => 0,
  bool: (a, b) => Number(a) - Number(b),
  count: (a, b) => byNumber((a as Count).raw, (b as Count).raw),
  int: (a, b) => byNumber(a as bigint, b as bigint),
  double: (a, b) => byDouble(a as number, b as number),
  string: (a, b) => byBytes(a as string | Uint8Array, b as string | Uint8Array),
  addr: (a, b) => byNumber(bits128(a as Address), bits128(b as Address)),
  subnet: (a, b) =>
    compare((a as Subnet).address, (b as Subnet).address) || (a as Subnet).length - (b as Subnet).length,
  port: (a, b) => byPort(a as Port, b as Port),
  time: (a, b) => byNumber((a as Time).nanoseconds, (b as Time).nanoseconds),
  interval: (a, b) => byNumber((a as Interval).nanoseconds, (b as Interval).nanoseconds),
  enum: (a, b) => byText((a as Enum).name, (b as Enum).name),
  set: (a, b) => byElements([...(a as ValueSet)].sort(compare), [...(b as ValueSet)].sort(compare)),
  table: (a, b) => byElements(sortedEntries(a as ValueTable), sortedEntries(b as ValueTable)),
  vector: (a, b) => byElements(a as Vector, b as Vector),
};

function byNumber(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byDouble(a: number, b: number): number {
  return byNumber(a, b) || Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Where v4 addresses are among those of v6. */
function bits128({ bits }: Address): bigint {
  return typeof bits === "bigint" ? bits : 0xffff_0000_0000n | BigInt(bits);
}

function byPort(a: Port, b: Port): number {
  return a.number - b.number || protocols.indexOf(a.protocol) - protocols.indexOf(b.protocol);
}

function byElements(a: Vector, b: Vector): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = compare(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Key, value, key, value, … in the order of the keys. */
function sortedEntries(table: ValueTable): Vector {
  return [...table].sort(([a], [b]) => compare(a, b)).flat();
}

function byBytes(a: string | Uint8Array, b: string | Uint8Array): number {
  if (typeof a === "string" && typeof b === "string") return byText(a, b);
  const [left, right] = [toBytes(a), toBytes(b)];
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    if (left[i] !== right[i]) return left[i]! - right[i]!;
  }
  return left.length - right.length;
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? encodeUtf8(text) : text;
}

/** As their bytes of UTF-8 compare, which differs from JavaScript's order only where surrogates take part. */
function byText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for what is beyond U+FFFF, so they come after all other units. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
