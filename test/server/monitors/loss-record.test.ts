import fc from "fast-check";
import { expect, it } from "vitest";
import type { Gap } from "../../../library/index.ts";
import { LossRecord } from "../../../server/monitors/loss-record.ts";

function gap(name: string, topic: string, missing: number, cause?: "slow" | "connection"): Gap {
  return { origin: { name, id: name }, topic, missing, ...(cause !== undefined && { cause }) };
}

it("has a line for what is lost, at the row that comes next", () => {
  const record = new LossRecord();
  record.add(gap("sensor-1", "demo.conn", 12, "slow"), 7, 5_000);
  expect(record.losses).toEqual({
    byCause: { slow: 12, connection: 0, unknown: 0 },
    lines: [
      {
        beforeRow: 7,
        fromMs: 5_000,
        messages: 12,
        losses: [{ sender: "sensor-1", topic: "demo.conn", cause: "slow", messages: 12 }],
      },
    ],
  });
});

it("puts what follows within a second into the same line, by source and cause", () => {
  const record = new LossRecord();
  record.add(gap("a", "t", 1, "slow"), 7, 5_000);
  record.add(gap("a", "t", 2, "slow"), 9, 5_400);
  record.add(gap("a", "t", 4, "connection"), 9, 5_500);
  record.add(gap("b", "t", 8), 9, 5_999);
  record.add(gap("b", "t", 16), 12, 6_000);
  const { byCause, lines } = record.losses;
  expect(byCause).toEqual({ slow: 3, connection: 4, unknown: 24 });
  expect(lines.map(({ beforeRow, messages }) => [beforeRow, messages])).toEqual([
    [7, 15],
    [12, 16],
  ]);
  expect(lines[0]?.losses.map(({ sender, cause, messages }) => [sender, cause, messages])).toEqual([
    ["a", "slow", 3],
    ["a", "connection", 4],
    ["b", "unknown", 8],
  ]);
});

it("M4: counts every message however many there are, in few lines and few words", () => {
  const told = fc.record({
    source: fc.nat(30),
    missing: fc.integer({ min: 1, max: 1_000 }),
    cause: fc.constantFrom("slow" as const, "connection" as const, undefined),
    afterMs: fc.nat(700),
  });
  fc.assert(
    fc.property(fc.array(told, { minLength: 1, maxLength: 400 }), (all) => {
      const record = new LossRecord();
      let nowMs = 0;
      for (const { source, missing, cause, afterMs } of all) {
        nowMs += afterMs;
        record.add(gap(`sensor-${source}`, "t", missing, cause), 0, nowMs);
      }
      const sum = all.reduce((total, { missing }) => total + missing, 0);
      const { lines } = record.losses;
      expect(record.total).toBe(sum);
      expect(lines.length).toBeLessThanOrEqual(Math.min(100, nowMs / 1_000 + 1));
      for (const { losses } of lines) expect(losses.length).toBeLessThanOrEqual(10);
      if (lines.length < 100) expect(lines.reduce((total, { messages }) => total + messages, 0)).toBe(sum);
    }),
    { numRuns: 60 },
  );
});

it("X10: shows names as they are, without what could hide or reorder text", () => {
  const record = new LossRecord();
  record.add(gap("evil\u202ename", "t\u0007", 1), 0, 0);
  expect(record.losses.lines[0]?.losses[0]).toMatchObject({ sender: "evil\\u202ename", topic: "t\\u0007" });
});
