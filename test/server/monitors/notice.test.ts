/** When a panel is told that there is news. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Notice } from "../../../server/monitors/notice.ts";
import { ManualClock } from "../manual-clock.ts";

function newNotice() {
  const clock = new ManualClock();
  const toldMs: number[] = [];
  return { clock, toldMs, notice: new Notice(100, clock, () => toldMs.push(clock.nowMs())) };
}

test("the first change is told at once, the next when that was read and 100 ms are over", () => {
  const { clock, toldMs, notice } = newNotice();
  for (let change = 0; change < 1_000; change++) notice.changed();
  clock.advance(0);
  expect(toldMs).toHaveLength(1);
  notice.changed();
  clock.advance(1_000);
  expect(toldMs).toHaveLength(1); // nobody has read it yet
  notice.answered();
  notice.changed();
  clock.advance(0);
  expect(toldMs).toHaveLength(2);
  notice.answered();
  notice.changed();
  clock.advance(99);
  expect(toldMs).toHaveLength(2);
  clock.advance(1);
  expect(toldMs).toHaveLength(3);
});

test("never more often than each 100 ms, never twice without a read, and no change stays unsaid", () => {
  const steps = fc.array(fc.oneof(fc.constant("change"), fc.constant("read"), fc.nat({ max: 150 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (drawn) => {
      const { clock, toldMs, notice } = newNotice();
      let readSinceTold = true;
      let isBehind = false;
      let seen = 0;
      for (const step of [...drawn, 1_000]) {
        if (step === "change") {
          notice.changed();
          isBehind = true;
        } else if (step === "read") {
          notice.answered();
          readSinceTold = true;
          isBehind = false;
        } else clock.advance(Number(step));
        if (toldMs.length > seen) {
          expect(toldMs.length).toBe(seen + 1);
          seen = toldMs.length;
          readSinceTold = false;
        }
      }
      for (let at = 1; at < toldMs.length; at++) expect(toldMs[at]! - toldMs[at - 1]!).toBeGreaterThanOrEqual(100);
      if (isBehind) expect(readSinceTold).toBe(false); // it was told, and the panel has yet to look
      expect(clock.pending).toBe(0);
    }),
  );
});

test("a closed notice tells nothing and sets no timer", () => {
  const { clock, toldMs, notice } = newNotice();
  notice.changed();
  notice.close();
  notice.changed();
  clock.advance(1_000);
  expect([toldMs, clock.pending]).toEqual([[], 0]);
});
