import { expect, it } from "vitest";
import { count } from "../../.ci/rig.mjs";

const file = (...statuses: readonly string[]) => ({
  status: statuses.includes("failed") ? "failed" : "passed",
  assertionResults: statuses.map((status, i) => ({ status, fullName: `test ${i}` })),
});

it("sums up files, and names what was skipped", () => {
  const report = { testResults: [file("passed", "passed", "skipped"), file("passed")] };
  expect(count(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 1, words: ["test 2"] });
});

it("counts failures, and a file that could not be loaded as one", () => {
  const broken = { status: "failed", assertionResults: [] };
  expect(count({ testResults: [file("passed", "failed"), broken] }, 1)).toMatchObject({ passed: 1, failed: 2 });
});

it("takes a bad ending without a failed test for a failure", () => {
  expect(count({ testResults: [file("passed")] }, 1)).toMatchObject({ passed: 1, failed: 1 });
});

it("takes a run that found no test for a failure", () => {
  expect(count({ testResults: [] }, 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(count({ testResults: [file("skipped")] }, 0)).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
  expect(count(undefined, 1)).toMatchObject({ passed: 0, failed: 1, skipped: 0 });
});
