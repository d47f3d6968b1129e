/** What every reader of a log gives: records, each with the columns it belongs to; and where it stands in its file. */
import type { SwitchyardError } from "../errors.ts";
import type { Vector } from "../values/types.ts";
import type { LogColumn } from "./types.ts";

/** What a log calls itself, and its columns. The same object for all records that share it, so that callers can key on it. */
export interface LogLayout {
  /** `dns`; `undefined` where the log does not say. */
  readonly path: string | undefined;
  readonly columns: readonly LogColumn[];
}

/** One record: as many values as its layout has columns; `null` where one is unset. */
export interface LogRecord {
  readonly layout: LogLayout;
  readonly values: Vector;
}

/** Reads the lines of one format. */
export interface LineReader {
  /**
   * The record that `line` holds; `undefined` for a line of the header, or a blank one.
   * @throws SwitchyardError `BAD_LOG_LINE` when only this line is bad, `BAD_LOG_FILE` when nothing after it can be read
   */
  read(line: string): LogRecord | undefined;
}

/** Where a reader is, for its messages: the failure that says so. */
export type Failing = (code: "BAD_LOG_FILE" | "BAD_LOG_LINE", what: string) => SwitchyardError;
