/** Single operations on single entries; the rest of it is held against a naive store in authority.test.ts. */
import { describe, expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import type { Condition, Entry, Operation } from "../../../../library/core/store/change.ts";
import { evaluate } from "../../../../library/core/store/operations.ts";
import {
  count,
  Interval,
  set,
  Time,
  table,
  toValue,
  type Value,
  vector,
} from "../../../../library/core/values/index.ts";

const int64Max = 2n ** 63n - 1n;

function there(value: Value, rule: Partial<Entry> = {}): Entry {
  return { key: "k", value, revision: 3, expiresAtMs: undefined, expiresAfterMs: undefined, ...rule };
}

function codeOf(operation: Operation, before?: Entry): string | undefined {
  const evaluation = evaluate(operation, before, 1_000);
  return evaluation.kind === "failed" ? evaluation.code : undefined;
}

describe("S14: a sum", () => {
  it.each<[Value | undefined, Value, Value | string]>([
    [undefined, 5n, 5n],
    [undefined, count(5), count(5)],
    [undefined, 0.5, 0.5],
    [undefined, new Interval(5n), new Interval(5n)],
    [undefined, new Time(5n), "TYPE"],
    [undefined, "text", "TYPE"],
    [int64Max - 1n, 1n, int64Max],
    [int64Max, 1n, "RANGE"],
    [-int64Max - 1n, -1n, "RANGE"],
    [count(2n ** 64n - 2n), count(1), count(2n ** 64n - 1n)],
    [count(2n ** 64n - 1n), count(1), "RANGE"],
    [count(2n ** 53n - 1n), count(1), count(2n ** 53n)],
    [new Time(5n), new Interval(-6n), new Time(-1n)],
    [new Time(int64Max), new Interval(1n), "RANGE"],
    [new Interval(1n), new Interval(2n), new Interval(3n)],
    [1n, count(1), "TYPE"],
    [count(1), 1n, "TYPE"],
    [1n, 1, "TYPE"],
    [null, 1n, "TYPE"],
    ["1", 1n, "TYPE"],
    [new Time(1n), new Time(1n), "TYPE"],
  ])("of %s and %s is %s, exactly", (before, by, wanted) => {
    const entry = before === undefined ? undefined : there(before);
    const evaluation = evaluate({ kind: "increment", key: "k", by }, entry, 0);
    if (wanted === "TYPE" || wanted === "RANGE") expect(evaluation).toMatchObject({ kind: "failed", code: wanted });
    else expect(evaluation).toMatchObject({ kind: "done", value: wanted, change: { kind: "put", value: wanted } });
  });

  it.each<[Value | undefined, Value, Value | string]>([
    [undefined, 5n, -5n],
    [undefined, -int64Max - 1n, "RANGE"],
    [undefined, count(1), "RANGE"],
    [undefined, count(0), count(0)],
    [undefined, 0.5, -0.5],
    [undefined, new Interval(5n), new Interval(-5n)],
    [count(5), count(6), "RANGE"],
    [count(2n ** 64n - 1n), count(2n ** 64n - 1n), count(0)],
    [-int64Max - 1n, -int64Max - 1n, 0n],
  ])("of %s without %s is %s", (before, by, wanted) => {
    const entry = before === undefined ? undefined : there(before);
    const evaluation = evaluate({ kind: "decrement", key: "k", by }, entry, 0);
    if (wanted === "RANGE") expect(evaluation).toMatchObject({ kind: "failed", code: wanted });
    else expect(evaluation).toMatchObject({ kind: "done", value: wanted });
  });
});

describe("a value", () => {
  it("within the limits is taken, one beyond is TOO_LARGE", () => {
    const insert = (key: Value, value: Value): Operation => ({ kind: "insert", key, value });
    expect(codeOf(insert("k".repeat(limits.storeKeyBytes), 1n))).toBeUndefined();
    expect(codeOf(insert("k".repeat(limits.storeKeyBytes + 1), 1n))).toBe("TOO_LARGE");
    expect(codeOf(insert("ä".repeat(limits.storeKeyBytes / 2 + 1), 1n))).toBe("TOO_LARGE");
    expect(codeOf(insert("k", "v".repeat(limits.storeValueBytes)))).toBeUndefined();
    expect(codeOf(insert("k", "v".repeat(limits.storeValueBytes + 1)))).toBe("TOO_LARGE");
    expect(
      codeOf(
        insert(
          "k",
          Array.from({ length: 10 }, () => "v".repeat(limits.storeValueBytes / 10)),
        ),
      ),
    ).toBe("TOO_LARGE");
    expect(
      codeOf(
        insert(
          "k",
          Array.from({ length: limits.storeValueBytes / 16 }, () => null),
        ),
      ),
    ).toBe("TOO_LARGE");
  });

  it("does not grow beyond them", () => {
    const full = there("v".repeat(100));
    expect(
      codeOf({ kind: "add", key: "k", element: full.value }, there(Array.from({ length: 1_000_000 }, () => "v"))),
    ).toBe("TOO_LARGE");
  });

  it("is nested no deeper for being put into a set", () => {
    let deep: Value = "bottom";
    for (let depth = 0; depth < limits.valueDepth; depth++) deep = toValue([deep]);
    expect(codeOf({ kind: "insert", key: "k", value: deep })).toBeUndefined();
    expect(codeOf({ kind: "add", key: "k", element: deep })).toBe("TOO_LARGE");
  });
});

describe("an outcome", () => {
  it("carries what was taken", () => {
    const evaluated = (operation: Operation, value: Value) => evaluate(operation, there(value), 0);
    expect(evaluated({ kind: "remove", key: "k" }, "old")).toMatchObject({ value: "old" });
    expect(evaluated({ kind: "take", key: "k", element: "x" }, set(["x", "y"]))).toMatchObject({ value: "x" });
    expect(evaluated({ kind: "take", key: "k", element: "x" }, table([["x", 5n]]))).toMatchObject({ value: 5n });
    expect(evaluated({ kind: "take", key: "k" }, vector(["x", "y"]))).toMatchObject({
      value: "y",
      change: { value: ["x"] },
    });
  });

  it("is done, without a change, where there is nothing to do", () => {
    const nothing = { kind: "done", change: undefined, value: undefined };
    expect(evaluate({ kind: "remove", key: "k" }, undefined, 0)).toEqual(nothing);
    expect(evaluate({ kind: "take", key: "k", element: 1n }, undefined, 0)).toEqual(nothing);
    expect(evaluate({ kind: "add", key: "k", element: 1n }, there(set([1n])), 0)).toEqual(nothing);
    expect(evaluate({ kind: "expire", key: "k", expiry: undefined }, there(1n), 0)).toEqual(nothing);
  });
});

describe("S12: an expiry", () => {
  it("after a while counts from the last change; at a time stays; an insert sets its own", () => {
    const lasting = there(1n, { expiresAtMs: 500, expiresAfterMs: 400 });
    const increment: Operation = { kind: "increment", key: "k", by: 1n };
    expect(evaluate(increment, lasting, 1_000)).toMatchObject({ change: { expiresAtMs: 1_400, expiresAfterMs: 400 } });
    const fixed = there(1n, { expiresAtMs: 5_000 });
    expect(evaluate(increment, fixed, 1_000)).toMatchObject({
      change: { expiresAtMs: 5_000, expiresAfterMs: undefined },
    });
    const insert: Operation = { kind: "insert", key: "k", value: 1n };
    expect(evaluate(insert, lasting, 1_000)).toMatchObject({
      change: { expiresAtMs: undefined, expiresAfterMs: undefined },
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])("of %s ms is BAD_ARGUMENT", (ms) => {
    expect(codeOf({ kind: "insert", key: "k", value: 1n, expiry: { kind: "after", ms } })).toBe("BAD_ARGUMENT");
    expect(codeOf({ kind: "expire", key: "k", expiry: { kind: "after", ms } }, there(1n))).toBe("BAD_ARGUMENT");
  });
});

it("a failure names the key, shortly", () => {
  const what = (key: Value) => evaluate({ kind: "increment", key, by: "x" }, undefined, 0);
  expect(what("a")).toMatchObject({ what: 'increment of "a" by a string' });
  for (const key of ["😀".repeat(1_000), vector(["x".repeat(10_000)])]) {
    const evaluation = what(key);
    expect(evaluation.kind === "failed" && evaluation.what.length).toBeLessThan(400);
  }
});

it("a failure says what was found, so that nobody has to look", () => {
  const key = "k";
  const text = there("text");
  const put = (condition: Condition) => ({ kind: "insert", key, value: 1, expiry: undefined, condition }) as const;
  const whatOf = (operation: Operation, before: Entry | undefined) => {
    const evaluation = evaluate(operation, before, 0);
    return evaluation.kind === "failed" ? `${evaluation.code} ${evaluation.what}` : evaluation.kind;
  };
  expect([
    whatOf({ kind: "increment", key, by: 1n }, text),
    whatOf({ kind: "take", key, element: 1 }, text),
    whatOf(put({ kind: "absent" }), text),
    whatOf(put({ kind: "present" }), undefined),
    whatOf(put({ kind: "equals", value: "other" }), text),
    whatOf(put({ kind: "revision", revision: 6 }), text),
    whatOf({ kind: "remove", key, condition: { kind: "revision", revision: 6 } }, undefined),
    whatOf({ ...put({ kind: "present" }), value: "x".repeat(limits.storeValueBytes + 1) }, text),
  ]).toEqual([
    'TYPE increment of "k", which is a string, by an int',
    'TYPE take of "k", which is a string',
    'CONFLICT insert of "k", which is there already',
    'CONFLICT insert of "k", which is not there',
    'CONFLICT insert of "k", which has another value',
    'CONFLICT insert of "k", which is of revision 3',
    'CONFLICT remove of "k", which is not there',
    'TOO_LARGE insert of "k", whose value has more than 8388608 bytes',
  ]);
});
