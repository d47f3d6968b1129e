import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addr,
  compare,
  count,
  enumValue,
  equal,
  formatValue,
  interval,
  keyOf,
  parseValue,
  port,
  set,
  string,
  subnet,
  table,
  time,
  toValue,
  type Value,
  vector,
} from "../../../../library/core/values/index.ts";
import { scalars, strings, values } from "./arbitrary.ts";

/** Pairs that are equal now and then, in different order and identity. */
const pairs: fc.Arbitrary<readonly [Value, Value]> = fc.oneof(
  fc.tuple(values(2), values(2)),
  values().map((value) => [value, reversed(parseValue(formatValue(value)))] as const),
  fc.tuple(
    fc.constantFrom<Value>(0, -0, count(0), 0n, "", null, false, "0"),
    fc.constantFrom<Value>(0, -0, count(0), 0n, "", null, false, "0"),
  ),
);

function reversed(value: Value): Value {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || !("kind" in value)) return value;
  if (value.kind === "set") return set([...value].reverse());
  return value.kind === "table" ? table([...value].reverse()) : value;
}

test("equal, compare and keyOf agree", () => {
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      const same = equal(a, b);
      expect(compare(a, b) === 0).toBe(same);
      expect(keyOf(a) === keyOf(b)).toBe(same);
      expect(equal(b, a)).toBe(same);
    }),
    { numRuns: 3000 },
  );
});

test("the order of insertion makes no difference", () => {
  fc.assert(fc.property(values(), (value) => assert.ok(equal(value, reversed(value)))));
});

test("compare is a total order", () => {
  fc.assert(
    fc.property(fc.oneof(scalars(), values(2)), fc.oneof(scalars(), values(2)), values(2), (a, b, c) => {
      expect(Math.sign(compare(a, b))).toBe(0 - Math.sign(compare(b, a)));
      const [low, middle, high] = [a, b, c].sort(compare);
      expect(compare(low!, high!)).toBeLessThanOrEqual(0);
      expect(compare(low!, middle!)).toBeLessThanOrEqual(0);
      expect(compare(middle!, high!)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 2000 },
  );
});

test("strings come in the order of their bytes", () => {
  const bytesOf = (text: string | Uint8Array) => (typeof text === "string" ? Buffer.from(text) : Buffer.from(text));
  fc.assert(
    fc.property(strings(), strings(), (a, b) => {
      expect(Math.sign(compare(a, b))).toBe(Math.sign(Buffer.compare(bytesOf(a), bytesOf(b))));
    }),
    { numRuns: 2000 },
  );
  expect(compare("\uffee", "\u{1f600}")).toBeLessThan(0);
});

describe("within a type, from low to high", () => {
  const rows: [string, Value[]][] = [
    ["bool", [false, true]],
    ["count", [count(0), count(2 ** 53 - 1), count(2n ** 53n), count(2n ** 64n - 1n)]],
    ["int", [-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n]],
    ["double", [Number.NEGATIVE_INFINITY, -1, 0, 5e-324, Number.POSITIVE_INFINITY, Number.NaN]],
    ["string", ["", "a", "aa", "b", "é", "😀", string(Uint8Array.of(0xff))]],
    ["addr", [addr("::"), addr("::1"), addr("0.0.0.0"), addr("10.0.0.1"), addr("2001:db8::")]],
    ["subnet", [subnet("10.0.0.0/8"), subnet("10.0.0.0/9"), subnet("11.0.0.0/8"), subnet("2001::/16")]],
    ["port", [port("79/udp"), port("80/unknown"), port("80/tcp"), port("80/udp"), port("80/icmp")]],
    ["time", [time({ seconds: -1 }), time({ seconds: 0 }), time({ seconds: 0, nanoseconds: 1 })]],
    ["interval", [interval("-1 day"), interval("0 secs"), interval("1 min"), interval("1 hr")]],
    ["enum", [enumValue("A"), enumValue("A::B"), enumValue("B"), enumValue("a")]],
    ["set", [set([]), set([2, 1]), set([1, 3]), set([2])]],
    ["table", [table([]), table([["a", 1]]), table([["a", 2]]), table([["b", 0]])]],
    ["vector", [vector([]), vector([1]), vector([1, 1]), vector([2])]],
  ];
  test.each(rows)("%s", (_, ordered) => {
    for (const [i, low] of ordered.entries()) {
      for (const high of ordered.slice(i + 1)) {
        expect(compare(low, high)).toBeLessThan(0);
        expect(compare(high, low)).toBeGreaterThan(0);
      }
    }
  });

  test("and the types among each other as in Zeek", () => {
    const types = [null, ...rows.map(([, [first]]) => first!)];
    expect([...types].reverse().sort(compare)).toEqual(types);
  });
});

describe("keys", () => {
  test("of strings are the strings", () => {
    expect(keyOf("conn-opened")).toBe("conn-opened");
  });

  test("no string is mistaken for another value, whatever is in it", () => {
    fc.assert(
      fc.property(values(2), (value) => {
        const key = keyOf(value);
        if (value !== key) expect(keyOf(key)).not.toBe(key);
      }),
    );
  });

  test("borders between elements cannot be forged", () => {
    expect(keyOf(["ab", "c"])).not.toBe(keyOf(["a", "bc"]));
    expect(keyOf(["1:a"])).not.toBe(keyOf(["1:", "a"]));
    expect(
      keyOf(
        table([
          ["a", "b"],
          ["c", "d"],
        ]),
      ),
    ).not.toBe(
      keyOf(
        table([
          ["a", "c"],
          ["b", "d"],
        ]),
      ),
    );
  });

  test("bytes that are text are the text", () => {
    expect(keyOf(Uint8Array.of(0x41))).toBe("A");
    expect(equal(Uint8Array.of(0x41), toValue("A"))).toBe(true);
  });
});
