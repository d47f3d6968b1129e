import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromJson, type Json, parseValue, toJson, type Value } from "../../../../library/core/values/index.ts";
import { values } from "./arbitrary.ts";

test("every value comes back from its JSON form, exactly, also as JSON text", () => {
  fc.assert(
    fc.property(values(), (value) => {
      assert.deepEqual(fromJson(toJson(value)), value);
      assert.deepEqual(fromJson(JSON.parse(JSON.stringify(toJson(value)))), value);
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, Json]>([
  ["-", null],
  ["T", true],
  ["42", 42],
  ["9007199254740991", 9007199254740991],
  ["9007199254740992", { count: "9007199254740992" }],
  ["18446744073709551615", { count: "18446744073709551615" }],
  ["-42", { int: -42 }],
  ["+9223372036854775807", { int: "9223372036854775807" }],
  ["4.2", 4.2],
  ["42.0", { double: 42 }],
  ["1e300", { double: 1e300 }],
  ["-0.0", { double: "-0" }],
  ["inf", { double: "inf" }],
  ["-inf", { double: "-inf" }],
  ["nan", { double: "nan" }],
  ['"é"', "é"],
  ['"\\xff\\x00"', { bytes: "/wA=" }],
  ["2018-03-24T17:15:20.600843Z", { time: "2018-03-24T17:15:20.600843Z" }],
  ["5 min", { interval: "5 min" }],
  ["10.0.0.1", { addr: "10.0.0.1" }],
  ["[2001:db8::1]", { addr: "2001:db8::1" }],
  ["10.0.0.0/8", { subnet: "10.0.0.0/8" }],
  ["[2001:db8::]/32", { subnet: "2001:db8::/32" }],
  ["80/tcp", { port: "80/tcp" }],
  ["Notice::LOG", { enum: "Notice::LOG" }],
  ["[1, [2]]", [1, [2]]],
  ["{1, 2}", { set: [1, 2] }],
  ['{"__proto__" -> 1}', { table: [["__proto__", 1]] }],
  ["{->}", { table: [] }],
])("%s", (text, json) => {
  expect(toJson(parseValue(text))).toStrictEqual(json);
});

test("an object of ours has the same form on its own", () => {
  fc.assert(
    fc.property(values(), (value: Value) => {
      if (typeof value !== "object" || value === null || !("toJSON" in value)) return;
      expect(value.toJSON()).toEqual(toJson(value));
    }),
  );
});
