/**
 * A length of time, exact to the nanosecond.
 *
 * Invariant: `nanoseconds` fit in 64 bits, which is about 292 years either way.
 */

import { badValue } from "./describe.ts";
import { inspect } from "./inspect.ts";
import { isInt64 } from "./int64.ts";
import { checkNanoseconds, formatFraction, scaleDecimal, scaleNumber, splitSeconds } from "./nanoseconds.ts";
import type { Json } from "./types.ts";

const units = {
  day: 86_400_000_000_000n,
  hr: 3_600_000_000_000n,
  min: 60_000_000_000n,
  sec: 1_000_000_000n,
  msec: 1_000_000n,
  usec: 1_000n,
} as const;

export class Interval {
  readonly nanoseconds: bigint;

  /** @throws SwitchyardError `OUT_OF_RANGE` when it takes more than 64 bits */
  constructor(nanoseconds: bigint) {
    this.nanoseconds = checkNanoseconds("interval", nanoseconds, "at most 292 years");
    Object.freeze(this);
  }

  get kind(): "interval" {
    return "interval";
  }

  valueOf(): bigint {
    return this.nanoseconds;
  }

  /**
   * A whole number of days, hours or minutes where it is one (`5 min`), else a decimal of the largest unit of which it
   * holds at least one (`1.5 secs`, `250 msecs`, `0.001 usecs`).
   */
  toString(): string {
    return this.nanoseconds < 0n ? `-${formatMagnitude(-this.nanoseconds)}` : formatMagnitude(this.nanoseconds);
  }

  toJSON(): Json {
    return { interval: this.toString() };
  }

  [inspect](): string {
    return `interval ${this.toString()}`;
  }
}

function formatMagnitude(nanoseconds: bigint): string {
  const { seconds, rest } = splitSeconds(nanoseconds);
  if (rest === 0) return formatSeconds(seconds);
  if (seconds > 0) return formatDecimal(seconds, rest, 9, "sec");
  return rest >= 1_000_000
    ? formatDecimal(Math.floor(rest / 1_000_000), rest % 1_000_000, 6, "msec")
    : formatDecimal(Math.floor(rest / 1_000), rest % 1_000, 3, "usec");
}

function formatDecimal(whole: number, part: number, digits: number, unit: string): string {
  return withUnit(whole + formatFraction(part, digits), unit);
}

function formatSeconds(seconds: number): string {
  if (seconds === 0 || seconds % 60 !== 0) return withUnit(String(seconds), "sec");
  if (seconds % 3_600 !== 0) return `${seconds / 60} min`;
  return seconds % 86_400 === 0 ? withUnit(String(seconds / 86_400), "day") : withUnit(String(seconds / 3_600), "hr");
}

function withUnit(amount: string, unit: string): string {
  return amount === "1" ? `1 ${unit}` : `${amount} ${unit}s`;
}

/** The text of an interval, as a pattern that the reader of values shares; blanks before the unit may be left out. */
export const intervalPattern = /([+-]?)(\d+)(?:\.(\d+))? *(day|hr|min|sec|msec|usec)s?(?![A-Za-z0-9_])/;
const wholeInterval = new RegExp(`^${intervalPattern.source}$`);
const mostDigits = 40; // far more than any interval has; converting longer runs takes quadratic time

/** The interval that `text` is, or `undefined` where it is none, too long, or finer than a nanosecond. */
export function parseInterval(text: string): Interval | undefined {
  const [, sign, whole, fraction = "", unit] = wholeInterval.exec(text) ?? [];
  if (whole === undefined || whole.length + fraction.length > mostDigits) return undefined;
  const { magnitude, exact } = scaleDecimal(whole, fraction, units[unit as keyof typeof units]);
  const nanoseconds = sign === "-" ? -magnitude : magnitude;
  return exact && isInt64(nanoseconds) ? new Interval(nanoseconds) : undefined;
}

/** Parts of an interval; they add up, may be negative, and may have fractions. */
export interface IntervalParts {
  readonly days?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
  readonly milliseconds?: number | undefined;
  readonly microseconds?: number | undefined;
  readonly nanoseconds?: number | undefined;
}

const partNanoseconds = new Map<string, bigint>([
  ["days", units.day],
  ["hours", units.hr],
  ["minutes", units.min],
  ["seconds", units.sec],
  ["milliseconds", units.msec],
  ["microseconds", units.usec],
  ["nanoseconds", 1n],
]);

/**
 * An interval from its text, or from parts (`{ minutes: 5 }`). A fraction of a part counts as the decimal it prints
 * as, to the nearest nanosecond.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE`
 */
export function interval(from: Interval | string | IntervalParts): Interval {
  if (from instanceof Interval) return from;
  if (typeof from === "string") return parsedInterval(from);
  const parts = typeof from === "object" && from !== null ? Object.entries(from) : [];
  if (parts.length === 0) throw badValue("interval", from, "text such as 5 min, or parts such as { minutes: 5 }");
  return new Interval(parts.reduce((sum, [part, amount]) => sum + scalePart(part, amount), 0n));
}

function scalePart(part: string, amount: unknown): bigint {
  const unit = partNanoseconds.get(part);
  if (unit === undefined) throw badValue("interval", part, `one of ${[...partNanoseconds.keys()].join(", ")}`);
  if (amount === undefined) return 0n;
  if (typeof amount !== "number" || !Number.isFinite(amount)) throw badValue("interval", amount, `a number of ${part}`);
  return scaleNumber(amount, unit);
}

function parsedInterval(text: string): Interval {
  const parsed = parseInterval(text);
  if (parsed === undefined) throw badValue("interval", text, "such as 5 min, exact to 0.001 usecs, at most 292 years");
  return parsed;
}
