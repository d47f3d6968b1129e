import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Search } from "../../../../server/protocol/monitor.ts";
import {
  askFor,
  covers,
  emptyPicture,
  mergePage,
  type Picture,
  type Wanted,
} from "../../../../webview/panels/monitor/picture.ts";
import { FakeRing } from "../../fakes/fake-ring.ts";

const none: Search | undefined = undefined;
const some: Search = { text: "mail.example", matchCase: false, isRegex: false };
/** Every row matches: the hardest case, as the search then tells nothing of row numbers. */
const all: Search = { text: "10.0.", matchCase: false, isRegex: false };

/** Asks until what is wanted is there, as the feed does, with `between` happening on each way. */
function look(
  ring: FakeRing,
  before: Picture | undefined,
  wanted: Wanted,
  search: Search | undefined,
  pausedAt?: number,
) {
  let picture = before;
  for (let round = 0; round < 6; round++) {
    const options = { isSearched: search !== undefined, pausedAt };
    const ask = askFor(picture ?? emptyPicture, wanted, options);
    picture = mergePage(
      picture,
      ring.read({ ...ask, ...(search === undefined ? {} : { search }) }),
      ask,
      wanted,
      options,
    );
    if (wanted.kind === "newest" || covers(picture, wanted)) break;
  }
  if (picture === undefined) throw new Error("nothing was read");
  return picture;
}

describe.each([
  ["without a search", none],
  ["with a search", some],
  ["with a search that all rows match", all],
])("%s", (_, search) => {
  it("keeps every row at its place while rows come and go", () => {
    const step = fc.record({
      pushed: fc.integer({ min: 0, max: 900 }),
      move: fc.integer({ min: -60, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const ring = new FakeRing(3_000, 0);
        ring.push(2_900);
        let picture = look(ring, undefined, { kind: "newest", count: 60 }, search);
        let from = picture.shown.to - 60;
        for (const { pushed, move } of steps) {
          ring.push(pushed);
          from = Math.max(picture.shown.from, Math.min(from + move, picture.shown.to - 60));
          const placeOfRow = new Map([...picture.rows].map(([place, { row }]) => [row, place]));
          picture = look(ring, picture, { kind: "places", from: from - 12, to: from + 52 }, search);
          for (const [place, { row }] of picture.rows) expect(placeOfRow.get(row) ?? place).toBe(place);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("shows the very rows that the ring has there", () => {
    const ring = new FakeRing(3_000, 0);
    ring.push(10_000);
    const picture = look(ring, undefined, { kind: "newest", count: 40 }, search);
    const wanted = { kind: "places", from: picture.shown.from + 200, to: picture.shown.from + 240 } as const;
    const scrolled = look(ring, picture, wanted, search);
    expect(covers(scrolled, wanted)).toBe(true);
    const expected = ring.read({ first: 200, limit: 40, ...(search === undefined ? {} : { search }) }).rows;
    const seen = expected.map((_row, index) => scrolled.rows.get(wanted.from + index));
    expect(seen).toEqual(expected);
  });

  it("stops at the pause, and still knows what arrives", () => {
    const ring = new FakeRing(3_000, 0);
    ring.push(1_000);
    const before = look(ring, undefined, { kind: "newest", count: 40 }, search);
    ring.push(214);
    const paused = look(ring, before, { kind: "newest", count: 40 }, search, 999);
    expect([...paused.rows.values()].at(-1)).toEqual([...before.rows.values()].at(-1));
    expect(paused.shown).toEqual(before.shown);
    expect(paused.newest).toBe(1_213);
    expect(paused.counters.received).toBe(1_214);
    const inTheMiddle = look(ring, paused, { kind: "places", from: 10, to: 50 }, search, 999);
    expect(inTheMiddle.shown).toEqual(before.shown);
  });

  it("keeps rows that left the ring, and says that they did", () => {
    const ring = new FakeRing(1_000, 0);
    ring.push(1_000);
    const newest = look(ring, undefined, { kind: "newest", count: 40 }, search);
    const wanted = { kind: "places", from: newest.shown.from, to: newest.shown.from + 40 } as const;
    const before = look(ring, newest, wanted, search);
    ring.push(5_000);
    const after = look(ring, before, wanted, search);
    expect(after.rows.get(wanted.from)).toEqual(before.rows.get(wanted.from));
    expect(after.shown.from).toBeGreaterThan(wanted.from);
    // From there, the oldest that are left are found.
    const oldest = { kind: "places", from: after.shown.from - 10, to: after.shown.from + 30 } as const;
    const again = look(ring, after, oldest, search);
    const left = ring.read({ first: 0, limit: 30, ...(search === undefined ? {} : { search }) }).rows;
    expect(left.map((_row, index) => again.rows.get(again.shown.from + index))).toEqual(left);
  });

  it("forgets what the person cleared", () => {
    const ring = new FakeRing(1_000, 0);
    ring.push(100);
    const before = look(ring, undefined, { kind: "newest", count: 40 }, search);
    ring.clear();
    const after = look(ring, before, { kind: "places", from: 0, to: 40 }, search);
    expect(after.rows.size).toBe(0);
    expect(after.shown.to).toBe(after.shown.from);
    expect(after.counters.cleared).toBe(100);
  });
});

it("asks for no more than a page", () => {
  expect(askFor(emptyPicture, { kind: "newest", count: 9_999 }, { isSearched: false })).toEqual({
    first: -500,
    limit: 500,
  });
});
