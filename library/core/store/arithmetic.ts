/**
 * Sums and differences of values, exact or refused.
 *
 * Invariant: a result has the type of what was there. Numbers of 64 bits are exact; doubles follow IEEE 754.
 */
import type { FailureCode } from "../errors.ts";
import { Count, Interval, Time, type Value } from "../values/index.ts";
import { isInt64 } from "../values/int64.ts";

/** A value, or why there is none: `TYPE` or `RANGE`. */
export type Computed =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "refused"; readonly code: FailureCode };

const wrongType: Computed = { kind: "refused", code: "TYPE" };
const outOfRange: Computed = { kind: "refused", code: "RANGE" };
const countMax = 2n ** 64n - 1n;

/** `there` and `by`, or without `by` where `sign` is -1. `there` is missing: it starts from nothing, of the type of `by`. */
export function plus(there: Value | undefined, by: Value, sign: 1 | -1): Computed {
  if (typeof by === "number") return sumOfDoubles(there === undefined ? 0 : there, sign * by);
  if (typeof by === "bigint") return sumOfInts(there === undefined ? 0n : there, sign === 1 ? by : -by);
  if (by instanceof Count) return sumOfCounts(there === undefined ? new Count(0) : there, by, sign);
  if (by instanceof Interval) return sumWithInterval(there, sign === 1 ? by.nanoseconds : -by.nanoseconds);
  return wrongType;
}

function sumOfDoubles(there: Value, by: number): Computed {
  return typeof there === "number" ? computed(there + by) : wrongType;
}

function sumOfInts(there: Value, by: bigint): Computed {
  if (typeof there !== "bigint") return wrongType;
  const sum = there + by;
  return isInt64(sum) ? computed(sum) : outOfRange;
}

function sumOfCounts(there: Value, by: Count, sign: 1 | -1): Computed {
  if (!(there instanceof Count)) return wrongType;
  if (typeof there.raw === "number" && typeof by.raw === "number") {
    const sum = there.raw + sign * by.raw;
    if (sum < 0) return outOfRange;
    if (sum <= Number.MAX_SAFE_INTEGER) return computed(new Count(sum));
  }
  const sum = sign === 1 ? there.value + by.value : there.value - by.value;
  return sum >= 0n && sum <= countMax ? computed(new Count(sum)) : outOfRange;
}

function sumWithInterval(there: Value | undefined, by: bigint): Computed {
  if (there !== undefined && !(there instanceof Interval) && !(there instanceof Time)) return wrongType;
  const sum = (there?.nanoseconds ?? 0n) + by;
  if (!isInt64(sum)) return outOfRange;
  return computed(there instanceof Time ? new Time(sum) : new Interval(sum));
}

function computed(value: Value): Computed {
  return { kind: "value", value };
}
