/**
 * A point in time, exact to the nanosecond.
 *
 * Invariant: `nanoseconds` since 1970 fit in 64 bits, which is 1677-09-21 to 2262-04-11: years always have four digits.
 * Knows nothing of time zones (all is UTC), leap seconds, or what time it is.
 */

import { badValue } from "./describe.ts";
import { inspect } from "./inspect.ts";
import { isInt64 } from "./int64.ts";
import { checkNanoseconds, formatFraction, scaleNumber, splitSeconds } from "./nanoseconds.ts";
import type { Json } from "./types.ts";

const daySeconds = 86_400;

export class Time {
  /** Since 1970-01-01T00:00:00Z. */
  readonly nanoseconds: bigint;

  /** @throws SwitchyardError `OUT_OF_RANGE` when it takes more than 64 bits */
  constructor(nanoseconds: bigint) {
    this.nanoseconds = checkNanoseconds("time", nanoseconds, "within 1677-09-21 to 2262-04-11");
    Object.freeze(this);
  }

  get kind(): "time" {
    return "time";
  }

  /** Rounded down to whole milliseconds, which is all that a Date can hold. */
  toDate(): Date {
    const { seconds, rest } = splitSeconds(this.nanoseconds);
    return new Date(seconds * 1000 + Math.floor(rest / 1_000_000));
  }

  valueOf(): bigint {
    return this.nanoseconds;
  }

  /** `2018-03-24T17:15:20.600843Z`, with as many digits as it takes to be exact. */
  toString(): string {
    const { seconds, rest } = splitSeconds(this.nanoseconds);
    const day = Math.floor(seconds / daySeconds);
    return `${formatDay(day)}T${formatSecondOfDay(seconds - day * daySeconds)}${formatFraction(rest, 9)}Z`;
  }

  toJSON(): Json {
    return { time: this.toString() };
  }

  [inspect](): string {
    return `time ${this.toString()}`;
  }
}

const twoDigits = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));

// Neighbouring times mostly share their day, and the calendar is the expensive part.
let lastDay = Number.NaN;
let lastDayText = "";

function formatDay(day: number): string {
  if (day === lastDay) return lastDayText;
  lastDay = day;
  lastDayText = new Date(day * daySeconds * 1000).toISOString().slice(0, 10);
  return lastDayText;
}

function formatSecondOfDay(second: number): string {
  const minute = Math.floor(second / 60);
  return `${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}:${twoDigits[second % 60]}`;
}

/** The text of a time, as a pattern that the reader of values shares. */
export const timePattern = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z/;
const wholeTime = new RegExp(`^${timePattern.source}$`);

/** The time that `text` is, or `undefined` where it is none, such as February 30th or a year out of reach. */
export function parseTime(text: string): Time | undefined {
  const [, wholeSeconds, fraction = ""] = wholeTime.exec(text) ?? [];
  if (wholeSeconds === undefined) return undefined;
  const milliseconds = Date.parse(`${wholeSeconds}Z`);
  // Date.parse takes 24:00:00 and, in some months, a day too many: only what prints back the same is a time.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(wholeSeconds)) return undefined;
  const nanoseconds = BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
  return isInt64(nanoseconds) ? new Time(nanoseconds) : undefined;
}

/**
 * A time from a Date, from its text, or from seconds and nanoseconds since 1970, which add up.
 * A fraction of a second counts as the decimal it prints as, to the nearest nanosecond.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE`
 */
export function time(
  from: Time | Date | string | { readonly seconds: number; readonly nanoseconds?: number | undefined },
): Time {
  if (from instanceof Time) return from;
  if (from instanceof Date) return new Time(milliseconds(from) * 1_000_000n);
  if (typeof from === "string") return parsedTime(from);
  if (!Number.isFinite(from?.seconds)) throw badValue("time", from, "a Date, a text or { seconds }");
  const nanoseconds = from.nanoseconds ?? 0;
  if (!Number.isInteger(nanoseconds)) throw badValue("time", nanoseconds, "whole nanoseconds");
  return new Time(scaleNumber(from.seconds, 1_000_000_000n) + BigInt(nanoseconds));
}

function milliseconds(date: Date): bigint {
  const since1970 = date.getTime();
  if (Number.isNaN(since1970)) throw badValue("time", "an invalid Date", "a valid one");
  return BigInt(since1970);
}

function parsedTime(text: string): Time {
  const parsed = parseTime(text);
  if (parsed === undefined) throw badValue("time", text, "UTC such as 2018-03-24T17:15:20.600843Z");
  return parsed;
}
