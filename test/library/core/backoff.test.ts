import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backoff } from "../../../library/core/backoff.ts";

const almostOne = 1 - 2 ** -53;

describe("Backoff (M7)", () => {
  it("doubles the longest wait up to the limit", () => {
    const backoff = new Backoff({ minMs: 100, maxMs: 10_000 });
    const longest = Array.from({ length: 9 }, () => Math.round(backoff.nextDelayMs(almostOne)));
    expect(longest).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    expect(backoff.attempts).toBe(9);
  });

  it("uses all of the range, down to the shortest wait", () => {
    const backoff = new Backoff();
    expect([0, 0, 0, 0, 0, 0, 0, 0].map((random) => backoff.nextDelayMs(random))).toEqual(Array(8).fill(100));
    expect(backoff.nextDelayMs(0.5)).toBe(5_050);
  });

  it("starts over after a reset", () => {
    const backoff = new Backoff();
    for (let i = 0; i < 20; i++) backoff.nextDelayMs(0.5);
    backoff.reset();
    expect(backoff.attempts).toBe(0);
    expect(backoff.nextDelayMs(0.5)).toBe(150);
  });

  it("keeps every wait within its bounds, however many there were", () => {
    const random = fc.double({ min: 0, max: almostOne, noNaN: true });
    fc.assert(
      fc.property(random, fc.integer({ min: 0, max: 5_000 }), (drawn, earlier) => {
        const backoff = new Backoff({ minMs: 100, maxMs: 10_000 });
        backoff.attempts = earlier;
        const delayMs = backoff.nextDelayMs(drawn);
        return delayMs >= 100 && delayMs <= 10_000;
      }),
    );
  });
});
