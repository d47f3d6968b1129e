import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { steady, steadyRate } from "../../../extension/tree/steady.ts";
import { nodeInfo, topicInfo, topology } from "../../fakes/topology.ts";

describe("steadyRate", () => {
  it.each([
    [undefined, 7, 7],
    [10, 11, 10],
    [10, 12, 12],
    [100, 114, 100],
    [100, 80, 80],
    [0, 0.2, 0.2],
    [0.2, 0, 0],
  ])("shows, after %d, %d as %d", (shown, newer, expected) => {
    expect(steadyRate(shown, newer)).toBe(expected);
  });

  it("is never far from the truth, however it came there", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (rates) => {
        let shown: number | undefined;
        for (const rate of rates) {
          shown = steadyRate(shown, rate);
          expect(Math.abs(shown - rate)).toBeLessThanOrEqual(Math.max(1, shown * 0.15));
          expect(shown > 0).toBe(rate > 0);
        }
      }),
    );
  });
});

describe("steady", () => {
  it("takes all of the newer picture but rates that still hold", () => {
    const shown = topology([topicInfo("a", { perSecond: 10, raised: 1 })], {
      nodes: [nodeInfo("n", { sentPerSecond: 50 })],
    });
    const newer = topology([topicInfo("a", { perSecond: 10.5, raised: 2 }), topicInfo("b", { perSecond: 3 })], {
      nodes: [nodeInfo("n", { sentPerSecond: 52, receivedPerSecond: 9 })],
    });
    const { topics, nodes } = steady(shown, newer);
    expect(topics.map(({ perSecond, raised }) => [perSecond, raised])).toEqual([
      [10, 2],
      [3, 0],
    ]);
    expect(nodes).toMatchObject([{ sentPerSecond: 50, receivedPerSecond: 9 }]);
  });
});
