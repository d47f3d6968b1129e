/**
 * Whole nanoseconds of 64 bits, from and to decimal numbers of larger units: what times and intervals have in common.
 *
 * Invariant: nothing passes through a floating-point product where a decimal is exact.
 */
import { badValue, outOfRange } from "./describe.ts";
import { isInt64 } from "./int64.ts";

const secondNanoseconds = 1_000_000_000n;

/** For the constructors. @throws SwitchyardError `OUT_OF_RANGE`, `BAD_VALUE` when it is no bigint */
export function checkNanoseconds(type: string, nanoseconds: bigint, range: string): bigint {
  if (typeof nanoseconds !== "bigint") throw badValue(type, nanoseconds, "a bigint of nanoseconds");
  if (!isInt64(nanoseconds)) throw outOfRange(type, nanoseconds, range);
  return nanoseconds;
}

/** `whole.fraction` units in nanoseconds, rounded half up in magnitude; `exact` tells whether it had to be rounded. */
export function scaleDecimal(whole: string, fraction: string, unit: bigint): { magnitude: bigint; exact: boolean } {
  const significant = fraction.replace(/0+$/, "");
  const divisor = 10n ** BigInt(significant.length);
  const product = BigInt(whole + significant) * unit;
  const remainder = product % divisor;
  const magnitude = product / divisor + (remainder * 2n >= divisor ? 1n : 0n);
  return { magnitude, exact: remainder === 0n };
}

/**
 * A number of units in nanoseconds, to the nearest. A fraction counts as the decimal that JavaScript prints for it, so
 * that `1521911720.865716` seconds are what they look like. The number is finite.
 */
export function scaleNumber(amount: number, unit: bigint): bigint {
  if (Number.isInteger(amount)) return BigInt(amount) * unit;
  const text = String(Math.abs(amount));
  if (text.includes("e")) return BigInt(Math.round(amount * Number(unit)));
  const [whole = "", fraction = ""] = text.split(".");
  const { magnitude } = scaleDecimal(whole, fraction, unit);
  return amount < 0 ? -magnitude : magnitude;
}

/** Whole seconds, rounded down, and the nanoseconds that remain (0 to 999 999 999). */
export function splitSeconds(nanoseconds: bigint): { seconds: number; rest: number } {
  const seconds = Number(nanoseconds / secondNanoseconds);
  const rest = Number(nanoseconds % secondNanoseconds);
  return rest < 0 ? { seconds: seconds - 1, rest: rest + 1_000_000_000 } : { seconds, rest };
}

/** `.5` for 500 of 1000: `part` thousandths, millionths or billionths as the shortest decimal; empty for 0. */
export function formatFraction(part: number, digits: number): string {
  if (part === 0) return "";
  let end = digits;
  let rest = part;
  while (rest % 10 === 0) {
    rest /= 10;
    end--;
  }
  return `.${String(rest).padStart(end, "0")}`;
}
