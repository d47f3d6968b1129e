import { describe, expect, test } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import { formatValue, fromJson } from "../../../../library/core/values/index.ts";

test.each([
  [{ count: 5 }, "5"],
  [{ count: "5" }, "5"],
  [{ int: "-42" }, "-42"],
  [{ double: 4.2 }, "4.2"],
  [{ addr: "[2001:db8::1]" }, "[2001:db8::1]"],
  [{ addr: "::ffff:10.0.0.1" }, "10.0.0.1"],
  [{ bytes: "QQ==" }, '"A"'],
  [{ interval: "90 min" }, "90 min"],
  [{ set: [1, 1] }, "{1}"],
])("%j is %s", (json, text) => {
  expect(formatValue(fromJson(json))).toBe(text);
});

describe("the rest is refused, with the path to it", () => {
  test.each<[unknown, string]>([
    [
      -42,
      'JSON at $: count from -42, wanted 0 to 2^53 - 1; write {"int": …}, {"double": …} or {"count": "…"} for others',
    ],
    [2 ** 53, "JSON at $: count from 9007199254740992, wanted 0 to 2^53 - 1"],
    [Number.POSITIVE_INFINITY, "JSON at $: count from Infinity"],
    ["\ud800", "JSON at $: string from"],
    [{}, 'JSON at $: wanted one member that names the type, such as {"addr": "10.0.0.1"}'],
    [{ int: 1, count: 1 }, "JSON at $: wanted one member"],
    [{ vector: [] }, 'JSON at $: "vector" is no type of values'],
    [JSON.parse('{"__proto__": 1}'), 'JSON at $: "__proto__" is no type of values'],
    [{ constructor: 1 }, 'JSON at $: "constructor" is no type of values'],
    [{ port: 80 }, "JSON at $.port: wanted a text, not 80"],
    [{ time: { seconds: 1 } }, "JSON at $.time: wanted a text, not a plain object"],
    [{ addr: "10.0.0" }, 'JSON at $.addr: addr from "10.0.0", wanted text such as 10.0.0.1'],
    [{ count: -1 }, "JSON at $.count: count from -1, must be 0 to 18446744073709551615"],
    [{ int: 4.5 }, "JSON at $.int: int from 4.5, wanted a whole number"],
    [{ double: "4.2" }, 'JSON at $.double: double from "4.2", wanted a number, inf, -inf, nan or -0'],
    [{ bytes: "QQ" }, 'JSON at $.bytes: bytes from "QQ", wanted padded base64'],
    [{ set: 1 }, "JSON at $.set: wanted an array, not 1"],
    [{ table: [[1, 2], [3]] }, "JSON at $.table[1]: wanted a pair of key and value"],
    [{ table: [[1, { addr: "x" }]] }, 'JSON at $.table[0][1].addr: addr from "x"'],
    [
      {
        table: [
          [1, 2],
          [1, 3],
        ],
      },
      "JSON at $.table: table with the key 1 twice",
    ],
    [[1, [2, { set: [-1] }]], "JSON at $[1][1].set[0]: count from -1"],
    [() => 1, "JSON at $: a function is not of JSON"],
    [undefined, "JSON at $: undefined is not of JSON"],
    [[1n], "JSON at $[0]: 1n is not of JSON"],
  ])("%o", (json, message) => {
    expect(() => fromJson(json)).toThrow(message);
  });
});

test("limits", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { set: [nested(depth - 1)] });
  expect(fromJson(nested(limits.valueDepth))).toBeDefined();
  expect(() => fromJson(nested(limits.valueDepth + 1))).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
  const many = new Array(limits.valueElements + 1).fill(true);
  expect(() => fromJson(many)).toThrow(expect.objectContaining({ code: "TOO_MANY" }));
});
