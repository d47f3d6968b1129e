/** The ring against a naive list that remembers everything. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Ring } from "../../../server/monitors/ring.ts";
import { act, actions, NaiveRing } from "./naive-ring.ts";

test("keeps what a naive list would keep, under the same numbers", () => {
  fc.assert(
    fc.property(
      actions(),
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 40_000 }),
      (steps, rows, bytes) => {
        const ring = new Ring<string>(rows, bytes);
        const naive = new NaiveRing(rows, bytes);
        for (const step of steps) {
          act(ring, step);
          act(naive, step);
        }
        const numbers = naive.rows.map(([row]) => row);
        expect(ring.kept).toBe(naive.rows.length);
        expect(ring.newest).toBe(numbers.at(-1) ?? -1);
        expect(ring.oldest).toBe(numbers[0] ?? naive.received);
        expect(numbers.map((row) => ring.get(row))).toEqual(naive.rows.map(([, kept]) => kept));
        expect(ring.get(ring.oldest - 1)).toBeUndefined();
        expect(ring.get(ring.received)).toBeUndefined();
      },
    ),
  );
});

test("counts every row exactly once, and never holds more than it may", () => {
  fc.assert(
    fc.property(
      actions(),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 3_000 }),
      (steps, rows, bytes) => {
        const ring = new Ring<string>(rows, bytes);
        return steps.every((step) => {
          act(ring, step);
          const { received, kept, evicted, cleared } = ring;
          return received === kept + evicted + cleared && kept <= rows && ring.bytes <= bytes;
        });
      },
    ),
  );
});

test("a ring that rolled over many times keeps its newest rows", () => {
  const ring = new Ring<number>(100_000, Number.POSITIVE_INFINITY);
  for (let row = 0; row < 1_000_000; row++) ring.push(row, 1);
  expect([ring.oldest, ring.newest, ring.bytes]).toEqual([900_000, 999_999, 100_000]);
  expect(ring.get(950_000)).toBe(950_000);
});

test("a row bigger than all the room there is leaves at once, and is counted", () => {
  const ring = new Ring<string>(10, 100);
  ring.push("small", 10);
  expect(ring.push("huge", 101)).toBe(1);
  expect([ring.kept, ring.evicted, ring.bytes, ring.newest]).toEqual([0, 2, 0, -1]);
  expect(ring.push("next", 10)).toBe(2);
});
