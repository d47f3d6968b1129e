/** A log under a flood. */
import { expect, test } from "vitest";
import { SparseLog } from "../../server/sparse-log.ts";
import { ManualClock } from "./manual-clock.ts";

test("one line a second, and a count of what was left out", () => {
  const lines: string[] = [];
  const clock = new ManualClock();
  const log = new SparseLog((line) => lines.push(line), clock);
  for (let n = 0; n < 1_000; n++) log.write(`trouble ${n}`);
  clock.advance(1_000);
  log.write("again");
  clock.advance(1_000);
  log.write("and again");
  expect(lines).toEqual(["trouble 0", "again (and 999 more before it)", "and again"]);
});
