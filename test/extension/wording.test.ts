import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, markdown, rate, span, visible } from "../../extension/wording.ts";

describe("count", () => {
  it("groups digits by threes", () => {
    expect([0, 12, 999, 1_240, 1_234_567].map(count)).toEqual(["0", "12", "999", "1\u202f240", "1\u202f234\u202f567"]);
  });
});

describe("rate", () => {
  it("keeps two digits that matter", () => {
    expect([0, 0.01, 0.44, 2, 9.96, 12.4, 1_240].map(rate)).toEqual([
      "0/s",
      "<0.1/s",
      "0.4/s",
      "2/s",
      "10/s",
      "12/s",
      "1\u202f240/s",
    ]);
  });
});

describe("span", () => {
  it("takes the largest unit that is not too coarse", () => {
    expect([0, 7_200, 119_000, 300_000, 7_200_000, 864_000_000].map(span)).toEqual([
      "0 s",
      "8 s",
      "119 s",
      "5 min",
      "2 h",
      "10 days",
    ]);
  });
});

describe("visible", () => {
  it("shows what would hide or turn the text around it", () => {
    expect(visible("a\u0000b\u202ec\u200bd\ne")).toBe("a\\u{0}b\\u{202e}c\\u{200b}d\\u{a}e");
    expect(visible("zeek.conn-lösung/Ω 日本")).toBe("zeek.conn-lösung/Ω 日本");
  });

  it("leaves no control character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe("markdown", () => {
  it("leaves nothing that Markdown or HTML would read", () => {
    expect(markdown("[x](command:y)<img>`*_$(bug)")).not.toMatch(/[[\]()<>`*_$]/);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(markdown(text).replace(/&#\d+;/g, "")).not.toMatch(/[\\`*_{}[\]()#+\-.!|<>~&$:@]/);
      }),
    );
  });
});
