/**
 * Records as lines of Zeek's TSV, and the header above them.
 *
 * Invariant: a line that Zeek wrote, once read, prints as the very same bytes. Goes by the values alone, never by the
 * types that a sender claims, so that any record prints. Knows nothing of clocks: the caller says when a log opened.
 */

import type { ValueSet, ValueTable } from "../values/containers.ts";
import { formatValue } from "../values/print.ts";
import type { Scalar, Value, Vector } from "../values/types.ts";
import { isVector } from "../values/types.ts";
import { emptyCell, escapeBytes, escapeString, unsetCell } from "./escape.ts";
import { formatSeconds, formatTsvDouble } from "./seconds.ts";
import type { LogColumn } from "./types.ts";

/** One record, without an end of line. */
export function formatTsvLine(values: Vector): string {
  let line = "";
  for (let i = 0; i < values.length; i++) {
    line += i === 0 ? formatCell(values[i]!, false) : `\t${formatCell(values[i]!, false)}`;
  }
  // A line that begins with '#' is a comment to whoever reads it.
  return line.startsWith("#") ? `\\x23${line.slice(1)}` : line;
}

function formatCell(value: Value, inContainer: boolean): string {
  if (typeof value === "string") return escapeString(value, inContainer);
  if (value === null) return unsetCell;
  if (typeof value === "boolean") return value ? "T" : "F";
  if (typeof value === "number") return formatTsvDouble(value);
  if (typeof value === "bigint") return String(value);
  if (isVector(value)) return formatElements(value);
  return value instanceof Uint8Array ? escapeBytes(value, inContainer) : formatObject(value, inContainer);
}

function formatObject(value: Scalar | ValueSet | ValueTable, inContainer: boolean): string {
  switch (value.kind) {
    case "count":
      return String(value.raw);
    case "port":
      return String(value.number);
    case "addr":
    case "subnet":
      return value.text;
    case "time":
    case "interval":
      return formatSeconds(value.nanoseconds);
    case "enum":
      return value.name;
    case "set":
      return formatElements(value);
    case "table":
      // Zeek has no such column: the text form of values is at least readable.
      return escapeString(formatValue(value), inContainer);
  }
}

function formatElements(elements: Iterable<Value>): string {
  let cell = "";
  let separator = "";
  for (const element of elements) {
    cell += separator + formatCell(element, true);
    separator = ",";
  }
  return cell === "" ? emptyCell : cell;
}

export interface TsvHeaderText {
  /** What the log is called: `dns`. */
  readonly path: string;
  readonly columns: readonly LogColumn[];
  /** `2024-04-12-19-29-12` */
  readonly open: string;
}

/** The eight lines above the records, each with its end of line. */
export function formatTsvHeader({ path, columns, open }: TsvHeaderText): string {
  return [
    "#separator \\x09",
    "#set_separator\t,",
    `#empty_field\t${emptyCell}`,
    `#unset_field\t${unsetCell}`,
    `#path\t${escapeString(path, false)}`,
    `#open\t${open}`,
    ["#fields", ...columns.map(({ name }) => escapeString(name, false))].join("\t"),
    ["#types", ...columns.map(({ type }) => escapeString(type, false))].join("\t"),
    "",
  ].join("\n");
}
