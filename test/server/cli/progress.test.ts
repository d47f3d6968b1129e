/** Bars on terminals of any width. */
import { afterEach, expect, it, vi } from "vitest";
import { Progress } from "../../../server/cli/progress.ts";
import type { Shell } from "../../../server/cli/shell.ts";

afterEach(() => void vi.restoreAllMocks());

function shownAfter(ms: number, progressWidth: number, fraction: number | undefined, isHeard = true): string[] {
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  const shown: string[] = [];
  const shell = { isHeard, progressWidth, progress: (text: string) => void shown.push(text) };
  const progress = new Progress(shell as unknown as Shell);
  nowMs = ms;
  progress.show(() => "imported 1 234 567 entries", fraction);
  return shown;
}

it("says nothing in the first second, and nothing where nobody looks", () => {
  expect(shownAfter(999, 79, 0.5)).toEqual([]);
  expect(shownAfter(2_000, 79, 0.5, false)).toEqual([]);
});

it.each([
  [79, "████████████░░░░░░░░░░░░  50 %  imported 1 234 567 entries"],
  [45, "██████░░░░░  50 %  imported 1 234 567 entries"],
  [39, "50 %  imported 1 234 567 entries"],
])("says how much is done, in %i columns", (width, line) => {
  expect(shownAfter(1_000, width, 0.5)).toEqual([line]);
  expect(line.length).toBeLessThanOrEqual(width);
});

it("has no bar where nobody knows how much there is, and none that is longer than all", () => {
  expect(shownAfter(1_000, 79, undefined)).toEqual(["imported 1 234 567 entries"]);
  expect(shownAfter(1_000, 79, 1.5)).toEqual(["████████████████████████ 100 %  imported 1 234 567 entries"]);
});
