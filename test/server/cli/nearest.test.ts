import { expect, it } from "vitest";
import { nearest } from "../../../server/cli/nearest.ts";

it.each([
  ["lisen", ["listen", "connect"], ["listen"]],
  ["labb", ["prod", "lab", "lab2"], ["lab", "lab2"]],
  ["nmae", ["name", "game"], ["name"]],
  ["Prod", ["prod"], ["prod"]],
  ["zzz", ["lab", "prod"], []],
  ["x".repeat(100), ["x".repeat(101)], []],
])("for %s among %j there is %j", (written, names, near) => {
  expect(nearest(written, names)).toEqual(near);
});
