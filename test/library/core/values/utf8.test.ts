import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUtf8, encodeUtf8, sequenceLength, utf8Length } from "../../../../library/core/values/utf8.ts";

const texts = fc.string({ unit: "binary", maxLength: 20 });
/** Bytes that often come near to valid sequences. */
const bytes = fc.array(
  fc.constantFrom(
    0x00,
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
  ),
  { maxLength: 6 },
);

test("text is encoded as everywhere", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(Buffer.from(encodeUtf8(text))).toEqual(Buffer.from(text));
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      expect(decodeUtf8(encodeUtf8(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test("only valid bytes are decoded, and to the same text as everywhere", () => {
  fc.assert(
    fc.property(bytes, (all) => {
      const given = Uint8Array.from(all);
      expect(decodeUtf8(given)).toBe(isUtf8(given) ? Buffer.from(given).toString() : undefined);
    }),
    { numRuns: 20_000 },
  );
});

test("every single character, and every pair of first two bytes", () => {
  for (let point = 0; point < 0x110000; point += point < 0x10000 ? 1 : 251) {
    const text = String.fromCodePoint(point);
    if (text.isWellFormed() && decodeUtf8(encodeUtf8(text)) !== text) expect.fail(`U+${point.toString(16)}`);
  }
  for (let pair = 0; pair < 0x10000; pair++) {
    const given = Uint8Array.of(pair >> 8, pair & 255, 0x80, 0x80);
    const valid = [1, 2, 3, 4].find((length) => isUtf8(given.subarray(0, length))) ?? 0;
    if (sequenceLength(given, 0) !== valid) expect.fail(pair.toString(16));
  }
});

test("long texts come through whole", () => {
  const text = "aé€😀".repeat(30_000);
  expect(decodeUtf8(Buffer.from(text))).toBe(text);
  expect(encodeUtf8(text)).toHaveLength(300_000);
});
