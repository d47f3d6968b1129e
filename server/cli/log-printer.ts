/**
 * Lines of remote logs as text: Zeek's TSV, Zeek's JSON lines, or a table for people.
 *
 * Invariant: a line of a file that was replayed comes out byte for byte as it was, in the format of that file.
 * Knows nothing of where the text goes.
 */
import {
  formatTsvHeader,
  formatTsvLine,
  formatValue,
  jsonLinePrinter,
  type LogHeader,
  type LogLine,
  typeOf,
  type Value,
} from "../../library/index.ts";
import { cut, printable, type Style } from "./style.ts";

/** The text for a line, its end of line and, where one is due, a header above it included. */
export type LogFormat = (line: LogLine) => string;

/** With the header above the first line of each log, and again whenever another log's line comes between. */
export function tsvLines(now: () => Date): LogFormat {
  let last: LogHeader | undefined;
  return ({ log, values }) => {
    const line = `${formatTsvLine(values)}\n`;
    if (log === last) return line;
    last = log;
    return formatTsvHeader({ path: log.id, columns: columnsOf(log, values), open: openTime(now()) }) + line;
  };
}

/** Zeek's `#open`: local time, `2024-04-12-19-29-12`. */
function openTime(date: Date): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  return [date.getFullYear(), ...parts.map((part) => String(part).padStart(2, "0"))].join("-");
}

export function jsonLines(): LogFormat {
  const printers = new WeakMap<LogHeader, (values: readonly Value[]) => string>();
  return ({ log, values }) => {
    let print = printers.get(log);
    if (print === undefined) {
      print = jsonLinePrinter(columnsOf(log, values));
      printers.set(log, print);
    }
    return `${print(values)}\n`;
  };
}

/** A log that was opened without columns gets names and types by its first line. */
function columnsOf({ columns }: LogHeader, values: readonly Value[]): LogHeader["columns"] {
  if (columns.length > 0) return columns;
  return values.map((value, i) => ({ name: `column_${i + 1}`, type: value === null ? "string" : typeOf(value) }));
}

/** Cells wider than this are cut on a terminal. */
const widestCell = 32;

/** Lines of one log after which its column names come again: they have left the screen. */
const linesUnderNames = 100;

interface Table {
  readonly names: readonly string[];
  readonly widths: number[];
  lines: number;
}

/** Columns one below the other, each line with its log's name in front, and column names above now and then. */
export function readableLines({
  style,
  isTerminal,
}: {
  readonly style: Style;
  readonly isTerminal: boolean;
}): LogFormat {
  const tables = new WeakMap<LogHeader, Table>();
  let idWidth = 0;
  return ({ log, values }) => {
    const table = tables.get(log) ?? freshTable(log, values);
    tables.set(log, table);
    const cells = values.map((value) => (isTerminal ? cut(readable(value), widestCell) : readable(value)));
    for (const [i, cell] of cells.entries()) table.widths[i] = Math.max(table.widths[i] ?? 0, cell.length);
    const id = printable(log.id);
    idWidth = Math.max(idWidth, id.length);
    const row = `${style.topic(id.padEnd(idWidth))}  ${inColumns(cells, table.widths)}\n`;
    if (table.lines++ % linesUnderNames > 0) return row;
    return `${" ".repeat(idWidth)}  ${style.bold(inColumns(table.names, table.widths))}\n${row}`;
  };
}

function freshTable(log: LogHeader, values: readonly Value[]): Table {
  const names = columnsOf(log, values).map(({ name }) => printable(name));
  return { names, widths: names.map((name) => name.length), lines: 0 };
}

/** Strings without quotes: a table has columns. */
function readable(value: Value): string {
  return printable(typeof value === "string" ? value : formatValue(value));
}

function inColumns(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join("  ");
}
