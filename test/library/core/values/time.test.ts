import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Time, time } from "../../../../library/core/values/index.ts";
import { parseTime } from "../../../../library/core/values/time.ts";

const int64s = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test("text is that of Date, with nine digits, and reads back to the nanosecond", () => {
  fc.assert(
    fc.property(int64s, (nanoseconds) => {
      const text = new Time(nanoseconds).toString();
      expect(time(text).nanoseconds).toBe(nanoseconds);
      const milliseconds =
        Number(nanoseconds - BigInt.asUintN(64, ((nanoseconds % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1e6;
      expect(text.slice(0, 19)).toBe(new Date(milliseconds).toISOString().slice(0, 19));
    }),
  );
});

test.each([
  [0n, "1970-01-01T00:00:00Z"],
  [1_521_911_720_600_843_000n, "2018-03-24T17:15:20.600843Z"],
  [-1n, "1969-12-31T23:59:59.999999999Z"],
  [951_782_400_000_000_001n, "2000-02-29T00:00:00.000000001Z"],
  [2n ** 63n - 1n, "2262-04-11T23:47:16.854775807Z"],
  [-(2n ** 63n), "1677-09-21T00:12:43.145224192Z"],
])("%s prints as %s", (nanoseconds, text) => {
  expect(String(new Time(nanoseconds))).toBe(text);
  expect(time(text)).toEqual(new Time(nanoseconds));
});

describe("constructor", () => {
  test("takes a Date to the millisecond, and gives one back", () => {
    const date = new Date("2018-03-24T17:15:20.600Z");
    expect(time(date).toString()).toBe("2018-03-24T17:15:20.6Z");
    expect(time(date).toDate()).toEqual(date);
    expect(new Time(-1n).toDate()).toEqual(new Date(-1));
  });

  test("takes a fraction of a second as the decimal it prints as", () => {
    expect(time({ seconds: 1521911720.865716 }).nanoseconds).toBe(1_521_911_720_865_716_000n);
    expect(time({ seconds: 1521911720, nanoseconds: 865_716_001 }).nanoseconds).toBe(1_521_911_720_865_716_001n);
    expect(time({ seconds: -1.5 }).toString()).toBe("1969-12-31T23:59:58.5Z");
    expect(time({ seconds: 4e-9 }).nanoseconds).toBe(4n);
  });

  test("returns a Time as it is", () => {
    const now = new Time(5n);
    expect(time(now)).toBe(now);
  });

  test.each([
    [new Date(Number.NaN), "BAD_VALUE"],
    [new Date(8.64e15), "OUT_OF_RANGE"],
    ["2018-03-24", "BAD_VALUE"],
    ["2018-03-24T17:15:20", "BAD_VALUE"],
    ["2018-02-29T00:00:00Z", "BAD_VALUE"],
    ["2018-03-24T24:00:00Z", "BAD_VALUE"],
    ["2018-03-24T23:59:60Z", "BAD_VALUE"],
    ["2018-03-24T17:15:20.1234567891Z", "BAD_VALUE"],
    ["2262-04-11T23:47:16.854775808Z", "BAD_VALUE"],
    [{ seconds: Number.NaN }, "BAD_VALUE"],
    [{ seconds: 1, nanoseconds: 0.5 }, "BAD_VALUE"],
    [{ seconds: 1e10 }, "OUT_OF_RANGE"],
    [{ seconds: 1e300 }, "OUT_OF_RANGE"],
    [{} as never, "BAD_VALUE"],
    [null as never, "BAD_VALUE"],
    [5 as never, "BAD_VALUE"],
  ])("refuses %s", (from, code) => {
    expect(() => time(from)).toThrow(expect.objectContaining({ code }));
  });
});

test("no other text is a time", () => {
  for (const text of ["", "2018-03-24T17:15:20z", " 2018-03-24T17:15:20Z", "+002018-03-24T17:15:20Z"]) {
    expect(parseTime(text)).toBeUndefined();
  }
});

test("days that follow each other, and days far apart, print each as itself", () => {
  const days = [0, 1, -1, 0, 10_000, 0].map((day) =>
    new Time(BigInt(day) * 86_400_000_000_000n).toString().slice(0, 10),
  );
  expect(days).toEqual(["1970-01-01", "1970-01-02", "1969-12-31", "1970-01-01", "1997-05-19", "1970-01-01"]);
});

test("takes part in comparisons and in JSON", () => {
  expect(new Time(1n) < new Time(2n)).toBe(true);
  expect(JSON.stringify(new Time(0n))).toBe('{"time":"1970-01-01T00:00:00Z"}');
});
