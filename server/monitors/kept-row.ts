/**
 * A message as a monitor keeps it: its text form, made once as it arrives, and no more than that.
 *
 * The values themselves are let go, since their text reads back as the very same values; only messages with a long text
 * keep them. A line of Zeek's dns log takes about 600 bytes in this way. Rows know nothing of their number, so that
 * several monitors can keep the same one.
 */
import type { Column, LogLine, Origin, ReceivedEvent, Time, Value } from "../../library/index.ts";
import { type ListText, listText } from "./value-text.ts";

export interface KeptRow {
  readonly kind: "event" | "log";
  readonly time: Time;
  readonly receivedMs: number;
  readonly topic: string;
  /** The event's name, or the log's id. */
  readonly name: string;
  readonly text: string;
  readonly origin: Origin;
  readonly hops: number;
  /** What it takes, as near as it can be told. */
  readonly bytes: number;
  /** Only of log lines: shared by all lines of a log. */
  readonly columns: readonly Column[] | undefined;
  /** The body as it came, a character a byte: that takes half of what an array of its own would. Absent for our own. */
  readonly raw: string | undefined;
  /** Only where `text` is cut. */
  readonly values: readonly Value[] | undefined;
}

/** The row itself, its time and its place in the ring. */
const rowBytes = 220;
/** Longest body that is kept as it came. */
const mostRawBytes = 64 * 1024;
/** What a value takes for each byte or element of it, at a guess. */
const valueBytes = 16;

export function keepEvent(event: ReceivedEvent, topic: string, nowMs: number): KeptRow {
  const raw = rawOf(event);
  const text = listText(event.args);
  return kept("event", event, topic, event.name, undefined, event.args, text, raw, nowMs);
}

export function keepLine(line: LogLine, topic: string, nowMs: number): KeptRow {
  const raw = rawOf(line);
  const text = listText(line.values);
  return kept("log", line, topic, line.log.id, line.log.columns, line.values, text, raw, nowMs);
}

function kept(
  kind: KeptRow["kind"],
  { time, origin, hops }: ReceivedEvent | LogLine,
  topic: string,
  name: string,
  columns: readonly Column[] | undefined,
  values: readonly Value[],
  { text, isWhole }: ListText,
  raw: string | undefined,
  receivedMs: number,
): KeptRow {
  const bytes = rowBytes + name.length + textBytes(text) + (raw?.length ?? 0) + (isWhole ? 0 : weight(values));
  return {
    kind,
    time,
    receivedMs,
    topic,
    name,
    text,
    origin,
    hops,
    bytes,
    columns,
    raw,
    values: isWhole ? undefined : values,
  };
}

/** Before the values are read, for then the bytes are gone. Longer ones are not kept: panels do not show them. */
function rawOf({ raw }: ReceivedEvent | LogLine): string | undefined {
  if (raw === undefined || raw.length > mostRawBytes) return undefined;
  return Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString("latin1");
}

const wide = /[\u0100-\uffff]/;

/** One byte a character, or two for all of them where one needs it. */
function textBytes(text: string): number {
  return wide.test(text) ? text.length * 2 : text.length;
}

function weight(value: Value | readonly Value[]): number {
  if (typeof value === "string") return textBytes(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return valueBytes;
  let bytes = valueBytes;
  for (const element of value) bytes += weight(element);
  return bytes;
}
