import { describe, expect, it } from "vitest";
import type { Clock } from "../../../library/clock.ts";
import { OpeningPatience } from "../../../library/store/opening-patience.ts";

/** A clock that goes on when told. */
function stage(timeoutMs: number) {
  let nowMs = 0;
  const timers = new Set<{ readonly atMs: number; readonly task: () => void }>();
  const after = (delayMs: number, task: () => void) => {
    const timer = { atMs: nowMs + delayMs, task };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const closers = new Set<() => void>();
  const patience = new OpeningPatience({ clock: { after } as unknown as Clock, closers }, "app.hosts", timeoutMs);
  const ended = patience.ended.then(
    () => "whole",
    ({ code }: { code: string }) => code,
  );
  const pass = (ms: number): void => {
    nowMs += ms;
    for (const timer of [...timers]) {
      if (timer.atMs > nowMs) continue;
      timers.delete(timer);
      timer.task();
    }
  };
  return { patience, ended, pass, closers, timers };
}

describe("a handle that waits for its first copy", () => {
  it("says that there is no authority when nothing came in time", async () => {
    const { ended, pass, closers } = stage(100);
    pass(100);
    expect(await ended).toBe("NO_AUTHORITY");
    expect(closers.size).toBe(0);
  });

  it("waits as long as pieces come, and not for those that it has", async () => {
    const { patience, ended, pass, timers } = stage(100);
    for (let page = 1; page < 50; page++) {
      pass(99);
      patience.came(page);
    }
    expect(timers.size).toBe(1);
    pass(99);
    patience.came(49);
    pass(1);
    expect(await ended).toBe("TIMED_OUT");
  });

  it("is done when the copy is whole", async () => {
    const { patience, ended, pass, timers, closers } = stage(100);
    patience.came(1);
    patience.end();
    pass(1_000);
    expect(await ended).toBe("whole");
    expect([timers.size, closers.size]).toEqual([0, 0]);
  });

  it("ends with its node", async () => {
    const { ended, closers, timers } = stage(100);
    for (const close of [...closers]) close();
    expect(await ended).toBe("CLOSED");
    expect(timers.size).toBe(0);
  });
});
