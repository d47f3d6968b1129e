import { expect, test } from "vitest";
import { enumValue } from "../../../../library/core/values/index.ts";

test.each(["tcp", "Notice::LOG", "_x", "A::B::C1", "TF", "infinite", "constructor", "__proto__"])(
  "%s is a name",
  (name) => {
    expect(enumValue(name).name).toBe(name);
    expect(enumValue(enumValue(name))).toEqual(enumValue(name));
    expect(JSON.stringify(enumValue(name))).toBe(`{"enum":"${name}"}`);
  },
);

test.each([
  "",
  "T",
  "F",
  "inf",
  "nan",
  "1a",
  "a b",
  "Notice::",
  "::LOG",
  "a:b",
  "a:::b",
  "ä",
  "x".repeat(1025),
  5 as never,
  null as never,
])("%s is none", (name) => {
  expect(() => enumValue(name)).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
});
