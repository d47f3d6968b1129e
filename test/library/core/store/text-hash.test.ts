import { expect, test } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import { hashOf } from "../../../../library/core/store/text-hash.ts";

const shapes: Record<string, (i: number) => string> = {
  counters: (i) => `key/${String(i).padStart(8, "0")}`,
  addresses: (i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
  "long texts that end alike": (i) => `host${i}.${"example.".repeat(20)}org`,
  "long texts that begin alike": (i) => `${"/srv/files".repeat(20)}/${i}`,
  "numbers of two bytes": (i) => String.fromCharCode(i >> 8, i & 255),
};

test.each(Object.keys(shapes))("%s are spread over all maps", (shape) => {
  const count = 65_536;
  const sizes = new Array<number>(limits.storeFurtherMaps).fill(0);
  for (let i = 0; i < count; i++) sizes[hashOf(shapes[shape]!(i)) % limits.storeFurtherMaps]! += 1;
  const average = count / limits.storeFurtherMaps;
  expect(Math.max(...sizes)).toBeLessThan(1.5 * average);
  expect(Math.min(...sizes)).toBeGreaterThan(0.5 * average);
});

test("it is a number of 16 bits, also of nothing", () => {
  for (const text of ["", "a", "\u0000", "x".repeat(100_000)]) {
    const hash = hashOf(text);
    expect(hash).toBe(Math.floor(hash));
    expect(hash).toBeGreaterThanOrEqual(0);
    expect(hash).toBeLessThan(65_536);
  }
});
