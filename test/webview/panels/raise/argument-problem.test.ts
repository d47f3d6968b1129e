import fc from "fast-check";
import { expect, it } from "vitest";
import { problemView } from "../../../../webview/panels/raise/argument-problem.tsx";

it("marks the column, counted from one", () => {
  expect(problemView("10.0.0.1, !x", 10)).toEqual({ before: "10.0.0.1, ", at: "!", after: "x", line: 1, column: 11 });
});

it("marks the end when something is missing there", () => {
  expect(problemView("[1, 2", 5)).toMatchObject({ before: "[1, 2", at: " ", after: "", column: 6 });
});

it("counts within the line", () => {
  expect(problemView("1,\n2,\n  oops\n3", 8)).toEqual({ before: "  ", at: "o", after: "ops", line: 3, column: 3 });
});

it("cuts what is far away", () => {
  const { before, at, after } = problemView(`${"a".repeat(100)}!${"b".repeat(100)}`, 100);
  expect(before).toBe(`…${"a".repeat(24)}`);
  expect(at).toBe("!");
  expect(after).toBe(`${"b".repeat(24)}…`);
});

it("takes any position", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: -5, max: 60 }), (text, position) => {
      const { at, column } = problemView(text, position);
      expect(at).toHaveLength(1);
      expect(column).toBeGreaterThan(0);
    }),
  );
});
