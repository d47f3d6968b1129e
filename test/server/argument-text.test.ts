/** Arguments as a person types them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { equal, formatValue } from "../../library/index.ts";
import { parseArguments, readArguments } from "../../server/argument-text.ts";
import { values } from "../library/core/values/arbitrary.ts";

test("what a monitor shows can be typed back", () => {
  const blank = fc.constantFrom("", " ", "  ", "\t");
  fc.assert(
    fc.property(fc.array(values(), { maxLength: 5 }), blank, (list, between) => {
      const text = between + list.map(formatValue).join(`${between},${between}`) + between;
      const read = parseArguments(text);
      expect(read.length).toBe(list.length);
      expect(list.every((value, place) => equal(value, read[place] ?? null))).toBe(true);
    }),
  );
});

test("whatever is typed, a mistake has its place in the text", () => {
  const typed = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom("1", '"', ",", " ", "[", "]", "{", "}", "->", "x", ":", "\\")).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const read = readArguments(text);
      if ("values" in read) return;
      expect(read.problem.message).not.toBe("");
      expect(read.problem.position).toBeGreaterThanOrEqual(0);
      expect(read.problem.position).toBeLessThanOrEqual(text.length);
      expect(() => parseArguments(text)).toThrowError(expect.objectContaining({ code: "BAD_VALUE" }));
    }),
    { numRuns: 500 },
  );
});
