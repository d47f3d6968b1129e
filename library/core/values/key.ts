/**
 * One string for each value, so that values can be keys of a Map.
 *
 * Invariant: two values have the same key when, and only when, they are equal as Zeek values.
 * Keys live in memory only: they are neither for people nor for the wire.
 */
import type { ValueSet, ValueTable } from "./containers.ts";
import { isVector, type Scalar, type Value } from "./types.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Begins every key that is not simply the string it stands for. Most keys are strings, and those cost nothing. */
const mark = "\u0000";

export function keyOf(value: Value): string {
  if (typeof value === "string") return value.charCodeAt(0) === 0 ? `${mark}"${value}` : value;
  if (typeof value === "number") return `${mark}d${value}`; // prints -0 as 0, to which it is equal
  if (typeof value === "bigint") return `${mark}i${value}`;
  if (typeof value === "boolean") return value ? `${mark}T` : `${mark}F`;
  return objectKey(value);
}

function objectKey(value: Exclude<Value, string | number | bigint | boolean>): string {
  if (value === null) return `${mark}-`;
  if (isVector(value)) return `${mark}[${value.map(framedKey).join("")}`;
  if (value instanceof Uint8Array) return bytesKey(value);
  if (value.kind === "set") return setKey(value);
  return value.kind === "table" ? tableKey(value) : scalarKey(value);
}

function scalarKey(value: Scalar): string {
  switch (value.kind) {
    case "count":
      return `${mark}c${value.raw}`;
    case "time":
      return `${mark}t${value.nanoseconds}`;
    case "interval":
      return `${mark}n${value.nanoseconds}`;
    case "addr":
      return `${mark}${value.isV4 ? "4" : "6"}${value.bits}`;
    case "subnet":
      return `${mark}/${value.text}`;
    case "port":
      return `${mark}p${value.number}${value.protocol}`;
    case "enum":
      return `${mark}e${value.name}`;
  }
}

/** Bytes that are valid UTF-8 are the string; others are written one character a byte. */
function bytesKey(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return keyOf(text);
  let key = `${mark}x`;
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

/** Elements have no order in a set, nor entries in a table; sorted, they have one. */
function setKey(set: ValueSet): string {
  return `${mark}{${[...set.index.keys()].sort().map(framed).join("")}`;
}

function tableKey(table: ValueTable): string {
  const entries = [...table.index].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${mark}<${entries.map(([key, [, value]]) => framed(key) + framedKey(value)).join("")}`;
}

function framedKey(value: Value): string {
  return framed(keyOf(value));
}

/** Length first: no key can then be mistaken for the end of another. */
function framed(key: string): string {
  return `${key.length}:${key}`;
}
