/**
 * A kept row as panels get it: a line of a table, or everything there is.
 *
 * Invariant: whatever the cluster sent, a line is short and harmless to look at, and a detail is at most a few MiB.
 * Knows nothing of rings or patterns.
 */
import { formatValue, type Json, parseValues, toJson, typeOf, type Value } from "../../library/index.ts";
import type { Row, RowDetail } from "../protocol/monitor.ts";
import type { KeptRow } from "./kept-row.ts";
import { cut, visible } from "./visible-text.ts";

/** Most characters of one value, and of the JSON form, that are sent to a panel. */
export const mostDetailCharacters = 1024 * 1024;

export function rowOf(row: number, kept: KeptRow): Row {
  return {
    row,
    kind: kept.kind,
    timeMs: kept.time.toDate().getTime(),
    receivedMs: kept.receivedMs,
    topic: visible(kept.topic),
    name: visible(kept.name),
    text: cut(kept.text),
    sender: visible(kept.origin.name),
    hops: kept.hops,
  };
}

export function rowDetail(row: number, kept: KeptRow): RowDetail {
  const values = kept.values ?? parseValues(kept.text);
  const json = JSON.stringify(jsonOf(kept, values));
  return {
    ...rowOf(row, kept),
    senderId: kept.origin.id,
    time: kept.time.toString(),
    values: values.map((value, place) => valueDetail(value, kept.columns?.[place]?.name)),
    ...(json.length > mostDetailCharacters ? {} : { json }),
    ...(kept.raw === undefined ? {} : { raw: Buffer.from(kept.raw, "latin1").toString("hex") }),
  };
}

function valueDetail(value: Value, name: string | undefined): RowDetail["values"][number] {
  const text = formatValue(value);
  return {
    ...(name === undefined ? {} : { name: visible(name) }),
    type: typeOf(value),
    text: text.slice(0, mostDetailCharacters),
    length: text.length,
  };
}

/** An event as `switchyard sub --json` prints it; a log line has its log and its columns in place of name and args. */
function jsonOf({ kind, time, topic, name, columns = [] }: KeptRow, values: readonly Value[]): Json {
  const raised = { time: time.toString(), topic };
  const plain = values.map(toJson);
  if (kind === "event") return { ...raised, name, args: plain };
  const named = Object.fromEntries(columns.map((column, place) => [column.name, plain[place] ?? null]));
  const isExact = Object.keys(named).length === plain.length; // each value has a name, and no two the same
  return { ...raised, log: name, values: isExact ? named : plain };
}
