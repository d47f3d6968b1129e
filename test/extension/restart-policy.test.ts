import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RestartPolicy } from "../../extension/restart-policy.ts";

describe("RestartPolicy", () => {
  it("leaves alone what never came up", () => {
    expect(new RestartPolicy().ended(undefined)).toEqual({ kind: "giveUp" });
  });

  it("starts again what crashed, ever more slowly", () => {
    const policy = new RestartPolicy();
    const pauses = Array.from({ length: 10 }, () => policy.ended(10)).map((verdict) =>
      verdict.kind === "restart" ? verdict.afterMs : -1,
    );
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it("goes on when a restart fails, because it did come up once", () => {
    const policy = new RestartPolicy();
    policy.ended(10);
    expect(policy.ended(undefined)).toEqual({ kind: "restart", afterMs: 1_000, attempt: 2 });
  });

  it("forgives after a minute without trouble", () => {
    const policy = new RestartPolicy();
    policy.ended(10);
    policy.ended(10);
    expect(policy.ended(60_000)).toEqual({ kind: "restart", afterMs: 500, attempt: 1 });
  });

  it("forgets everything when a person asks for a restart", () => {
    const policy = new RestartPolicy();
    policy.ended(10);
    policy.reset();
    expect(policy.ended(undefined)).toEqual({ kind: "giveUp" });
  });

  it("never gives up on a server that came up, and never hurries", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(200_000), { nil: undefined }), { minLength: 1 }), (runs) => {
        const policy = new RestartPolicy();
        policy.ended(1);
        for (const run of runs) {
          const verdict = policy.ended(run);
          expect(verdict.kind).toBe("restart");
          if (verdict.kind === "restart") {
            expect(verdict.afterMs).toBeGreaterThanOrEqual(500);
            expect(verdict.afterMs).toBeLessThanOrEqual(60_000);
          }
        }
      }),
    );
  });
});
