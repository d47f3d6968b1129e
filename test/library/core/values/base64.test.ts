import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "../../../../library/core/values/base64.ts";

test("is what everybody writes, and reads back", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    }),
  );
});

test.each(["A", "AA", "AAA", "A===", "AA=A", "AB==", "AAAA=", "AA-_", "AA\n==", "====", "é===", "AAAAA"])(
  "%s is refused",
  (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  },
);
