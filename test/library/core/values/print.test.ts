import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { addr, count, enumValue, formatValue, set, table } from "../../../../library/core/values/index.ts";

test.each([
  [0, "0.0"],
  [-0, "-0.0"],
  [42, "42.0"],
  [4.2, "4.2"],
  [1e20, "100000000000000000000.0"],
  [1e21, "1e+21"],
  [1e-7, "1e-7"],
  [1.7976931348623157e308, "1.7976931348623157e+308"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NEGATIVE_INFINITY, "-inf"],
  [Number.NaN, "nan"],
])("the double %s prints as %s", (value, text) => {
  expect(formatValue(value)).toBe(text);
});

test("no double looks like a count or an int", () => {
  fc.assert(fc.property(fc.double(), (value) => assert.doesNotMatch(formatValue(value), /^[+-]?\d+$/)));
});

test("ints have a sign, counts have none", () => {
  expect([42n, -42n, 0n].map(formatValue)).toEqual(["+42", "-42", "+0"]);
  expect(formatValue(count(42))).toBe("42");
});

test("containers", () => {
  expect(formatValue([])).toBe("[]");
  expect(formatValue([null, true, false, [addr("::1")]])).toBe("[-, T, F, [[::1]]]");
  expect(formatValue(set([]))).toBe("{}");
  expect(formatValue(table([]))).toBe("{->}");
  expect(formatValue(table([["a", set([null])]]))).toBe('{"a" -> {-}}');
});

test("a vector of one enum is told from an address", () => {
  expect(formatValue([enumValue("ab::cd")])).toBe("[ ab::cd]");
  expect(formatValue([enumValue("a::b::c")])).toBe("[ a::b::c]");
  expect(formatValue([enumValue("ab")])).toBe("[ab]");
  expect(formatValue([enumValue("Notice::LOG")])).toBe("[Notice::LOG]");
  expect(formatValue([enumValue("ab::cd"), null])).toBe("[ab::cd, -]");
});
