/** What is held until its turn: no more than there is room for, by number and by size. */
import { expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import type { Change } from "../../../../library/core/store/change.ts";
import { EarlyChanges } from "../../../../library/core/store/early-changes.ts";
import { cases } from "../../../rig/cases.ts";

const mebibyte = "x".repeat(1024 * 1024);

function put(value: string | number): Change {
  return { kind: "put", key: "k", value, expiresAtMs: undefined, expiresAfterMs: undefined };
}

it("T12: large changes are held up to so many bytes, and there is room again when their turn has come", () => {
  const early = new EarlyChanges();
  const most = limits.storeEarlyBytes / mebibyte.length;
  let held = 0;
  while (held < 2 * most && early.hold(10 + held, [put(mebibyte)], 1)) held += 1;
  expect([held, early.count]).toEqual([most - 1, most - 1]); // keys and the rest weigh a little, too
  expect(early.hold(2, [put(mebibyte)], 1)).toBe(false);
  expect(early.after(9)).toHaveLength(1);
  expect(early.hold(2, [put(mebibyte)], 1)).toBe(true);
  expect(early.hold(2, [put(1)], 1)).toBe(true); // that run is there
  early.keepWithin(-limits.storeEarlyChanges); // all are too far ahead
  expect(
    early.hold(
      2,
      Array.from({ length: most - 1 }, () => put(mebibyte)),
      1,
    ),
  ).toBe(true);
  early.clear();
  expect(
    early.hold(
      2,
      Array.from({ length: most - 1 }, () => put(mebibyte)),
      1,
    ),
  ).toBe(true);
});

cases("what is held comes in its turn, whatever order it came in", { ci: 200, soak: 50_000 }, async (chance) => {
  const early = new EarlyChanges();
  const held = new Map<number, number>();
  const last = 40;
  for (let left = chance.integer(1, 30); left > 0; left--) {
    const first = chance.integer(1, last);
    const changes = Array.from({ length: chance.integer(1, 4) }, (_, i) => put(first + i));
    expect(early.hold(first, changes, 0)).toBe(true);
    held.set(first, Math.max(held.get(first) ?? 0, changes.length));
  }
  for (let revision = 0; revision <= last + 4; ) {
    const some = early.after(revision);
    // A run that begins earlier and goes on beyond, or begins right behind.
    const ends = [...held].filter(([first, count]) => first <= revision + 1 && first + count - 1 > revision);
    expect(some === undefined, `after ${revision}`).toBe(ends.length === 0);
    if (some === undefined) {
      revision += 1;
      continue;
    }
    expect(some.map((change) => (change.kind === "put" ? change.value : 0))).toEqual(
      some.map((_, i) => revision + 1 + i),
    );
    revision += some.length;
  }
  expect([early.count, early.after(last + 9)]).toEqual([0, undefined]);
});
