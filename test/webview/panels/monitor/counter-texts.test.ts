import fc from "fast-check";
import { expect, it } from "vitest";
import { counterTexts } from "../../../../webview/panels/monitor/counter-texts.ts";

it("shows five counters that add up, and a sixth once something was cleared", () => {
  const amount = fc.nat(1_000_000);
  fc.assert(
    fc.property(amount, amount, amount, amount, amount, (shown, hidden, evicted, cleared, dropped) => {
      const kept = shown + hidden;
      const received = kept + evicted + cleared;
      const counters = counterTexts({ received, kept, evicted, cleared, dropped, shown });
      expect(counters).toHaveLength(cleared === 0 ? 5 : 6);
      const count = (id: string) => counters.find((counter) => counter.id === id)?.count ?? 0;
      expect(count("received")).toBe(count("shown") + count("filtered") + count("evicted") + count("cleared"));
      expect(count("dropped")).toBe(dropped);
    }),
  );
});

it("marks what was lost", () => {
  const lost = counterTexts({ received: 10, kept: 4, evicted: 6, cleared: 0, dropped: 0, shown: 4 });
  expect(lost.filter(({ isLoss }) => isLoss).map(({ id }) => id)).toEqual(["evicted"]);
});
