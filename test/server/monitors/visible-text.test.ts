/** Text from the cluster in a table: short, and harmless to look at. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, visible } from "../../../server/monitors/visible-text.ts";

test("what is shown is short and well-formed, whatever came", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3_000, size: "max", unit: "binary" }), (text) => {
      const shown = visible(text);
      expect(shown.length).toBeLessThanOrEqual(1024);
      expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
      expect(shown.isWellFormed()).toBe(true);
    }),
  );
});

test("short harmless text stays as it is", () => {
  expect(visible("zeek.dns · Grüße 👋")).toBe("zeek.dns · Grüße 👋");
  expect(cut("x".repeat(1024))).toBe("x".repeat(1024));
});

test("what cannot be seen is written out", () => {
  expect(visible("a\u202eb\u0000c\r\nd\u0085e\u2067")).toBe("a\\u202eb\\u0000c\\u000d\\u000ad\\u0085e\\u2067");
});

test("a long text keeps its first and last 256 characters, and no half ones", () => {
  expect(cut(`${"a".repeat(1000)}${"b".repeat(1000)}`)).toBe(`${"a".repeat(256)} … ${"b".repeat(256)}`);
  expect(cut(`${"a".repeat(255)}${"👋".repeat(1000)}${"b".repeat(255)}`)).toBe(
    `${"a".repeat(255)} … ${"b".repeat(255)}`,
  );
});
