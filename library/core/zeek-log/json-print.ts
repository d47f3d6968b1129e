/**
 * Records as Zeek's JSON lines: the columns in order by name, unset ones left out.
 *
 * Invariant: a line that Zeek wrote, once read, prints as the very same bytes. Goes by the values, not by the claimed
 * types, with one exception: a column of type `none` prints its `null`, since that is all it ever held.
 * Zeek's JSON has fewer types than its logs, so this form is for reading, not for getting every type back.
 */
import type { ValueSet, ValueTable } from "../values/containers.ts";
import { isVector, type Scalar, type Value, type Vector } from "../values/types.ts";
import { mapBytes } from "./escape.ts";
import { formatJsonDouble, formatJsonSeconds } from "./seconds.ts";
import type { LogColumn } from "./types.ts";

/** Prints the records of one log, each without an end of line. */
export function jsonLinePrinter(columns: readonly LogColumn[]): (values: Vector) => string {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const keepsNull = columns.map(({ type }) => type === "none");
  return (values) => {
    let line = "";
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value === null && keepsNull[i] !== true) continue;
      line += (line === "" ? "{" : ",") + (keys[i] ?? `"column_${i + 1}":`) + formatJsonValue(value);
    }
    return line === "" ? "{}" : `${line}}`;
  };
}

function formatJsonValue(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return formatJsonDouble(value);
  if (typeof value === "bigint") return String(value);
  if (isVector(value)) return formatArray(value);
  return value instanceof Uint8Array ? formatBytes(value) : formatObject(value);
}

function formatObject(value: Scalar | ValueSet | ValueTable): string {
  switch (value.kind) {
    case "count":
      return String(value.raw);
    case "port":
      return String(value.number);
    case "addr":
    case "subnet":
      return `"${value.text}"`;
    case "time":
      return `"${withMicroseconds(value.toString())}"`;
    case "interval":
      return formatJsonSeconds(value.nanoseconds);
    case "enum":
      return `"${value.name}"`;
    case "set":
      return formatArray(value);
    case "table":
      return formatTable(value);
  }
}

/** `2018-03-24T17:15:20.600843Z`: six decimals as Zeek has them, nine where it takes them to be exact. */
function withMicroseconds(time: string): string {
  const point = time.indexOf(".");
  if (point < 0) return `${time.slice(0, -1)}.000000Z`;
  const decimals = time.length - point - 2;
  if (decimals === 6) return time;
  return `${time.slice(0, -1).padEnd(point + (decimals < 6 ? 7 : 10), "0")}Z`;
}

function formatArray(elements: Iterable<Value>): string {
  let array = "";
  for (const element of elements) array += (array === "" ? "" : ",") + formatJsonValue(element);
  return `[${array}]`;
}

/** JSON has only names for keys: other keys stand as their own JSON text. */
function formatTable(table: ValueTable): string {
  let members = "";
  for (const [key, value] of table) {
    const name = typeof key === "string" ? key : formatJsonValue(key);
    members += `${members === "" ? "" : ","}${JSON.stringify(name)}:${formatJsonValue(value)}`;
  }
  return `{${members}}`;
}

/** Bytes that are no text become the characters `\xHH`, as in Zeek. */
function formatBytes(bytes: Uint8Array): string {
  return JSON.stringify(
    mapBytes(
      bytes,
      (text) => text,
      (byte) => `\\x${byte.toString(16).padStart(2, "0")}`,
    ),
  );
}
