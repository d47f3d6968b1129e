/** Filters over what arrives: events by their name and arguments, lines of logs by their columns, writes by their path. */
import {
  count,
  type FileWrite,
  type LogHeader,
  type LogLine,
  type ReceivedEvent,
  type Value,
} from "../../../library/index.ts";
import { isTrue, type Lookup } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { parseFilter } from "./parse.ts";

/** Whether an event is wanted. */
export type EventFilter = (event: ReceivedEvent, topic: string) => boolean;

/** Whether a line is wanted. */
export type LineFilter = (line: LogLine, topic: string) => boolean;

/** One filter over all that a recording holds. What one kind of message does not have is none there. */
export interface MessageFilter {
  /** As it was given. */
  readonly text: string;
  readonly takesEvent: EventFilter;
  readonly takesLine: LineFilter;
  readonly takesWrite: (write: FileWrite, topic: string) => boolean;
}

type Field<Of> = (of: Of, topic: string) => Value;

const eventFields: ReadonlyMap<string, Field<ReceivedEvent>> = new Map<string, Field<ReceivedEvent>>([
  ["name", ({ name }) => name],
  ["args", ({ args }) => args],
  ["topic", (_event, topic) => topic],
  ["time", ({ time }) => time],
  ["from", ({ origin }) => origin.name],
  ["hops", ({ hops }) => count(hops)],
]);

/** What a line has besides its columns, which come first. */
const lineFields: ReadonlyMap<string, Field<LogLine>> = new Map<string, Field<LogLine>>([
  ["log", ({ log }) => log.id],
  ["topic", (_line, topic) => topic],
  ["time", ({ time }) => time],
  ["from", ({ origin }) => origin.name],
  ["hops", ({ hops }) => count(hops)],
]);

const writeFields: ReadonlyMap<string, Field<FileWrite>> = new Map<string, Field<FileWrite>>([
  ["path", ({ path }) => path],
  ["bytes", ({ bytes }) => count(bytes.length)],
  ["topic", (_write, topic) => topic],
  ["time", ({ time }) => time],
  ["from", ({ origin }) => origin.name],
  ["hops", ({ hops }) => count(hops)],
]);

/** @throws SwitchyardError `BAD_FILTER` */
export function readEventFilter(text: string): EventFilter {
  return filterBy(eventFields, parseFilter(text, [...eventFields.keys()]));
}

function filterBy<Of>(
  fields: ReadonlyMap<string, Field<Of>>,
  expression: Expression,
): (of: Of, topic: string) => boolean {
  return (of, topic) => isTrue(expression, (name) => fields.get(name)?.(of, topic) ?? null);
}

/** @throws SwitchyardError `BAD_FILTER` */
export function readLineFilter(text: string): LineFilter {
  return filterLines(parseFilter(text));
}

function filterLines(expression: Expression): LineFilter {
  return (line, topic) => isTrue(expression, lookupIn(line, topic));
}

/** @throws SwitchyardError `BAD_FILTER` */
export function readMessageFilter(text: string): MessageFilter {
  const expression = parseFilter(text); // any name may be that of a column
  return {
    text,
    takesEvent: filterBy(eventFields, expression),
    takesLine: filterLines(expression),
    takesWrite: filterBy(writeFields, expression),
  };
}

/** Where each column of a log stands. */
const places = new WeakMap<LogHeader, ReadonlyMap<string, number>>();

function lookupIn(line: LogLine, topic: string): Lookup {
  const { log, values } = line;
  let columns = places.get(log);
  if (columns === undefined) {
    columns = new Map(log.columns.map(({ name }, place) => [name, place]));
    places.set(log, columns);
  }
  return (name) => {
    const place = columns.get(name);
    return (place === undefined ? lineFields.get(name)?.(line, topic) : values[place]) ?? null;
  };
}
