import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addr,
  count,
  keyOf,
  set,
  table,
  type Value,
  ValueSet,
  ValueTable,
} from "../../../../library/core/values/index.ts";
import { values } from "./arbitrary.ts";

describe("ValueSet", () => {
  test("has equal elements once, in the order in which they first came", () => {
    const some = set([count(2), addr("10.0.0.1"), count(1), addr("::ffff:10.0.0.1"), count(2n), "x", 2]);
    expect([...some]).toEqual([count(2), addr("10.0.0.1"), count(1), "x", 2]);
    expect(some.size).toBe(5);
    expect(some.has(count("2"))).toBe(true);
    expect(some.has(2n)).toBe(false);
  });

  test("takes NaN once, keeps the first of 0 and -0", () => {
    const some = set([Number.NaN, Number.NaN, -0, 0]);
    expect([...some]).toEqual([Number.NaN, -0]);
    expect(some.has(0)).toBe(true);
  });

  test("finds containers by what is in them", () => {
    const some = set([[1, "a"], new Set([1, 2]), new Map([["k", "v"]])]);
    expect(some.has([1, "a"])).toBe(true);
    expect(some.has(set([2, 1]))).toBe(true);
    expect(some.has(table([["k", "v"]]))).toBe(true);
    expect(some.has(["a", 1])).toBe(false);
  });

  test("has what a naive search by key finds", () => {
    fc.assert(
      fc.property(fc.array(values(2)), values(2), (elements, other) => {
        const some = new ValueSet(elements);
        for (const element of elements) expect(some.has(element)).toBe(true);
        expect(some.has(other)).toBe(elements.some((element) => keyOf(element) === keyOf(other)));
      }),
    );
  });

  test("prints itself in text and JSON, and is frozen", () => {
    expect(String(set([count(1), "a"]))).toBe('{1, "a"}');
    expect(JSON.stringify(set([count(1), "a"]))).toBe('{"set":[1,"a"]}');
    expect(Object.isFrozen(set([]))).toBe(true);
  });

  test("sets with the same elements are deeply equal, others are not", () => {
    assert.deepEqual(set([1, 2]), set([2, 1]));
    assert.notDeepEqual(set([1, 2]), set([1, 3]));
  });
});

describe("ValueTable", () => {
  const hosts = table([
    [addr("10.0.0.1"), "a"],
    [[count(1), "x"], null],
  ]);

  test("gets by equal key", () => {
    expect(hosts.get(addr("::ffff:10.0.0.1"))).toBe("a");
    expect(hosts.get([count(1), "x"])).toBeNull();
    expect(hosts.get("10.0.0.1")).toBeUndefined();
    expect(hosts.has([count(1), "x"])).toBe(true);
    expect(hosts.size).toBe(2);
  });

  test("iterates over its entries in their order", () => {
    expect([...hosts].map(([, value]) => value)).toEqual(["a", null]);
  });

  test("refuses equal keys", () => {
    const entries: [Value, Value][] = [
      [count(1), "a"],
      [count(1n), "b"],
    ];
    expect(() => new ValueTable(entries)).toThrow("table with the key 1 twice");
  });

  test("hostile keys are only keys", () => {
    const odd = table([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 3],
    ]);
    expect(["__proto__", "constructor", "toString", "valueOf"].map((key) => odd.get(key))).toEqual([
      1,
      2,
      3,
      undefined,
    ]);
  });

  test("prints itself in text and JSON", () => {
    expect(String(hosts)).toBe('{10.0.0.1 -> "a", [1, "x"] -> -}');
    expect(JSON.stringify(hosts)).toBe('{"table":[[{"addr":"10.0.0.1"},"a"],[[1,"x"],null]]}');
  });
});
