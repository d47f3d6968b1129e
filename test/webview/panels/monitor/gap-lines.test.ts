import { expect, it } from "vitest";
import { gapBetween, openGap } from "../../../../webview/panels/monitor/gap-lines.ts";
import { FakeRing } from "../../fakes/fake-ring.ts";

it("lies above the first row after it, and above no other", () => {
  const ring = new FakeRing(100, 0);
  ring.push(10);
  ring.disconnect(8_000);
  ring.push(10);
  const { rows, gaps } = ring.read({ first: 0, limit: 100 });
  const above = rows.filter((row, index) => gapBetween(gaps, rows[index - 1], row) !== undefined);
  expect(above.map(({ row }) => row)).toEqual([10]);
});

it("is nowhere among the rows while it is open", () => {
  const ring = new FakeRing(100, 0);
  ring.push(10);
  ring.lose();
  const { rows, gaps } = ring.read({ first: 0, limit: 100 });
  expect(rows.some((row, index) => gapBetween(gaps, rows[index - 1], row) !== undefined)).toBe(false);
  expect(openGap(gaps)?.fromMs).toBe((rows.at(-1)?.timeMs ?? 0) + 4);
});
