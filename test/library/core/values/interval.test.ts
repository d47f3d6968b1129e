import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Interval, interval } from "../../../../library/core/values/index.ts";

const int64s = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test("text reads back to the nanosecond", () => {
  fc.assert(
    fc.property(int64s, fc.nat(9), (any, zeros) => {
      const nanoseconds = (any / 10n ** BigInt(zeros)) * 10n ** BigInt(zeros);
      expect(interval(new Interval(nanoseconds).toString()).nanoseconds).toBe(nanoseconds);
    }),
  );
});

test.each([
  [0n, "0 secs"],
  [1n, "0.001 usecs"],
  [1_000n, "1 usec"],
  [-3_000n, "-3 usecs"],
  [999_999n, "999.999 usecs"],
  [250_000_000n, "250 msecs"],
  [250_000_001n, "250.000001 msecs"],
  [1_000_000_000n, "1 sec"],
  [1_500_000_000n, "1.5 secs"],
  [90_000_000_000n, "90 secs"],
  [300_000_000_000n, "5 min"],
  [60_000_000_000n, "1 min"],
  [5_400_000_000_000n, "90 min"],
  [3_600_000_000_000n, "1 hr"],
  [172_800_000_000_000n, "2 days"],
  [86_400_000_000_001n, "86400.000000001 secs"],
  [1_521_911_720_865_716_000n, "1521911720.865716 secs"],
  [2n ** 63n - 1n, "9223372036.854775807 secs"],
  [-(2n ** 63n), "-9223372036.854775808 secs"],
])("%s ns prints as %s", (nanoseconds, text) => {
  expect(String(new Interval(nanoseconds))).toBe(text);
  expect(interval(text)).toEqual(new Interval(nanoseconds));
});

describe("constructor", () => {
  test("adds up its parts, and takes fractions as the decimals they print as", () => {
    expect(interval({ minutes: 5 }).toString()).toBe("5 min");
    expect(interval({ days: 1, hours: 2, minutes: 3, seconds: 4 }).toString()).toBe("93784 secs");
    expect(interval({ milliseconds: 0.1, microseconds: 1, nanoseconds: -1 }).nanoseconds).toBe(100_999n);
    expect(interval({ seconds: 0.1 + 0.2 }).nanoseconds).toBe(300_000_000n);
    expect(interval({ seconds: -1.0000000005 }).nanoseconds).toBe(-1_000_000_001n);
    expect(interval({ seconds: 1e-9, minutes: undefined }).nanoseconds).toBe(1n);
  });

  test.each([
    ["5", "BAD_VALUE"],
    ["5 minutes", "BAD_VALUE"],
    ["5 min ", "BAD_VALUE"],
    ["1e3 secs", "BAD_VALUE"],
    ["0.0001 usecs", "BAD_VALUE"],
    ["106752 days", "BAD_VALUE"],
    [`0.${"0".repeat(100_000)}1 secs`, "BAD_VALUE"],
    [{ days: 106_752 }, "OUT_OF_RANGE"],
    [{ seconds: Number.NaN }, "BAD_VALUE"],
    [{ weeks: 1 } as never, "BAD_VALUE"],
    [{}, "BAD_VALUE"],
    [null as never, "BAD_VALUE"],
    [300 as never, "BAD_VALUE"],
  ])("refuses %s", (from, code) => {
    expect(() => interval(from)).toThrow(expect.objectContaining({ code }));
  });

  test("names the parts it knows", () => {
    expect(() => interval({ weeks: 1 } as never)).toThrow('interval from "weeks", wanted one of days, hours, minutes');
  });
});

test("takes part in comparisons and in JSON", () => {
  expect(interval("1 sec") < interval("1 min")).toBe(true);
  expect(JSON.stringify(interval("5 min"))).toBe('{"interval":"5 min"}');
});
