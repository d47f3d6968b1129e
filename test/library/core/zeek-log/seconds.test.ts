import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatJsonDouble,
  formatJsonSeconds,
  formatSeconds,
  formatTsvDouble,
  parseDouble,
  parseSeconds,
} from "../../../../library/core/zeek-log/seconds.ts";

const nanoseconds = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
  fc.bigInt({ min: 2147483646n * 10n ** 9n, max: 2147483649n * 10n ** 9n }),
);

describe("seconds in TSV", () => {
  it.each([
    "1521911720.865716",
    "0.000000",
    "0.000870",
    "2230.000000",
    "-1418429426.887384",
    "-0.135941",
    "4.294967296e+09",
    "2.385616957e+09",
    "-2.1504318496896954e+09",
    "2147483647.000000",
  ])("prints %s as Zeek wrote it", (text) => {
    expect(formatSeconds(parseSeconds(text)!)).toBe(text);
  });

  it.each([
    ["1", 1_000_000_000n],
    ["+1.5", 1_500_000_000n],
    ["1521911720.865716123", 1521911720865716123n],
    ["1e-9", 1n],
    ["0.0000000005", 1n],
    ["0.00000000049", 0n],
    ["9223372036.854775807", 2n ** 63n - 1n],
  ])("reads %s", (text, expected) => {
    expect(parseSeconds(text)).toBe(expected);
  });

  it.each(["", "-", "1.2.3", "0x10", " 1", "1 sec", "9223372036.854775808", "1e99", "1e999999999", "nan"])(
    "takes %j for none",
    (text) => {
      expect(parseSeconds(text)).toBeUndefined();
    },
  );

  it("loses no nanosecond", () => {
    fc.assert(
      fc.property(nanoseconds, (exact) => {
        expect(parseSeconds(formatSeconds(exact))).toBe(exact);
        expect(parseSeconds(formatJsonSeconds(exact))).toBe(exact);
      }),
      { numRuns: 1000 },
    );
  });

  it("has six decimals for whole microseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000_000_000, max: 2_000_000_000_000_000 }), (microseconds) => {
        expect(formatSeconds(BigInt(microseconds) * 1000n)).toMatch(/^-?\d+\.\d{6}$/);
      }),
    );
  });
});

describe("doubles", () => {
  it.each([
    [2, "2.0"],
    [37.751, "37.751"],
    [-0, "-0.0"],
    [1e-7, "1e-07"],
    [1e22, "1e+22"],
    [Number.NaN, "nan"],
    [-Infinity, "-inf"],
  ])("prints %d as %s in TSV", (value, text) => {
    expect(formatTsvDouble(value)).toBe(text);
  });

  it.each([
    [3600, "3600.0"],
    [0.00087, "0.00087"],
    [1e-7, "1e-7"],
    [1e22, "1e22"],
    [Infinity, "null"],
  ])("prints %d as %s in JSON", (value, text) => {
    expect(formatJsonDouble(value)).toBe(text);
  });

  it("reads back each double", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseDouble(formatTsvDouble(value))).toBe(value);
      }),
    );
  });

  it.each(["", "-", "0x10", "1,5", "1e", "infinity", "."])("takes %j for none", (text) => {
    expect(parseDouble(text)).toBeUndefined();
  });
});
