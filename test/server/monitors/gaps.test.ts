/** When the connection was down. */
import { expect, test } from "vitest";
import { Gaps } from "../../../server/monitors/gaps.ts";

test("a gap opens when the link is lost and closes when it is back", () => {
  const gaps = new Gaps();
  expect(gaps.linkChanged(true, 1)).toBe(false);
  expect(gaps.linkChanged(false, 10)).toBe(true);
  const open = gaps.list;
  expect(open).toEqual([{ fromMs: 10 }]);
  expect(gaps.linkChanged(false, 11)).toBe(false);
  gaps.linkChanged(true, 15);
  gaps.linkChanged(false, 20);
  expect(gaps.list).toEqual([{ fromMs: 10, toMs: 15 }, { fromMs: 20 }]);
  expect(open).toEqual([{ fromMs: 10 }]); // a page that was handed out stays as it was
});

test("the newest hundred are kept", () => {
  const gaps = new Gaps();
  for (let n = 0; n < 150; n++) {
    gaps.linkChanged(false, n * 10);
    gaps.linkChanged(true, n * 10 + 5);
  }
  expect(gaps.list).toHaveLength(100);
  expect(gaps.list.at(-1)).toEqual({ fromMs: 1490, toMs: 1495 });
});
