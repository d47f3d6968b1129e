/** What a client sends, checked where it enters. */
import { expect, test } from "vitest";
import { flag, list, object, optional, text, wholeNumber } from "../../server/checks.ts";

const check = object<{ name: string; size?: number; tags: readonly string[]; deep: { isOn: boolean } }>({
  name: text,
  size: optional(wholeNumber(1, 10)),
  tags: list(text, 0, 2),
  deep: object({ isOn: flag }),
});
const good = { name: "a", tags: ["x"], deep: { isOn: true } };

test("what fits passes, without what was not asked for", () => {
  expect(check({ ...good, more: 1 }, "params")).toEqual(good);
  expect(check({ ...good, size: 10 }, "params")).toEqual({ ...good, size: 10 });
  expect(check({ ...good, size: undefined }, "params")).toEqual(good);
});

test.each([
  [null, "params must be an object"],
  [{ ...good, name: 1 }, "params.name must be a text"],
  [{ ...good, size: 11 }, "params.size must be a whole number from 1 to 10"],
  [{ ...good, size: 1.5 }, "params.size must be a whole number from 1 to 10"],
  [{ ...good, tags: "x" }, "params.tags must be a list of 0 to 2"],
  [{ ...good, tags: ["x", 2] }, "params.tags[1] must be a text"],
  [{ ...good, deep: { isOn: "yes" } }, "params.deep.isOn must be true or false"],
  [{ name: "a", tags: [], deep: Object.create({ isOn: true }) }, "params.deep.isOn must be true or false"],
])("%j is refused: %s", (value, message) => {
  expect(() => check(value, "params")).toThrowError(message);
});
