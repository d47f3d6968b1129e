/**
 * The JSON form of values: plain where JSON has the type, else an object with one member that names it.
 *
 * Invariant: `fromJson` gives back the same value, also after `JSON.stringify` and `JSON.parse`.
 * The form of a class of ours is in that class.
 */
import { encodeBase64 } from "./base64.ts";
import { formatDouble } from "./print.ts";
import { isVector, type Json, type Value } from "./types.ts";

export function toJson(value: Value): Json {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return doubleToJson(value);
  if (typeof value === "bigint") return { int: isSafe(value) ? Number(value) : String(value) };
  return objectToJson(value);
}

function objectToJson(value: Exclude<Value, string | number | bigint | boolean>): Json {
  if (value === null) return null;
  if (isVector(value)) return value.map(toJson);
  if (value instanceof Uint8Array) return { bytes: encodeBase64(value) };
  if (value.kind === "set") return { set: Array.from(value, toJson) };
  if (value.kind === "table") return { table: Array.from(value, ([key, of]) => [toJson(key), toJson(of)]) };
  return value.toJSON();
}

/** A plain whole number is a count, so a whole double says that it is one; JSON has no -0, NaN or infinities. */
function doubleToJson(value: number): Json {
  if (!Number.isFinite(value)) return { double: formatDouble(value) };
  if (Object.is(value, -0)) return { double: "-0" };
  return Number.isInteger(value) ? { double: value } : value;
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
