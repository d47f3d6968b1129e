/** The bytes that several rings share. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteBudget } from "../../../server/monitors/byte-budget.ts";
import { Ring } from "../../../server/monitors/ring.ts";

test("all members together stay within the budget, and only the biggest gives", () => {
  const pushes = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: 1, max: 200 })), { maxLength: 300 });
  fc.assert(
    fc.property(pushes, (steps) => {
      const budget = new ByteBudget(1_000);
      const rings = [0, 1, 2].map(() => new Ring<number>(1_000, 1_000));
      for (const ring of rings) budget.join(ring);
      for (const [which, bytes] of steps) {
        rings[which]?.push(which, bytes);
        budget.settle();
        expect(rings.reduce((sum, ring) => sum + ring.bytes, 0)).toBeLessThanOrEqual(1_000);
        for (const ring of rings) if (ring.evicted > 0) expect(ring.received).toBeGreaterThan(1);
      }
    }),
  );
});

test("a small ring loses nothing to a big one", () => {
  const budget = new ByteBudget(1_000);
  const [small, big] = [new Ring<string>(100, 1_000), new Ring<string>(100, 1_000)];
  budget.join(small);
  budget.join(big);
  for (let row = 0; row < 5; row++) small.push("", 20);
  for (let row = 0; row < 60; row++) {
    big.push("", 50);
    budget.settle();
  }
  expect([small.evicted, small.kept]).toEqual([0, 5]);
  expect(small.bytes + big.bytes).toBe(1_000);
});

test("who has left is not asked to give", () => {
  const budget = new ByteBudget(100);
  const [gone, here] = [new Ring<string>(10, 1_000), new Ring<string>(10, 1_000)];
  budget.join(gone);
  budget.join(here);
  gone.push("", 90);
  budget.leave(gone);
  here.push("", 80);
  budget.settle();
  expect([gone.kept, here.kept]).toEqual([1, 1]);
});
