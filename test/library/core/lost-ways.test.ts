/** What went because its way was lost is told from what was taken back. */
import { expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { LostWays } from "../../../library/core/lost-ways.ts";

it("tells what can be reached no more from what was taken back", () => {
  const ways = new LostWays();
  ways.lost("a", "t.*");
  ways.left("b", "t.*");
  const left = [ways.hasLeft("a", "t.1"), ways.hasLeft("b", "t.1"), ways.hasLeft("b", "u"), ways.hasLeft("c", "t.1")];
  expect(left).toEqual([false, true, false, false]);
  ways.found("b", "t.*");
  expect(ways.hasLeft("b", "t.1")).toBe(false);
});

it("lets what was taken back anywhere settle it, in whatever order it is heard of", () => {
  const ways = new LostWays();
  ways.lost("a", "t");
  ways.left("a", "t");
  ways.lost("a", "t");
  expect(ways.hasLeft("a", "t")).toBe(true);
  ways.found("a", "t");
  ways.lost("a", "t");
  expect(ways.hasLeft("a", "t")).toBe(false);
});

it("counts no one out who wants the topic for another reason, too", () => {
  const ways = new LostWays();
  ways.left("a", "t.*");
  ways.lost("a", "*");
  expect(ways.hasLeft("a", "t.1")).toBe(false);
});

it("forgets the oldest of too many", () => {
  const ways = new LostWays();
  for (let i = 0; i <= limits.lostWays; i++) ways.left(`n${i}`, "t");
  const left = [ways.hasLeft("n0", "t"), ways.hasLeft("n1", "t"), ways.hasLeft(`n${limits.lostWays}`, "t")];
  expect(left).toEqual([false, true, true]);
});

it("forgets the oldest of too many patterns of few nodes, and of too long ones", () => {
  const ways = new LostWays();
  for (let i = 0; i < limits.patternsPerPeer; i++) ways.left("first", `t${i}`);
  for (let i = 0; i < limits.patternsPerPeer; i++) ways.left("second", `t${i}`);
  expect([ways.hasLeft("first", "t9"), ways.hasLeft("second", "t9")]).toEqual([false, true]);
  const long = "l".repeat(limits.topicBytes);
  for (let i = 0; i < limits.lostWayCharacters / limits.topicBytes; i++) ways.left("third", `${long.slice(6)}${i}`);
  expect([ways.hasLeft("second", "t9"), ways.hasLeft("third", `${long.slice(6)}1`)]).toEqual([false, true]);
});
