/** The bounded text form of a list of values. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { count, formatValue, parseValues, set, table, type Value } from "../../../library/index.ts";
import { listText, mostTextCharacters } from "../../../server/monitors/value-text.ts";
import { values } from "../../library/core/values/arbitrary.ts";

const inFull = (list: readonly Value[]) => list.map(formatValue).join(", ");

test("a text that is whole reads back as the very values", () => {
  fc.assert(
    fc.property(fc.array(values(), { maxLength: 8 }), (list) => {
      const { text, isWhole } = listText(list);
      if (!isWhole) return;
      expect(text).toBe(inFull(list));
      expect(inFull(parseValues(text))).toBe(text);
    }),
  );
});

test("a text is whole exactly when it is short enough", () => {
  const lists = fc.array(fc.oneof(values(), fc.string({ minLength: 0, maxLength: 2_000, size: "max" })), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(lists, (list) => {
      expect(listText(list).isWhole).toBe(inFull(list).length <= mostTextCharacters);
    }),
  );
});

/** Values whose text is far too long, in all shapes. */
function hugeValues(): fc.Arbitrary<Value> {
  const long = fc.string({ minLength: 2_000, maxLength: 9_000, size: "max", unit: "binary" });
  const bytes = fc
    .uint8Array({ minLength: 5_000, maxLength: 9_000, size: "max" })
    .map((some) => Uint8Array.from([0xff, ...some]));
  const many = fc.integer({ min: 1_500, max: 4_000 }).map((size) => Array.from({ length: size }, (_, n) => count(n)));
  return fc.oneof(
    long,
    bytes,
    many,
    many.map((counts) => set(counts)),
    many.map((counts) => table(counts.map((n) => [n, [n, "x"]] as const))),
    fc.tuple(long, many, long),
  );
}

test("of a long text the start and the end are those of the whole text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(values(), hugeValues()), { minLength: 1, maxLength: 4 }),
      hugeValues(),
      (list, huge) => {
        const all = [...list, huge];
        const whole = inFull(all);
        fc.pre(whole.length > mostTextCharacters);
        const { text, isWhole } = listText(all);
        const [start = "", end = ""] = text.split(" … ");
        expect(isWhole).toBe(false);
        expect(text.length).toBeLessThanOrEqual(mostTextCharacters + 3);
        expect(text.length).toBeGreaterThan(mostTextCharacters - 10);
        expect(whole.startsWith(start)).toBe(true);
        expect(whole.endsWith(end)).toBe(true);
        expect(text.isWellFormed()).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test("what is cut costs no more than what is kept of it", () => {
  const looked: string[] = [];
  const watched = new Proxy(
    Array.from({ length: 1_000_000 }, (_, n) => count(n)),
    {
      get: (target, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) looked.push(key);
        return Reflect.get(target, key) as unknown;
      },
    },
  );
  expect(listText([watched]).isWhole).toBe(false);
  expect(looked.length).toBeLessThan(20_000);
});
