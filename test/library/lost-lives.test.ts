/** Which streams of lost nodes are taken to be over. */
import { expect, it } from "vitest";
import { limits } from "../../library/core/limits.ts";
import { LostLives } from "../../library/lost-lives.ts";
import { Stream } from "../../library/streams.ts";

const origin = (name: string, id: string) => ({ name, id });
const streams = (...numbers: readonly number[]) =>
  numbers.map((number) => new Stream(number, origin("a", "1"), "t", 0, false));

it("T24: a later life ends an earlier one of its name; the same one that is back ends nothing", () => {
  const lives = new LostLives();
  expect(lives.met(origin("a", "1"))).toBeUndefined();
  lives.lost(origin("a", "1"), streams(7));
  expect(lives.met(origin("a", "1"))).toBeUndefined();
  lives.lost(origin("a", "1"), streams(7, 8));
  expect(lives.met(origin("b", "2"))).toBeUndefined();
  expect(lives.met(origin("a", "2"))).toEqual({ id: "1", numbers: [7, 8] });
  lives.lost(origin("a", "2"), streams(9));
  expect([lives.met(origin("a", "3")), lives.met(origin("a", "4"))]).toEqual([{ id: "2", numbers: [9] }, undefined]);
});

it("T24: so many names are remembered, those lost last, with so many streams together", () => {
  const lives = new LostLives();
  for (let i = 0; i <= limits.lostLives; i++) lives.lost(origin(`n${i}`, "1"), streams(i));
  lives.lost(origin("silent", "1"), []);
  const isKnown = (i: number): boolean => lives.met(origin(`n${i}`, "2")) !== undefined;
  expect([isKnown(0), isKnown(1), isKnown(limits.lostLives)]).toEqual([false, true, true]);

  const many = streams(...Array.from({ length: limits.streams - 1 }, (_, i) => i));
  lives.lost(origin("many", "1"), many);
  expect([isKnown(limits.lostLives - 2), isKnown(limits.lostLives - 1)]).toEqual([false, true]);
  lives.lost(origin("more", "1"), many);
  expect([lives.met(origin("many", "2")), lives.met(origin("more", "2"))?.numbers.length]).toEqual([
    undefined,
    many.length,
  ]);
});
