import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bool, Count, count, double, int } from "../../../../library/core/values/index.ts";
import { parseCount, parseInt64 } from "../../../../library/core/values/numbers.ts";

const uint64s = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const int64s = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe("count", () => {
  test("is exact from bigint, digits and number alike", () => {
    fc.assert(
      fc.property(uint64s, (value) => {
        expect(count(value).value).toBe(value);
        expect(count(String(value))).toEqual(count(value));
        if (value <= BigInt(Number.MAX_SAFE_INTEGER)) expect(count(Number(value))).toEqual(count(value));
      }),
    );
  });

  test("holds a number up to 2^53 - 1, a bigint beyond", () => {
    expect(count(2n ** 53n - 1n).raw).toBe(2 ** 53 - 1);
    expect(count(2n ** 53n).raw).toBe(2n ** 53n);
    expect(Object.is(count(-0).raw, 0)).toBe(true);
  });

  test("behaves as a number where one is wanted", () => {
    expect(Number(count(5))).toBe(5);
    expect(count(5) < count(6)).toBe(true);
    expect(String(count(2n ** 64n - 1n))).toBe("18446744073709551615");
    expect(JSON.stringify([count(5), count(2n ** 64n - 1n)])).toBe('[5,{"count":"18446744073709551615"}]');
  });

  test("cannot be changed, and is told from its equals by nothing", () => {
    expect(Object.isFrozen(count(5))).toBe(true);
    expect(count(5)).toEqual(new Count(5n));
    expect(count(5)).not.toEqual(count(6));
  });

  test.each([
    [-1, "OUT_OF_RANGE"],
    [2 ** 53, "OUT_OF_RANGE"],
    [-1n, "OUT_OF_RANGE"],
    [2n ** 64n, "OUT_OF_RANGE"],
    ["18446744073709551616", "OUT_OF_RANGE"],
    ["-1", "OUT_OF_RANGE"],
    ["9".repeat(100_000), "OUT_OF_RANGE"],
    [4.5, "BAD_VALUE"],
    [Number.NaN, "BAD_VALUE"],
    ["", "BAD_VALUE"],
    ["0x10", "BAD_VALUE"],
    [null as never, "BAD_VALUE"],
  ])("refuses %s", (from, code) => {
    expect(() => count(from)).toThrow(expect.objectContaining({ code }));
  });

  test("says what was given and what would do", () => {
    expect(() => count(-1)).toThrow("count from -1, must be 0 to 18446744073709551615");
    expect(() => count("five")).toThrow('count from "five", wanted decimal digits');
    expect(() => count(Symbol("five") as never)).toThrow("count from a symbol, wanted a number, a bigint or digits");
  });
});

describe("int", () => {
  test("is exact from bigint, digits and number alike", () => {
    fc.assert(
      fc.property(int64s, (value) => {
        expect(int(value)).toBe(value);
        expect(int(String(value))).toBe(value);
        if (Number.isSafeInteger(Number(value))) expect(int(Number(value))).toBe(value);
      }),
    );
    expect(int("+42")).toBe(42n);
    expect(int("-007")).toBe(-7n);
  });

  test.each([
    [2 ** 53, "OUT_OF_RANGE"],
    [2n ** 63n, "OUT_OF_RANGE"],
    [-(2n ** 63n) - 1n, "OUT_OF_RANGE"],
    ["9223372036854775808", "OUT_OF_RANGE"],
    [0.5, "BAD_VALUE"],
    [Number.POSITIVE_INFINITY, "BAD_VALUE"],
    ["4.5", "BAD_VALUE"],
    [true as never, "BAD_VALUE"],
  ])("refuses %s", (from, code) => {
    expect(() => int(from)).toThrow(expect.objectContaining({ code }));
  });
});

test("double and bool say what they are, and refuse the rest", () => {
  expect(double(42)).toBe(42);
  expect(bool(false)).toBe(false);
  expect(() => double("4.2" as never)).toThrow('double from "4.2", wanted a number');
  expect(() => bool(0 as never)).toThrow("bool from 0, wanted true or false");
});

test("texts beyond 64 bits are no numbers", () => {
  expect(parseCount("18446744073709551616")).toBeUndefined();
  expect(parseInt64("-9223372036854775809")).toBeUndefined();
  expect(parseCount("000000000000000000000000000000000000005")).toEqual(count(5));
});
