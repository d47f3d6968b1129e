import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowPx, ScrollMap } from "../../../../webview/panels/monitor/scroll-map.ts";

function mapOf(from: number, to: number, maxPx?: number): ScrollMap {
  const map = new ScrollMap(maxPx);
  map.span = { from, to };
  map.viewPx = 20 * rowPx;
  map.moveTo(from);
  return map;
}

describe("a short table", () => {
  it("scrolls pixel by pixel", () => {
    const map = mapOf(1_000, 2_000);
    expect(map.areaPx).toBe(1_000 * rowPx);
    map.scrolledTo(33);
    expect(map.top).toBe(1_001.5);
    expect(map.window(5)).toEqual({ from: 996, to: 1_027 });
  });

  it("draws no more than what is seen and a few beyond", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, share) => {
        const map = mapOf(0, rows);
        map.scrolledTo(share * Math.max(0, map.areaPx - map.viewPx));
        const { from, to } = map.window(12);
        expect(to - from).toBeLessThanOrEqual(20 + 2 + 24);
      }),
    );
  });
});

describe("positions that come and go", () => {
  it("move nothing that is seen", () => {
    const change = fc.record({
      older: fc.integer({ min: 0, max: 3_000 }),
      newer: fc.integer({ min: 3_000, max: 6_000 }),
    });
    fc.assert(
      fc.property(fc.array(change), fc.boolean(), (changes, isScaled) => {
        const map = mapOf(0, 40_000, isScaled ? 100_000 : undefined);
        map.scrolledTo(50_000);
        const { top } = map;
        for (const { older, newer } of changes) {
          map.span = { from: map.span.from + older, to: map.span.to + newer };
          if (map.isUnsettled) map.settle();
          expect(map.top).toBe(top);
          // The row at the top is drawn where the scroll bar stands.
          expect(top * rowPx - map.shiftPx).toBeCloseTo(map.scrollTop, 3);
          expect(map.isUnsettled).toBe(false);
        }
      }),
    );
  });
});

describe("a table longer than browsers can be", () => {
  const map = () => mapOf(0, 10_000_000);

  it("stays below their limit", () => {
    expect(map().areaPx).toBeLessThanOrEqual(15_000_000);
  });

  it("reaches both ends by dragging", () => {
    const long = map();
    long.scrolledTo(long.areaPx - long.viewPx);
    expect(long.top).toBeCloseTo(10_000_000 - 20, 3);
    expect(long.isAtEnd).toBe(true);
    long.scrolledTo(0);
    expect(long.top).toBeCloseTo(0, 3);
  });

  it("turns by pixels, in the middle too", () => {
    const long = map();
    long.scrolledTo(7_000_000);
    long.settle();
    const { top } = long;
    long.scrolledTo(long.scrollTop + 66);
    expect(long.top - top).toBeCloseTo(3, 3);
    long.settle();
    expect(long.top - top).toBeCloseTo(3, 3);
  });

  it("gets to any position by keys", () => {
    const long = map();
    for (const position of [0, 5_000_000, 9_999_999, 3]) {
      long.reveal(position);
      expect(long.shows(position)).toBe(true);
      expect(long.scrollTop).toBeGreaterThanOrEqual(0);
      expect(long.scrollTop).toBeLessThanOrEqual(long.areaPx - long.viewPx);
    }
  });
});

it("reveals with as little moving as can be", () => {
  const map = mapOf(0, 100);
  map.reveal(10);
  expect(map.top).toBe(0);
  map.reveal(20);
  expect(map.top).toBe(1);
  map.reveal(0);
  expect(map.top).toBe(0);
});

it("holds still when there are fewer rows than fit", () => {
  const map = mapOf(-5, 0);
  map.moveTo(3);
  expect(map.top).toBe(-5);
  expect(map.scrollTop).toBe(0);
});
