/** When a record of a log happened, by its own account. */
import { type LogLayout, type LogRecord, Time, type Value } from "../../library/index.ts";

const places = new WeakMap<LogLayout, number>();

/** Milliseconds since 1970 by the column `ts`, or the first one of times; `undefined` where there is none. */
export function timestampOf({ layout, values }: LogRecord): number | undefined {
  let place = places.get(layout);
  if (place === undefined) {
    const named = layout.columns.findIndex(({ name }) => name === "ts");
    place = named >= 0 ? named : layout.columns.findIndex(({ type }) => type === "time");
    places.set(layout, place);
  }
  const value: Value | undefined = values[place];
  if (value instanceof Time) return Number(value.nanoseconds / 1000n) / 1000;
  return typeof value === "number" ? value * 1000 : undefined; // JSON with seconds since 1970
}
