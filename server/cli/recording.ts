/**
 * The lines of a recording, written and read; docs/recordings.md says the same in words.
 *
 * Invariant: what is written reads back as the same topics, names, columns and values, exact in type and byte.
 * Knows nothing of files or nodes.
 */
import {
  type FileWrite,
  formatValue,
  type LogHeader,
  type LogLine,
  parseValue,
  type ReceivedEvent,
  SwitchyardError,
  Time,
  type Value,
} from "../../library/index.ts";
import { cut } from "./style.ts";

export const recordingVersion = 1;

/** Messages of each kind. */
export interface Tally {
  events: number;
  lines: number;
  files: number;
}

/**
 * The first line of a recording, and of each part that was appended to it.
 *
 * @param filter what alone was kept of what matched; absent: all
 */
export function headerLine(began: Time, patterns: readonly string[], filter?: string): string {
  return json({ switchyard: "recording", version: recordingVersion, began: began.toString(), patterns, filter });
}

/** The last line of a part; without it the part was cut off. */
export function endLine({ events, lines, files }: Tally, missed: number): string {
  return json({ kind: "end", events, lines, files, missed });
}

/** Writes lines, each with its end. `atMs` is the time since the part began. */
export class RecordingPrinter {
  readonly #logs = new WeakMap<LogHeader, number>();
  #logCount = 0;

  event({ time, origin, name, args }: ReceivedEvent, topic: string, atMs: number): string {
    const values = args.map(formatValue);
    return json({ kind: "event", at: atMs, time: time.toString(), topic, origin: origin.name, name, values });
  }

  /** With a line above that says what log it is, the first time. */
  line({ log, values, time, origin }: LogLine, atMs: number): string {
    const known = this.#logs.get(log);
    const number = known ?? this.#logCount++;
    this.#logs.set(log, number);
    const line = { kind: "line", at: atMs, time: time.toString(), origin: origin.name, log: number };
    const text = json({ ...line, values: values.map(formatValue) });
    if (known !== undefined) return text;
    const { topic, id, writer, columns } = log;
    return (
      json({ kind: "log", log: number, topic, id, writer, columns: columns.map((each) => [each.name, each.type]) }) +
      text
    );
  }

  file({ path, bytes, time, origin }: FileWrite, topic: string, atMs: number): string {
    const write = { kind: "file", at: atMs, time: time.toString(), topic, origin: origin.name, path };
    return json({ ...write, bytes: formatValue(bytes) });
  }
}

function json(line: object): string {
  return `${JSON.stringify(line)}\n`;
}

/** A message to raise again. `atMs` goes on from one part of a recording to the next. */
export type Recorded =
  | {
      readonly kind: "event";
      readonly atMs: number;
      readonly topic: string;
      readonly name: string;
      readonly values: readonly Value[];
    }
  /** `log` is the same object for all lines of one log. */
  | { readonly kind: "line"; readonly atMs: number; readonly log: LogHeader; readonly values: readonly Value[] }
  | {
      readonly kind: "file";
      readonly atMs: number;
      readonly topic: string;
      readonly path: string;
      readonly bytes: Uint8Array;
    };

/** Is this the first line of a recording, or of a part of one? */
export function isHeaderLine(line: string | Uint8Array): boolean {
  return typeof line === "string" && line.startsWith('{"switchyard":"recording"');
}

/** Reads line by line. */
export class RecordingReader {
  readonly #name: string;
  #logs = new Map<unknown, LogHeader>();
  #baseMs = 0;
  #lastMs = 0;
  /** Lines read so far, bad ones included. */
  lines = 0;
  /** The last good line was the end of a part. */
  isEnded = false;

