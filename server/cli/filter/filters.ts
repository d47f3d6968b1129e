/** Filters over what arrives: events by their name and arguments, lines of logs by their columns. */
import { count, type LogHeader, type LogLine, type ReceivedEvent, type Value } from "../../../library/index.ts";
import { isTrue, type Lookup } from "./evaluate.ts";
import { parseFilter } from "./parse.ts";

/** Whether an event is wanted. */
export type EventFilter = (event: ReceivedEvent, topic: string) => boolean;

/** Whether a line is wanted. */
export type LineFilter = (line: LogLine, topic: string) => boolean;

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

/** @throws SwitchyardError `BAD_FILTER` */
export function readEventFilter(text: string): EventFilter {
  const expression = parseFilter(text, [...eventFields.keys()]);
  return (event, topic) => isTrue(expression, (name) => eventFields.get(name)?.(event, topic) ?? null);
}

/** @throws SwitchyardError `BAD_FILTER` */
export function readLineFilter(text: string): LineFilter {
  const expression = parseFilter(text);
  return (line, topic) => isTrue(expression, lookupIn(line, topic));
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
