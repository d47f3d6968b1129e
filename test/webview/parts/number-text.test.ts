import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesText, counted, groupDigits } from "../../../webview/parts/number-text.ts";

it("groups digits by three, and changes none", () => {
  expect(groupDigits(999)).toBe("999");
  expect(groupDigits(8_431)).toBe("8\u202f431");
  expect(groupDigits(1_234_567)).toBe("1\u202f234\u202f567");
  fc.assert(
    fc.property(fc.maxSafeNat(), (count) => {
      expect(Number(groupDigits(count).replaceAll("\u202f", ""))).toBe(count);
    }),
  );
});

it("counts in words", () => {
  expect(counted(1, "row")).toBe("1 row");
  expect(counted(0, "row")).toBe("0 rows");
  expect(counted(2, "entry", "entries")).toBe("2 entries");
});

it("writes sizes", () => {
  expect(bytesText(1)).toBe("1 byte");
  expect(bytesText(412)).toBe("412 bytes");
  expect(bytesText(12_345)).toBe("12.3 kB");
  expect(bytesText(999_990)).toBe("1.0 MB");
});
