/** Searches over a ring that goes on filling, and expressions that never end. */
import { expect, test } from "vitest";
import type { Searchable } from "../../../server/monitors/matcher.ts";
import { Ring } from "../../../server/monitors/ring.ts";
import { Searches } from "../../../server/monitors/searches.ts";
import { endsWithin } from "../../../server/monitors/time-limit.ts";

function ringOf(rows: number, text: (row: number) => string): Ring<Searchable> {
  const ring = new Ring<Searchable>(rows, 1e9);
  for (let row = 0; row < rows; row++) ring.push({ topic: "zeek.dns", name: "DNS::LOG", text: text(row) }, 1);
  return ring;
}

const plain = (text: string) => ({ text, matchCase: false, isRegex: false });
const regex = (text: string) => ({ text, matchCase: false, isRegex: true });

test("finds what is there, and then only looks at what is new", async () => {
  const ring = ringOf(1_000, (row) => `row ${row}`);
  const searches = new Searches(ring);
  expect((await searches.find(plain("row 99"))).count()).toBe(11);
  ring.push({ topic: "", name: "", text: "another row 99" }, 1); // and row 0 leaves
  expect((await searches.find(plain("ROW 99"))).count()).toBe(12);
});

test("two panels that search alike share one search", async () => {
  const searches = new Searches(ringOf(10_000, String));
  const [one, two] = await Promise.all([searches.find(plain("7")), searches.find(plain("7"))]);
  expect(one).toBe(two);
});

test("a search over 100,000 rows is done in slices, and finds all of them", async () => {
  const searches = new Searches(ringOf(100_000, (row) => `${"x".repeat(200)} ${row % 2}`));
  expect((await searches.find(regex("x (0|2)$"))).count()).toBe(50_000);
});

test("an expression that backtracks without end is stopped, said so, and not tried again", async () => {
  const ring = ringOf(100, (row) => (row === 60 ? `${"a".repeat(4_000)}!` : "short"));
  const searches = new Searches(ring);
  const failure = await searches.find(regex("^(a+)+$")).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringMatching(/stuck on row 60/) });
  expect(await searches.find(regex("^(a+)+$")).catch((error: unknown) => error)).toBe(failure);
  expect((await searches.find(regex("^short$"))).count()).toBe(99);
});

test("a wrong expression fails, and the next search works", async () => {
  const searches = new Searches(ringOf(10, String));
  await expect(searches.find(regex("["))).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  expect((await searches.find(regex("[5-7]"))).count()).toBe(3);
});

test("a stopped task keeps what it had done; a mistake in it is still heard of", () => {
  let done = 0;
  const isDone = endsWithin(20, () => {
    for (;;) done++;
  });
  expect([isDone, done > 0]).toEqual([false, true]);
  expect(endsWithin(1_000, () => undefined)).toBe(true);
  expect(() =>
    endsWithin(1_000, () => {
      throw new Error("mine");
    }),
  ).toThrowError("mine");
});
