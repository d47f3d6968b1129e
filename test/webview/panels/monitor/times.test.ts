import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clockText, deltaText, relativeText, spanText } from "../../../../webview/panels/monitor/times.ts";

const noonMs = Date.UTC(2026, 10, 23, 12, 0, 0, 7);

describe("a clock", () => {
  it("shows milliseconds, and the date on another day only", () => {
    expect(clockText(noonMs, noonMs, true)).toBe("12:00:00.007");
    expect(clockText(noonMs - 86_400_000, noonMs, true)).toBe("2026-11-22 12:00:00.007");
  });

  it("agrees with the zone of this machine", () => {
    const local = new Date(noonMs);
    expect(clockText(noonMs, noonMs, false).slice(0, 2)).toBe(String(local.getHours()).padStart(2, "0"));
  });

  it("says so when a moment cannot be", () => {
    expect(clockText(Number.NaN, noonMs, true)).toBe("out of range");
    expect(clockText(9e15, noonMs, false)).toBe("out of range");
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.double(), fc.boolean(), (timeMs, isUtc) => {
        expect(clockText(timeMs, noonMs, isUtc)).not.toBe("");
      }),
    );
  });
});

describe("a span", () => {
  it.each([
    [0, "0 ms"],
    [999.4, "999 ms"],
    [1_000, "1.0 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min 00 s"],
    [245_000, "4 min 05 s"],
    [7_380_000, "2 h 03 min"],
    [435_600_000, "5 d 01 h"],
  ])("of %d ms is %s", (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  it("says whether it is before or after now", () => {
    expect(relativeText(noonMs - 3_200, noonMs)).toBe("3.2 s ago");
    expect(relativeText(noonMs + 3_200, noonMs)).toBe("in 3.2 s");
  });

  it("has a sign when it counts from the row before", () => {
    expect(deltaText(noonMs, noonMs - 12)).toBe("+12 ms");
    expect(deltaText(noonMs - 12, noonMs)).toBe("−12 ms");
    expect(deltaText(noonMs, undefined)).toBe("");
  });
});
