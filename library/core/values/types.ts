/**
 * The types of Zeek and the JavaScript values that stand for them.
 *
 * Invariant: each Zeek value has exactly one normal JavaScript form, a `Value`; `Input` is what is accepted besides
 * and made normal by `toValue`. Knows the classes by type only, so that every file here may import it.
 */
import type { Address } from "./address.ts";
import type { ValueSet, ValueTable } from "./containers.ts";
import type { Enum } from "./enum.ts";
import type { Interval } from "./interval.ts";
import type { Count } from "./numbers.ts";
import type { Port } from "./port.ts";
import type { Subnet } from "./subnet.ts";
import type { Time } from "./time.ts";

export type TypeName =
  | "none"
  | "bool"
  | "count"
  | "int"
  | "double"
  | "string"
  | "time"
  | "interval"
  | "addr"
  | "subnet"
  | "port"
  | "enum"
  | "vector"
  | "set"
  | "table";

/** The value types that are classes of ours; told apart by their `kind`. */
export type Scalar = Count | Time | Interval | Address | Subnet | Port | Enum;

/**
 * Any value, in its normal form. `number` is a double, `bigint` an int, `null` none, an array a vector.
 * `Uint8Array` stands for strings that are not valid UTF-8; the others are a `string`.
 */
export type Value = null | boolean | bigint | number | string | Uint8Array | Scalar | Vector | ValueSet | ValueTable;

export type Vector = readonly Value[];

/** What calls accept in place of a `Value`: see docs/values.md for what becomes what. */
export type Input = Value | undefined | Date | ReadonlySet<Input> | ReadonlyMap<Input, Input> | readonly Input[];

/** A value in its JSON form; what `JSON.stringify` takes and `JSON.parse` gives. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `Array.isArray`, but one that TypeScript lets tell a vector from the rest. */
export function isVector(value: Value): value is Vector {
  return Array.isArray(value);
}

export function typeOf(value: Value): TypeName {
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "double";
  if (typeof value === "bigint") return "int";
  if (typeof value === "boolean") return "bool";
  if (value === null) return "none";
  if (isVector(value)) return "vector";
  return value instanceof Uint8Array ? "string" : value.kind;
}
