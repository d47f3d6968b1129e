/** What went because its way was lost is told from what was taken back. */
import { expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { LostWays } from "../../../library/core/lost-ways.ts";

it("tells what can be reached no more from what was taken back", () => {
  const ways = new LostWays();
  ways.lost("a", "t.*");
  ways.left("b", "t.*");
  expect([ways.isLost("a", "t.1"), ways.isLost("a", "u"), ways.isLost("b", "t.1")]).toEqual([true, false, false]);
  ways.found("a", "t.*");
  expect(ways.isLost("a", "t.1")).toBe(false);
});

it("lets what was taken back anywhere settle it, in whatever order it is heard of", () => {
  const ways = new LostWays();
  ways.lost("a", "t");
  ways.left("a", "t");
  ways.lost("a", "t");
  expect(ways.isLost("a", "t")).toBe(false);
  ways.found("a", "t");
  ways.lost("a", "t");
  expect(ways.isLost("a", "t")).toBe(true);
});

it("forgets the oldest of too many", () => {
  const ways = new LostWays();
  for (let i = 0; i <= limits.lostWays; i++) ways.lost(`n${i}`, "t");
  expect([ways.isLost("n0", "t"), ways.isLost("n1", "t"), ways.isLost(`n${limits.lostWays}`, "t")]).toEqual([
    false,
    true,
    true,
  ]);
});
