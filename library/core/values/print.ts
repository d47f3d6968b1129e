/**
 * The text form of values: Zeek's own literals, one way to write each value.
 *
 * Invariant: `parseValue` reads back the same value. The text of a class of ours is in that class.
 */
import type { ValueSet, ValueTable } from "./containers.ts";
import { formatBytes, formatString } from "./quote.ts";
import { isVector, type Value, type Vector } from "./types.ts";

export function formatValue(value: Value): string {
  if (typeof value === "string") return formatString(value);
  if (typeof value === "number") return formatDouble(value);
  if (typeof value === "bigint") return value < 0n ? String(value) : `+${value}`;
  if (typeof value === "boolean") return value ? "T" : "F";
  return formatObject(value);
}

function formatObject(value: Exclude<Value, string | number | bigint | boolean>): string {
  if (value === null) return "-";
  if (isVector(value)) return formatVector(value);
  if (value instanceof Uint8Array) return formatBytes(value);
  if (value.kind === "set") return formatSet(value);
  return value.kind === "table" ? formatTable(value) : value.toString();
}

/** `[ab::cd]` would be an address; a vector of that one enum has a blank, which no address has. */
function formatVector(vector: Vector): string {
  const elements = vector.map(formatValue).join(", ");
  return vector.length === 1 && /^[0-9a-fA-F]+::[0-9a-fA-F:]+$/.test(elements) ? `[ ${elements}]` : `[${elements}]`;
}

/** Always with a point, an exponent or a word, by which it is told from a count. */
export function formatDouble(value: number): string {
  if (Number.isInteger(value)) return formatWhole(value);
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

function formatWhole(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return text.includes("e") ? text : `${text}.0`;
}

function formatSet(set: ValueSet): string {
  return `{${[...set].map(formatValue).join(", ")}}`;
}

function formatTable(table: ValueTable): string {
  if (table.size === 0) return "{->}";
  return `{${[...table].map(([key, value]) => `${formatValue(key)} -> ${formatValue(value)}`).join(", ")}}`;
}
