/** Every example of docs/values.md, as it stands there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import * as values from "../../../../library/core/values/index.ts";

const page = readFileSync(new URL("../../../../docs/values.md", import.meta.url), "utf8");

/** The cells in backticks of a table's row. */
function cells(row: string): string[] {
  return [...row.matchAll(/`([^`]*)`/g)].map(([, cell]) => cell!);
}

/** What a program would get for `expression`, with all that the module exports in scope. */
function evaluate(expression: string): values.Input {
  const names = Object.keys(values).join(", ");
  return runInThisContext(`({ ${names} }) => (${expression})`)(values);
}

/** The columns of the nth block of plain text, which two or more blanks divide. */
function block(n: number): [string, string][] {
  const lines = [...page.matchAll(/```text\n(.*?)```/gs)][n]![1]!.trimEnd().split("\n");
  return lines.map((line) => /^(.*?\S) {2,}(\S.*)$/.exec(line)!.slice(1, 3) as [string, string]);
}

const rows = page
  .split("\n## ")[2]!
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((row) => cells(row) as [string, string, string]);

describe("JavaScript, text and JSON are the same value", () => {
  expect(rows.length).toBeGreaterThan(30);
  test.each(rows)("%s", (expression, text, json) => {
    const value = values.toValue(evaluate(expression));
    expect(values.formatValue(value)).toBe(text);
    expect(JSON.stringify(values.toJson(value))).toBe(json);
    assert.deepEqual(values.parseValue(text), value);
    assert.deepEqual(values.fromJson(JSON.parse(json)), value);
  });
});

test.each(block(0))("%s prints as %s", (text, printed) => {
  expect(values.formatValue(values.parseValue(text))).toBe(printed);
});

test.each(block(1))("%s is refused: %s", (text, message) => {
  expect(() => values.parseValue(text)).toThrow(message);
});

test.each(block(2))("the JSON %s is refused: %s", (json, message) => {
  expect(() => values.fromJson(JSON.parse(json))).toThrow(message);
});

test("the first table has every type, with its constructor", () => {
  const table = page
    .split("\n## ")[1]!
    .split("\n")
    .filter((line) => line.startsWith("| "));
  const types = table.slice(1).map((row) => [/^\| (\w+)/.exec(row)![1]!, cells(row).at(-1)!]);
  expect(types).toHaveLength(15);
  for (const [type, maker] of types) {
    const text = rows.map(([, each]) => each).find((each) => values.typeOf(values.parseValue(each)) === type);
    expect(text, `an example of ${type}`).toBeDefined();
    expect(maker! in values, `a constructor of ${type}`).toBe(true);
  }
});