  /** @param name of the file, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  /** `undefined` for a line that is no message. @throws SwitchyardError `BAD_RECORDING` with the number of the line */
  read(line: string | Uint8Array): Recorded | undefined {
    this.lines += 1;
    try {
      const fields = fieldsOf(line);
      if (this.lines === 1 && !("switchyard" in fields)) throw new Fault("does not begin as a recording");
      const recorded = this.#readFields(fields);
      this.isEnded = fields["kind"] === "end";
      return recorded;
    } catch (error) {
      const isBadValue = error instanceof SwitchyardError && error.code === "BAD_VALUE";
      if (!(error instanceof Fault) && !isBadValue) throw error;
      const what = isBadValue ? "a value that is none" : error.message;
      throw new SwitchyardError("BAD_RECORDING", `${this.#name}:${this.lines}: ${what}`, { cause: error });
    }
  }

  #readFields(fields: Fields): Recorded | undefined {
    if ("switchyard" in fields) return this.#begin(fields);
    const { kind } = fields;
    if (kind === "end") return undefined;
    if (kind === "log") return this.#defineLog(fields);
    if (kind === "event") {
      const name = textOf(fields, "name");
      return { kind, atMs: this.#timeOf(fields), topic: textOf(fields, "topic"), name, values: valuesOf(fields) };
    }
    if (kind === "line") {
      const log = this.#logs.get(fields["log"]);
      if (log === undefined) throw new Fault('its "log" is of no line before');
      return { kind, atMs: this.#timeOf(fields), log, values: valuesOf(fields) };
    }
    if (kind !== "file") throw new Fault(`"kind" is ${told(kind)}, not event, log, line, file or end`);
    const path = textOf(fields, "path");
    return { kind, atMs: this.#timeOf(fields), topic: textOf(fields, "topic"), path, bytes: bytesOf(fields) };
  }

  #begin({ switchyard, version }: Fields): undefined {
    if (switchyard !== "recording") throw new Fault(`"switchyard" is ${told(switchyard)}, not "recording"`);
    if (version !== recordingVersion) {
      throw new Fault(`version ${told(version)}, of which only ${recordingVersion} can be read here`);
    }
    this.#baseMs = this.#lastMs;
    this.#logs = new Map();
  }

  #defineLog(fields: Fields): undefined {
    const { columns, log } = fields;
    if (!Array.isArray(columns) || !columns.every(isColumn)) throw new Fault('its "columns" are no [name, type] each');
    const named = columns.map(([name, type]) => ({ name, type }));
    const [topic, id, writer] = [textOf(fields, "topic"), textOf(fields, "id"), textOf(fields, "writer")];
    this.#logs.set(log, { topic, id, writer, columns: named });
  }

  #timeOf({ at, time }: Fields): number {
    if (typeof at !== "number" || !(at >= 0)) throw new Fault('its "at" is no number of milliseconds');
    if (typeof time !== "string" || !(parseValue(time) instanceof Time)) throw new Fault('its "time" is no time');
    this.#lastMs = Math.max(this.#lastMs, this.#baseMs + at);
    return this.#baseMs + at;
  }
}

/** What is wrong with a line. */
class Fault extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(line: string | Uint8Array): Fields {
  if (typeof line !== "string") throw new Fault("not UTF-8");
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    throw new Fault(`no JSON: ${told(line)}`);
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) throw new Fault("no JSON object");
  return read as Fields;
}

function textOf(fields: Fields, key: string): string {
  const text = fields[key];
  if (typeof text !== "string") throw new Fault(`its "${key}" is no text`);
  return text;
}

function valuesOf({ values }: Fields): readonly Value[] {
  if (!Array.isArray(values) || !values.every((each) => typeof each === "string")) {
    throw new Fault('its "values" are no texts');
  }
  return values.map(parseValue);
}

function bytesOf(fields: Fields): Uint8Array {
  const value = parseValue(textOf(fields, "bytes"));
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  throw new Fault('its "bytes" are no string');
}

function isColumn(column: unknown): column is [name: string, type: string] {
  return Array.isArray(column) && column.length === 2 && column.every((each) => typeof each === "string");
}

function told(given: unknown): string {
  return cut(JSON.stringify(given) ?? "missing", 40);
}
