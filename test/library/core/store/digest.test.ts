/** Equal content gives equal text, and other content another. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Entry } from "../../../../library/core/store/change.ts";
import { contentOf } from "../../../../library/core/store/digest.ts";
import { equal, keyOf, set, table, type Value } from "../../../../library/core/values/index.ts";
import { values } from "../values/arbitrary.ts";

function entriesOf(pairs: readonly (readonly [Value, Value])[]): Entry[] {
  const byKey = new Map(pairs.map(([key, value]) => [keyOf(key), { key, value }]));
  return Array.from(byKey.values(), (entry, i) => ({
    ...entry,
    revision: i,
    expiresAtMs: undefined,
    expiresAfterMs: undefined,
  }));
}

function textOf(entries: readonly Entry[]): string {
  return [...contentOf(entries)].join("");
}

const pairs = fc.array(fc.tuple(values(2), values(2)), { maxLength: 12 });

it("S7: does not depend on the order in which the entries came, nor on that within sets and tables", () => {
  fc.assert(
    fc.property(pairs, (list) => {
      const entries = entriesOf(list);
      const other = entries.map((entry) => ({ ...entry, value: reversed(entry.value), revision: 99 })).reverse();
      expect(textOf(other)).toBe(textOf(entries));
    }),
    { numRuns: 500 },
  );
});

it("S7: is another one where a key or a value is", () => {
  fc.assert(
    fc.property(pairs, pairs, (left, right) => {
      const [a, b] = [entriesOf(left), entriesOf(right)];
      const isSame =
        a.length === b.length && a.every(({ key, value }) => b.some((o) => equal(o.key, key) && equal(o.value, value)));
      expect(textOf(a) === textOf(b)).toBe(isSame);
    }),
    { numRuns: 500 },
  );
  const one = (key: Value, value: Value) => textOf(entriesOf([[key, value]]));
  const texts = [
    one("a", "b:1:c"),
    one("a:b", "1:c"),
    one("a", Number.NaN),
    one("a", 0),
    one("a", 0n),
    one("a", new Uint8Array([255])),
  ];
  expect(new Set(texts).size).toBe(texts.length);
  expect(one("a", -0)).toBe(one("a", 0)); // as Zeek values they are equal
});

it("sorts many as one would, a little at a time", () => {
  const entries = entriesOf(Array.from({ length: 10_000 }, (_, i) => [`${(i * 7_919) % 10_007}`, i] as const));
  const lines = [...contentOf(entries)].filter((line) => line !== "");
  const wanted = [...entries]
    .sort((a, b) => ((a.key as string) < (b.key as string) ? -1 : 1))
    .map((entry) => textOf([entry]));
  expect(lines).toEqual(wanted);
});

it("is of the moment at which it was asked for", () => {
  const entries = entriesOf([["a", 1n]]);
  const content = contentOf(entries);
  entries.push(...entriesOf([["b", 1n]]));
  expect([...content].join("")).toBe(textOf(entriesOf([["a", 1n]])));
});

function reversed(value: Value): Value {
  if (typeof value !== "object" || value === null || !("kind" in value)) return value;
  if (value.kind === "set") return set([...value].reverse());
  return value.kind === "table" ? table([...value].reverse()) : value;
}
