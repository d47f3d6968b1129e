import fc from "fast-check";
import { expect, it } from "vitest";
import { defaultLayout, type Layout, readLayout } from "../../../../webview/panels/monitor/layout.ts";

it("comes back as it was kept", () => {
  const layout: Layout = {
    ...defaultLayout,
    order: "newestFirst",
    timeMode: "delta",
    search: { text: "dns", matchCase: true, isRegex: false },
    detailShare: 50,
    wrapsDetail: false,
    own: {
      monitor: "m1",
      pausedAt: 812,
      place: { newestRow: 700, selectedRow: undefined },
      isDetailOpen: true,
      saidFull: true,
    },
  };
  expect(readLayout(JSON.parse(JSON.stringify(layout)), "m1")).toEqual(layout);
});

it("hands nothing of one monitor to another", () => {
  const kept = { ...defaultLayout, timeMode: "utc", own: { monitor: "m1", pausedAt: 812, saidFull: true } };
  const layout = readLayout(kept, "m2");
  expect(layout.own).toEqual({ ...defaultLayout.own, monitor: "m2" });
  expect(layout.timeMode).toBe("utc");
});

it("is read from whatever was kept", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (kept) => {
      const layout = readLayout(kept, "m");
      expect(Object.keys(layout).sort()).toEqual(Object.keys(defaultLayout).sort());
    }),
  );
  expect(readLayout({ detailShare: 1e9, search: { text: 7 }, timeMode: "lunar" }, "m")).toEqual({
    ...defaultLayout,
    detailShare: 80,
    own: { ...defaultLayout.own, monitor: "m" },
  });
});
