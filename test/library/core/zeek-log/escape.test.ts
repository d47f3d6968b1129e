import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8 } from "../../../../library/core/values/utf8.ts";
import { escapeBytes, escapeString, unescapeString } from "../../../../library/core/zeek-log/escape.ts";

describe("strings in cells", () => {
  it.each([
    ["", "(empty)"],
    ["-", "\\x2d"],
    ["(empty)", "\\x28empty)"],
    ["a\tb\nc", "a\\x09b\\x0ac"],
    ["a\\,b", "a\\\\,b"],
    ["\u007f", "\\x7f"],
    ["Grüße, 東京 🎉", "Grüße, 東京 🎉"],
  ])("writes %j as %j", (text, cell) => {
    expect(escapeString(text, false)).toBe(cell);
  });

  it("escapes the comma only within a vector or set", () => {
    expect(escapeString("a,b", true)).toBe("a\\x2cb");
    expect(escapeString("a,b", false)).toBe("a,b");
  });

  it("writes bytes that are no text one by one, and text among them as text", () => {
    expect(escapeBytes(Uint8Array.of(0xff, 0x41, 0xc3, 0xa9, 0xc3), false)).toBe("\\xffAé\\xc3");
  });

  it("takes a backslash that begins no escape for itself", () => {
    expect(unescapeString("C:\\dir\\xg1\\")).toBe("C:\\dir\\xg1\\");
  });

  it("joins escaped bytes to text where they are", () => {
    expect(unescapeString("\\xc3\\xa9\\x00")).toBe("é\0");
    expect(unescapeString("é\\xff")).toEqual(Uint8Array.of(0xc3, 0xa9, 0xff));
  });

  it("reads back any string, within a container or not", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), fc.boolean(), (text, inContainer) => {
        const cell = escapeString(text, inContainer);
        expect(cell).not.toMatch(inContainer ? /[\t\n\r,]/ : /[\t\n\r]/);
        expect(cell).not.toBe("-");
        expect(cell).not.toBe("(empty)");
        expect(unescapeString(cell)).toBe(text);
      }),
    );
  });

  it("reads back any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.boolean(), (bytes, inContainer) => {
        expect(unescapeString(escapeBytes(bytes, inContainer))).toEqual(decodeUtf8(bytes) ?? bytes);
      }),
    );
  });
});
