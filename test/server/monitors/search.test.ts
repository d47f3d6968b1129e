/** A search kept up in bits, against going through everything anew. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Ring } from "../../../server/monitors/ring.ts";
import { AllRows, RowSearch } from "../../../server/monitors/search.ts";
import { act, actions, NaiveRing } from "./naive-ring.ts";

const has = (piece: string) => (text: string) => text.includes(piece);
const always = () => true;

test("shows what a naive filter shows, whatever came and went between two looks", () => {
  const runs = fc.array(actions(), { maxLength: 6 });
  fc.assert(
    fc.property(
      runs,
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom("", "dns", "a", "nothing"),
      (parts, rows, piece) => {
        const ring = new Ring<string>(rows, 20_000);
        const naive = new NaiveRing(rows, 20_000);
        const search = new RowSearch(ring, has(piece));
        for (const steps of parts) {
          for (const step of steps) {
            act(ring, step);
            act(naive, step);
          }
          expect(search.advance(always)).toBe(true);
          const expected = naive.rows.filter(([, text]) => text.includes(piece)).map(([row]) => row);
          expect(search.count()).toBe(expected.length);
          expect(expected.map((_, place) => search.rowAt(place))).toEqual(expected);
          const upTo = naive.received - 7;
          expect(search.count(upTo)).toBe(expected.filter((row) => row <= upTo).length);
        }
      },
    ),
  );
});

test("a search cut into slices ends where an uncut one does", () => {
  fc.assert(
    fc.property(actions(), fc.integer({ min: 50, max: 600 }), (steps, rows) => {
      const ring = new Ring<string>(rows, 1e9);
      const search = new RowSearch(ring, has("dns"));
      for (const step of steps) {
        act(ring, step);
        search.advance(() => false); // one bit of it
      }
      let slices = 0;
      while (!search.advance(() => false)) expect(++slices).toBeLessThan(100);

      const uncut = new RowSearch(ring, has("dns"));
      uncut.advance(always);
      const rowsOf = (one: RowSearch<string>) => Array.from({ length: one.count() }, (_, place) => one.rowAt(place));
      expect(rowsOf(search)).toEqual(rowsOf(uncut));
    }),
  );
});

test("each row is looked at once", () => {
  const looked: string[] = [];
  const ring = new Ring<string>(10, 1e9);
  const search = new RowSearch(ring, (text) => looked.push(text) > 0);
  for (let row = 0; row < 30; row++) {
    ring.push(String(row), 1);
    if (row % 3 === 0) search.advance(always);
  }
  expect(new Set(looked).size).toBe(looked.length);
});

test("memory follows the rows that are shown, not those that have passed", () => {
  const ring = new Ring<string>(1_000, 1e9);
  const search = new RowSearch(ring, always);
  for (let row = 0; row < 100_000; row++) {
    ring.push("x", 1);
    if (row % 100 === 0) search.advance(always);
  }
  search.advance(always);
  expect([search.count(), search.rowAt(0), search.rowAt(999)]).toEqual([1_000, 99_000, 99_999]);
});

test("without a search all rows are shown, by the same words", () => {
  fc.assert(
    fc.property(actions(), fc.integer({ min: 1, max: 300 }), (steps, rows) => {
      const ring = new Ring<string>(rows, 20_000);
      for (const step of steps) act(ring, step);
      const all = new AllRows(ring);
      const search = new RowSearch(ring, always);
      search.advance(always);
      for (const upTo of [
        -1,
        0,
        ring.oldest - 1,
        ring.oldest,
        ring.newest - 1,
        ring.newest,
        Number.POSITIVE_INFINITY,
      ]) {
        expect(all.count(upTo)).toBe(search.count(upTo));
      }
      if (ring.kept > 0) expect(all.rowAt(0)).toBe(search.rowAt(0));
    }),
  );
});
