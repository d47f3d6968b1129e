import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Time } from "../../../library/core/values/index.ts";
import { timeOfWire, wireTimeOf, wireTimeOfMs } from "../../../library/wire/time.ts";
import { seed } from "./chance.ts";

/** In nanoseconds since 1970: 2262. */
const lastTime = 2n ** 63n - 1n;

describe("the time of a message", () => {
  it("comes back as it was, to the nanosecond", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, lastTime), (nanoseconds) => {
        expect(timeOfWire(wireTimeOf(new Time(nanoseconds))).nanoseconds).toBe(nanoseconds);
      }),
      { seed },
    );
  });

  it("is the clock's, to the millisecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number(lastTime / 1_000_000n) }), (ms) => {
        expect(timeOfWire(wireTimeOfMs(ms)).nanoseconds).toBe(BigInt(ms) * 1_000_000n);
      }),
      { seed },
    );
  });

  it("is two numbers of 32 bits, so that V8 keeps them without a box", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, lastTime), (nanoseconds) => {
        const { high, low } = wireTimeOf(new Time(nanoseconds));
        expect([high | 0, low | 0]).toEqual([high, low]);
      }),
      { seed },
    );
  });
});
