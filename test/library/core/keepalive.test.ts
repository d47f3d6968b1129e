import { describe, expect, it } from "vitest";
import { Keepalive } from "../../../library/core/keepalive.ts";

describe("Keepalive (M6)", () => {
  it("asks for a ping after 5 s of silence, once, and gives up after 15 s", () => {
    const keepalive = new Keepalive(0);
    expect(keepalive.deadlineMs).toBe(5_000);
    expect(keepalive.check(4_999)).toBe("ok");
    expect(keepalive.check(5_000)).toBe("ping");
    expect(keepalive.deadlineMs).toBe(15_000);
    expect(keepalive.check(14_999)).toBe("ok");
    expect(keepalive.check(15_000)).toBe("dead");
    expect(keepalive.check(15_001)).toBe("dead");
  });

  it("starts over whenever bytes come", () => {
    const keepalive = new Keepalive(0);
    expect(keepalive.check(6_000)).toBe("ping");
    keepalive.heard(14_000);
    expect(keepalive.deadlineMs).toBe(19_000);
    expect(keepalive.check(15_000)).toBe("ok");
    expect(keepalive.check(19_000)).toBe("ping");
    expect(keepalive.check(29_000)).toBe("dead");
  });

  it("is never more than 15 s behind, wherever the last byte fell", () => {
    const keepalive = new Keepalive(0);
    for (let nowMs = 100; nowMs < 60_000; nowMs += 4_700) keepalive.heard(nowMs);
    const lastMs = 100 + 12 * 4_700;
    expect(keepalive.check(keepalive.deadlineMs)).toBe("ping");
    expect(keepalive.deadlineMs).toBe(lastMs + 15_000);
    expect(keepalive.check(keepalive.deadlineMs)).toBe("dead");
  });

  it("asks first even if it was itself asleep for longer than a peer may be silent", () => {
    const keepalive = new Keepalive(0);
    expect(keepalive.check(60_000)).toBe("ping");
    expect(keepalive.check(60_001)).toBe("ok");
    expect(keepalive.deadlineMs).toBe(65_000);
    expect(keepalive.check(65_000)).toBe("dead");
  });

  it("takes other limits", () => {
    const keepalive = new Keepalive(1_000, { pingAfterMs: 10, deadAfterMs: 30 });
    expect(keepalive.check(1_010)).toBe("ping");
    expect(keepalive.deadlineMs).toBe(1_030);
  });
});
