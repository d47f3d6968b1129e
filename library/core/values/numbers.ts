/**
 * The numbers: count (uint64), int (int64, a plain `bigint`) and double (a plain `number`).
 *
 * Invariant: a `Count` is within 0 to 2^64 - 1 and exact; so is every int within its 64 bits.
 */
import type { SwitchyardError } from "../errors.ts";
import { badValue, outOfRange } from "./describe.ts";
import { inspect } from "./inspect.ts";
import { isInt64 } from "./int64.ts";
import type { Json } from "./types.ts";

const countMax = 2n ** 64n - 1n;
const countRange = "0 to 18446744073709551615";
const intRange = "-9223372036854775808 to 9223372036854775807";

export class Count {
  /** The number itself: a `number` where that is exact (up to 2^53 - 1), a `bigint` beyond. */
  readonly raw: number | bigint;

  /** @throws SwitchyardError `OUT_OF_RANGE`, or `BAD_VALUE` when it is no whole number */
  constructor(raw: number | bigint) {
    this.raw = typeof raw === "number" ? checkedNumber(raw) : checkedBigint(raw);
    Object.freeze(this);
  }

  get kind(): "count" {
    return "count";
  }

  get value(): bigint {
    return BigInt(this.raw);
  }

  /** So that `Number(count(5))`, `count(5) < count(6)` and arithmetic with bigints work. */
  valueOf(): bigint {
    return BigInt(this.raw);
  }

  toString(): string {
    return String(this.raw);
  }

  toJSON(): Json {
    return typeof this.raw === "number" ? this.raw : { count: String(this.raw) };
  }

  [inspect](): string {
    return `count ${this.toString()}`;
  }
}

function checkedNumber(raw: number): number {
  if (Number.isSafeInteger(raw) && raw >= 0) return raw + 0; // + 0 makes -0 a plain 0
  if (!Number.isInteger(raw)) throw badValue("count", raw, "a whole number");
  throw outOfRange("count", raw, raw < 0 ? countRange : "a bigint or text above 2^53 - 1, to be exact");
}

function checkedBigint(raw: bigint): number | bigint {
  if (raw < 0n || raw > countMax) throw outOfRange("count", raw, countRange);
  return raw <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(raw) : raw;
}

/**
 * A count from a whole number, a bigint, or decimal digits.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE`
 */
export function count(from: Count | number | bigint | string): Count {
  if (from instanceof Count) return from;
  if (typeof from === "number" || typeof from === "bigint") return new Count(from);
  if (typeof from !== "string") throw badValue("count", from, "a number, a bigint or digits");
  const parsed = parseCount(from);
  if (parsed === undefined) throw notWhole("count", from, countRange);
  return parsed;
}

/**
 * An int from a whole number, a bigint, or decimal digits with or without a sign.
 * @throws SwitchyardError `BAD_VALUE`, `OUT_OF_RANGE`
 */
export function int(from: number | bigint | string): bigint {
  if (typeof from === "bigint") return checkInt(from);
  if (typeof from === "number") return exactInt(from);
  if (typeof from !== "string") throw badValue("int", from, "a number, a bigint or digits");
  const parsed = parseInt64(from);
  if (parsed === undefined) throw notWhole("int", from, intRange);
  return parsed;
}

function exactInt(from: number): bigint {
  if (Number.isSafeInteger(from)) return BigInt(from);
  if (!Number.isInteger(from)) throw badValue("int", from, "a whole number");
  throw outOfRange("int", from, "a bigint or text beyond 2^53 - 1, to be exact");
}

/** @throws SwitchyardError `OUT_OF_RANGE` when it takes more than 64 bits */
export function checkInt(value: bigint): bigint {
  if (!isInt64(value)) throw outOfRange("int", value, intRange);
  return value;
}

/** A double; every `number` is one, this only says so. @throws SwitchyardError `BAD_VALUE` */
export function double(from: number): number {
  if (typeof from !== "number") throw badValue("double", from, "a number");
  return from;
}

/** @throws SwitchyardError `BAD_VALUE` */
export function bool(from: boolean): boolean {
  if (typeof from !== "boolean") throw badValue("bool", from, "true or false");
  return from;
}

/** The count that `text` is, or `undefined`. */
export function parseCount(text: string): Count | undefined {
  const whole = parseWhole(text);
  return whole === undefined || whole < 0n || whole > countMax ? undefined : new Count(whole);
}

/** The int that `text` is, or `undefined`. */
export function parseInt64(text: string): bigint | undefined {
  const whole = parseWhole(text);
  return whole !== undefined && isInt64(whole) ? whole : undefined;
}

/** Longer runs of digits than any 64-bit number has are refused unread: converting them takes quadratic time. */
function parseWhole(text: string): bigint | undefined {
  const [, sign, digits] = /^([+-]?)0*(\d{1,20})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}

/** Why `text` is no whole number of the type: that it is none at all, or one too large. */
function notWhole(type: string, text: string, range: string): SwitchyardError {
  return /^[+-]?\d+$/.test(text) ? outOfRange(type, text, range) : badValue(type, text, "decimal digits");
}
