import fc from "fast-check";
import { expect, test } from "vitest";
import { describe as say } from "../../../../library/core/values/describe.ts";

test.each([
  ["x".repeat(100), `"${"x".repeat(60)}…"`],
  [5n, "5n"],
  [2n ** 127n, "a bigint of more than 128 bits"],
  [Number.NaN, "NaN"],
  [undefined, "undefined"],
  [null, "null"],
  [[1], "an array"],
  [{}, "a plain object"],
  [Object.create(null), "a plain object"],
  [new Map(), "an object of class Map"],
  [class {}, "a function"],
  [Symbol("secret"), "a symbol"],
  [{ constructor: { name: 5 }, __proto__: {} }, "an object"],
])("%o is %s", (given, words) => {
  expect(say(given)).toBe(words);
});

test("whatever is given, it takes few words and does not throw", () => {
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }),
      (given) => say(given).length < 500,
    ),
  );
});
