import { isUtf8 as isUtf8OfNode } from "node:buffer";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isUtf8 } from "../../../library/wire/utf8.ts";

/** Mostly plain text, with something else here and there. */
const texts = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constant("plain text, 8"), weight: 6 },
      { arbitrary: fc.string({ unit: "binary" }), weight: 1 },
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => Uint8Array.from(Buffer.from(parts.join(""))));

it("is what Node takes for UTF-8, wherever in a long text something is wrong", () => {
  const property = (text: Uint8Array, at: number, byte: number, from: number): void => {
    const given = Uint8Array.from(text);
    if (given.length > 0) given[at % given.length] = byte;
    const start = Math.min(from, given.length);
    expect(isUtf8(given, start, given.length)).toBe(isUtf8OfNode(given.subarray(start)));
  };
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(fc.property(texts, fc.nat(), byte, fc.nat({ max: 9 }), property), { numRuns: 5_000 });
});
