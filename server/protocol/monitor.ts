/**
 * Monitors: live events and log lines of some patterns, kept in a bounded ring in the server.
 *
 * A panel is a window on the ring: it is told "version 812" and asks for the rows it shows. Every row has a number
 * that grows by one with each row received and is never used again, so that nothing moves under the pointer.
 */
import type { ClusterId } from "./clusters.ts";
import { notification, request } from "./descriptors.ts";

export type MonitorId = string;

/** One event or log line, cut for a table: nothing here is longer than 1024 characters. */
export interface Row {
  readonly row: number;
  readonly kind: "event" | "log";
  /** When it was raised, in ms since 1970, and when it arrived here. */
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly topic: string;
  /** The event's name, or the log's id. */
  readonly name: string;
  /** Arguments or columns in text form, comma separated; long texts keep their first and last 256 characters. */
  readonly text: string;
  /** Name of the node that raised it. */
  readonly sender: string;
  /** Connections it came over. */
  readonly hops: number;
}

/** What a panel looks for. All that is given must hold. */
export interface Search {
  /** Looked for in topic, name and text. Empty: everything matches. */
  readonly text: string;
  readonly matchCase: boolean;
  readonly isRegex: boolean;
}

/** Every message is counted exactly once on its way: received = kept + evicted + cleared. */
export interface Counters {
  /** Messages that arrived since the monitor was opened. */
  readonly received: number;
  /** Rows in the ring now. */
  readonly kept: number;
  /** Rows that were pushed out by newer ones since the monitor was opened. */
  readonly evicted: number;
  /** Rows that the person cleared. */
  readonly cleared: number;
  /** Lost on their way to this monitor, as far as it can be known: the sum of `Losses`. */
  readonly dropped: number;
  /** Rows of the ring that the search shows: all of them without one. */
  readonly shown: number;
}

export interface MonitorInfo {
  readonly monitor: MonitorId;
  readonly cluster: ClusterId;
  readonly patterns: readonly string[];
  /** Most rows and bytes that are kept. */
  readonly maxRows: number;
  readonly maxBytes: number;
}

/**
 * Subscribes to the patterns and begins to keep what arrives. Resolves when the connected peers know.
 * Fails with `BAD_PATTERN`, `CLOSED`.
 */
export const openMonitor = request<
  { readonly cluster: ClusterId; readonly patterns: readonly string[]; readonly maxRows?: number },
  MonitorInfo
>("switchyard/monitor/open");

/** Harmless when it is gone. */
export const closeMonitor = request<{ readonly monitor: MonitorId }, null>("switchyard/monitor/close");

/** Forgets the rows kept so far. Counters go on. */
export const clearMonitor = request<{ readonly monitor: MonitorId }, null>("switchyard/monitor/clear");

/** Why messages are missing: somebody on the way did not take them in time, a connection was lost, or nobody knows. */
export type LossCause = "slow" | "connection" | "unknown";

/** Messages of one sender under one topic that never came. */
export interface Loss {
  readonly sender: string;
  readonly topic: string;
  readonly cause: LossCause;
  readonly messages: number;
}

/** Losses within about a second, where the table has a line for them. */
export interface LossLine {
  /** The number of the first row that arrived after them: it may still be to come. */
  readonly beforeRow: number;
  readonly fromMs: number;
  /** All that were lost. */
  readonly messages: number;
  /** The first 10 that differ; the others are only counted. */
  readonly losses: readonly Loss[];
}

/** Since the monitor was opened. */
export interface Losses {
  readonly byCause: Readonly<Record<LossCause, number>>;
  /** Newest last, at most 100. */
  readonly lines: readonly LossLine[];
}

export interface Page {
  /** Of the ring this page was cut from. */
  readonly version: number;
  readonly counters: Counters;
  /** How many rows the search shows up to `upTo`. */
  readonly total: number;
  /** Place of `rows[0]` among those, counted from the oldest. */
  readonly first: number;
  readonly rows: readonly Row[];
  /** Number of the newest row in the ring; -1 while there is none. A paused panel remembers it as its `upTo`. */
  readonly newest: number;
  /** While the connection to the cluster was down: from when to when (absent: still). Newest last, at most 100. */
  readonly gaps: readonly { readonly fromMs: number; readonly toMs?: number }[];
  readonly losses: Losses;
}

/**
 * One page of the rows that the search shows, oldest first.
 * `first` counts from the oldest shown row; negative counts from the newest: -100 is the last hundred.
 * `upTo` leaves out rows with a greater number: the picture of a paused panel.
 * Fails with `BAD_ARGUMENT` (a bad regular expression), `CLOSED` (no such monitor).
 */
export const readMonitor = request<
  {
    readonly monitor: MonitorId;
    readonly first: number;
    /** At most 500. */
    readonly limit: number;
    readonly search?: Search;
    readonly upTo?: number;
  },
  Page
>("switchyard/monitor/read");

/** A row in full. */
export interface RowDetail extends Row {
  readonly senderId: string;
  /** With all nanoseconds, in the text form of times. */
  readonly time: string;
  /** Each argument, or each column with its name; `text` is at most 1 MiB and `length` its whole length. */
  readonly values: readonly {
    readonly name?: string;
    readonly type: string;
    readonly text: string;
    readonly length: number;
  }[];
  /** The message as one line of JSON, as `switchyard sub --json` prints it; absent when over 1 MiB. */
  readonly json?: string;
  /** The body as it came over the wire, in hex; absent when over 64 KiB. */
  readonly raw?: string;
}

/** Absent: the row has left the ring. */
export const readRow = request<{ readonly monitor: MonitorId; readonly row: number }, RowDetail | null>(
  "switchyard/monitor/readRow",
);

/** Something arrived or left. At most every 100 ms for each monitor, and only after the last was answered by a read. */
export const monitorChanged = notification<{ readonly monitor: MonitorId; readonly version: number }>(
  "switchyard/monitor/changed",
);
