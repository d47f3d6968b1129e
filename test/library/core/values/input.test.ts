import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import {
  count,
  formatValue,
  type Input,
  none,
  set,
  string,
  table,
  time,
  toValue,
  typeOf,
  ValueSet,
  ValueTable,
  vector,
} from "../../../../library/core/values/index.ts";
import { values } from "./arbitrary.ts";

test("what is normal stays as it is", () => {
  fc.assert(fc.property(values(), (value) => assert.deepEqual(toValue(value), value)));
  const five = count(5);
  expect(toValue(five)).toBe(five);
  const some = set([five]);
  expect(toValue(some)).toBe(some);
});

test.each<[Input, string, string]>([
  [undefined, "-", "none"],
  [null, "-", "none"],
  [true, "T", "bool"],
  [42, "42.0", "double"],
  [-0, "-0.0", "double"],
  [42n, "+42", "int"],
  ["x", '"x"', "string"],
  [Uint8Array.of(0xc3, 0xa9), '"é"', "string"],
  [Uint8Array.of(0xff, 0x41), '"\\xffA"', "string"],
  [Buffer.from("abc"), '"abc"', "string"],
  [new Date(0), "1970-01-01T00:00:00Z", "time"],
  [[1, [undefined]], "[1.0, [-]]", "vector"],
  [new Set([1, "a"]), '{1.0, "a"}', "set"],
  [new Map([["a", new Date(0)]]), '{"a" -> 1970-01-01T00:00:00Z}', "table"],
  [new Map(), "{->}", "table"],
])("%o becomes %s", (input, text, type) => {
  expect(formatValue(toValue(input))).toBe(text);
  expect(typeOf(toValue(input))).toBe(type);
});

describe("what has no type of Zeek is refused", () => {
  const sparse: number[] = [];
  sparse[2] = 1;
  test.each([
    [() => 1, "value from a function"],
    [Symbol("x"), "value from a symbol"],
    [{ a: 1 }, "value from a plain object, wanted a type of values; for a table a Map"],
    [Object.create(null), "value from a plain object"],
    [new URL("tcp://localhost"), "value from an object of class URL"],
    [Promise.resolve(1), "value from an object of class Promise"],
    [new Uint16Array(1), "value from an object of class Uint16Array"],
    [[sparse], "vector with nothing at index 0"],
    [new Date(Number.NaN), 'time from "an invalid Date"'],
    ["a\ud800", "string from"],
    [["\udc00"], "wanted whole characters"],
  ])("%o", (input, message) => {
    const failure = expect.objectContaining({ code: "BAD_VALUE", message: expect.stringContaining(message) });
    expect(() => toValue(input as Input)).toThrow(failure);
  });

  test("a bigint beyond 64 bits", () => {
    expect(() => toValue(2n ** 63n)).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
    expect(() => toValue([2n ** 200n])).toThrow("int from a bigint of more than 128 bits");
  });

  test("keys that become equal", () => {
    const twice = new Map([
      [count(1), "a"],
      [count(1), "b"],
    ]);
    expect(() => toValue(twice)).toThrow("table with the key 1 twice");
  });
});

describe("limits", () => {
  const nested = (depth: number): Input =>
    depth === 0 ? 1 : depth % 3 === 0 ? new Set([nested(depth - 1)]) : [nested(depth - 1)];

  test("nesting, also in what is normal already and in circles", () => {
    expect(toValue(nested(limits.valueDepth))).toBeDefined();
    expect(() => toValue(nested(limits.valueDepth + 1))).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
    expect(() => toValue([toValue(nested(limits.valueDepth))])).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
    const circle: Input[] = [];
    circle.push(circle);
    expect(() => toValue(circle)).toThrow("value nested deeper than 64");
  });

  test("elements of all containers together", () => {
    const half = Array.from({ length: limits.valueElements / 2 - 1 }, () => true);
    expect(toValue([half, half])).toHaveLength(2);
    expect(() => toValue([half, half, 1])).toThrow(expect.objectContaining({ code: "TOO_MANY" }));
    expect(() => toValue(new Array(2 ** 32 - 1))).toThrow(expect.objectContaining({ code: "TOO_MANY" }));
  });

  test("bytes of a string, not characters", () => {
    const most = limits.stringBytes / 2;
    expect(toValue("é".repeat(most))).toHaveLength(most);
    expect(() => toValue(`x${"é".repeat(most)}`)).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
    expect(() => toValue(new Uint8Array(limits.stringBytes + 1))).toThrow(
      expect.objectContaining({ code: "TOO_LARGE" }),
    );
  });
});

describe("nobody else can change a value", () => {
  test("arrays are copied and frozen", () => {
    const input = [1, [2]];
    const value = toValue(input);
    input.push(3);
    expect(value).toEqual([1, [2]]);
    expect(Object.isFrozen(value)).toBe(true);
    expect(Object.isFrozen((value as unknown[])[1])).toBe(true);
  });

  test("bytes are copied", () => {
    const input = Uint8Array.of(0xff);
    const value = toValue(input);
    input[0] = 0;
    expect(value).toEqual(Uint8Array.of(0xff));
    expect(toValue(Buffer.of(0xff))).toEqual(Uint8Array.of(0xff));
  });
});

describe("constructors", () => {
  test("none, string, vector, set and table", () => {
    expect(none).toBeNull();
    expect(string(Uint8Array.of(0x41))).toBe("A");
    expect(vector(new Set([1, 2]))).toEqual([1, 2]);
    expect([...set([-0])]).toEqual([-0]);
    expect(set(new Set(["a"]))).toEqual(new ValueSet(["a"]));
    expect(table(new Map([["a", 1]]))).toEqual(new ValueTable([["a", 1]]));
    expect(table([["a", time(new Date(0))]]).get("a")).toEqual(time("1970-01-01T00:00:00Z"));
  });

  test("refuse what they cannot take", () => {
    const bad = expect.objectContaining({ code: "BAD_VALUE" });
    expect(() => string(5 as never)).toThrow(bad);
    expect(() => vector("abc" as never)).toThrow('vector from "abc", wanted an array or another iterable');
    expect(() => set(5 as never)).toThrow(bad);
    expect(() => set(null as never)).toThrow(bad);
    expect(() => table([["a"]] as never)).toThrow("table from an array, wanted pairs of key and value");
    expect(() => table({ a: 1 } as never)).toThrow("table from a plain object");
  });
});
