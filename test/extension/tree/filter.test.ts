import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches } from "../../../extension/tree/filter.ts";

describe("matches", () => {
  it("finds a part of the name, in either case", () => {
    expect(matches("CONN", "zeek.conn.new")).toBe(true);
    expect(matches("dns", "zeek.conn.new")).toBe(false);
  });

  it("takes a star for anything", () => {
    expect(matches("zeek.*.new", "zeek.conn.new")).toBe(true);
    expect(matches("*new", "zeek.conn.new")).toBe(true);
    expect(matches("new*", "zeek.conn.new")).toBe(false);
    expect(matches("ab*ba", "aba")).toBe(false);
  });

  it("agrees with a regular expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (filter, name) => {
        const expected = filter.includes("*")
          ? new RegExp(`^${filter.replaceAll("*", ".*")}$`).test(name)
          : name.includes(filter);
        expect(matches(filter, name)).toBe(expected);
      }),
    );
  });
});
