/** Zeek's logs, TSV and JSON lines: text to values and back, byte for byte. Only re-exports. */
export { jsonLinePrinter } from "./json-print.ts";
export { LogReader } from "./log-reader.ts";
export type { LogLayout, LogRecord } from "./record.ts";
export { formatTsvHeader, formatTsvLine, type TsvHeaderText } from "./tsv-print.ts";
export type { LogColumn } from "./types.ts";
