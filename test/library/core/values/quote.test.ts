import fc from "fast-check";
import { expect, test } from "vitest";
import { formatValue, string } from "../../../../library/core/values/index.ts";
import { strings } from "./arbitrary.ts";

test.each([
  ["", '""'],
  ['say "hi"\\', '"say \\"hi\\"\\\\"'],
  ["a\tb\r\nc", '"a\\tb\\r\\nc"'],
  ["\u0000\u001b\u007f", '"\\x00\\x1b\\x7f"'],
  ["é €😀", '"é €😀"'],
  ["\u0085\u009b", '"\\xc2\\x85\\xc2\\x9b"'],
  ["\u202eabc\u2066\u2028\ufeff", '"\\xe2\\x80\\xaeabc\\xe2\\x81\\xa6\\xe2\\x80\\xa8\\xef\\xbb\\xbf"'],
  ["👩\u200d💻", '"👩\u200d💻"'],
])("%j prints as %s", (text, printed) => {
  expect(formatValue(text)).toBe(printed);
});

test.each([
  [[0xff], '"\\xff"'],
  [[0xe9], '"\\xe9"'],
  [[0xc3, 0xa9], '"é"'],
  [[0x41, 0xc3, 0x28], '"A\\xc3("'],
  [[0xc3, 0xa9, 0xa9, 0x0a], '"é\\xa9\\n"'],
  [[0xed, 0xa0, 0x80], '"\\xed\\xa0\\x80"'],
  [[0xf0, 0x9f, 0x98], '"\\xf0\\x9f\\x98"'],
])("bytes %j print as %s", (bytes, printed) => {
  expect(formatValue(string(Uint8Array.from(bytes)))).toBe(printed);
});

test("nothing printed controls a terminal or changes the direction of text", () => {
  fc.assert(
    fc.property(strings(), (text) => {
      expect(formatValue(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    }),
  );
});
