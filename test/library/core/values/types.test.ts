import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Address, parseValue, typeOf } from "../../../../library/core/values/index.ts";
import { values } from "./arbitrary.ts";

test.each([
  ["-", "none", "null"],
  ["T", "bool", "true"],
  ["42", "count", "count 42"],
  ["+42", "int", "42n"],
  ["4.2", "double", "4.2"],
  ['"x"', "string", "'x'"],
  ['"\\xff"', "string", "Uint8Array(1) [ 255 ]"],
  ["1970-01-01T00:00:00Z", "time", "time 1970-01-01T00:00:00Z"],
  ["5 min", "interval", "interval 5 min"],
  ["[::1]", "addr", "addr [::1]"],
  ["10.0.0.0/8", "subnet", "subnet 10.0.0.0/8"],
  ["80/tcp", "port", "port 80/tcp"],
  ["Notice::LOG", "enum", "enum Notice::LOG"],
  ["[1]", "vector", "[ count 1 ]"],
  ["{1}", "set", "set {1}"],
  ["{->}", "table", "table {->}"],
])("%s is of type %s and shown as %s", (text, type, shown) => {
  expect(typeOf(parseValue(text))).toBe(type);
  expect(inspect(parseValue(text))).toBe(shown);
});

test("a value of a class of ours knows its type, and cannot be changed", () => {
  fc.assert(
    fc.property(values(), (value) => {
      if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
      expect(Object.isFrozen(value) || value instanceof Address).toBe(true);
      if ("kind" in value) expect(value.kind).toBe(typeOf(value));
    }),
  );
});
