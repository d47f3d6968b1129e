import fc from "fast-check";
import { expect, it } from "vitest";
import { PullGate } from "../../../../webview/panels/monitor/pull-gate.ts";

it("asks at once when it is wanted, and then not before the gap is over", () => {
  const gate = new PullGate(60);
  expect(gate.waitMs(0)).toBeUndefined();
  gate.want();
  expect(gate.waitMs(0)).toBe(0);
  gate.begin(0);
  gate.want();
  expect(gate.waitMs(10)).toBeUndefined();
  gate.end(10);
  expect(gate.waitMs(10)).toBe(50);
  expect(gate.waitMs(60)).toBe(0);
});

it("is silent while hidden, and behind when it comes to light", () => {
  const gate = new PullGate(60);
  gate.want();
  gate.begin(0);
  gate.end(5);
  gate.setVisible(false);
  gate.want();
  expect(gate.waitMs(1_000)).toBeUndefined();
  gate.setVisible(true);
  expect(gate.waitMs(1_000)).toBe(0);
});

it("asks again after a failure, later", () => {
  const gate = new PullGate(60);
  gate.want();
  gate.begin(0);
  gate.end(10, 1_000);
  expect(gate.waitMs(10)).toBe(1_000);
});

it("never has two questions in flight nor two within the gap, however often it is told", () => {
  const told = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 50 }), answers: fc.boolean() }));
  fc.assert(
    fc.property(told, (events) => {
      const gate = new PullGate(60);
      let nowMs = 0;
      let inFlight = false;
      let askedMs = Number.NEGATIVE_INFINITY;
      for (const { afterMs, answers } of events) {
        nowMs += afterMs;
        gate.want();
        if (answers && inFlight) {
          gate.end(nowMs);
          inFlight = false;
        }
        if (gate.waitMs(nowMs) !== 0) continue;
        expect(inFlight).toBe(false);
        expect(nowMs - askedMs).toBeGreaterThanOrEqual(60);
        gate.begin(nowMs);
        askedMs = nowMs;
        inFlight = true;
      }
    }),
  );
});
