/**
 * Values: every type of Zeek, exact, with constructors, equality, order, text form and JSON form.
 *
 * Only re-exports; docs/values.md shows all of it on one page.
 */
export { Address, addr } from "./address.ts";
export { type Entry, ValueSet, ValueTable } from "./containers.ts";
export { Enum, enumValue } from "./enum.ts";
export { fromJson } from "./from-json.ts";
export { none, set, string, table, toValue, vector } from "./input.ts";
export { Interval, type IntervalParts, interval } from "./interval.ts";
export { keyOf } from "./key.ts";
export type { Read } from "./literal.ts";
export { bool, Count, count, double, int } from "./numbers.ts";
export { compare, equal } from "./order.ts";
export { parseValue, parseValues, readValue } from "./parse.ts";
export { Port, type Protocol, port, protocols } from "./port.ts";
export { formatValue } from "./print.ts";
export { Subnet, subnet } from "./subnet.ts";
export { Time, time } from "./time.ts";
export { toJson } from "./to-json.ts";
export { type Input, type Json, type Scalar, type TypeName, typeOf, type Value, type Vector } from "./types.ts";
