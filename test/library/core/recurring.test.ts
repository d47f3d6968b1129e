import { expect, it } from "vitest";
import { Recurring } from "../../../library/core/recurring.ts";

it("is told at once, then once a minute with how often it was", () => {
  const recurring = new Recurring();
  expect(recurring.happened(5)).toBe(1);
  expect([6, 7, 60_004].map((at) => recurring.happened(at))).toEqual([0, 0, 0]);
  expect(recurring.happened(60_005)).toBe(4);
  expect(recurring.happened(60_006)).toBe(0);
  expect(recurring.happened(1_000_000)).toBe(2);
});
