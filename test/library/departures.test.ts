import { describe, expect, it } from "vitest";
import type { Clock } from "../../library/clock.ts";
import { Departures } from "../../library/departures.ts";
import type { Neighbour } from "../../library/neighbour.ts";

/** A clock whose turns end when told, and one neighbour that writes down what goes out. */
function stage(): {
  departures: Departures;
  raise: (bytes: number) => void;
  endTurn: () => void;
  writes: number[];
} {
  const planned: (() => void)[] = [];
  const writes: number[] = [];
  const outbox = {
    queuedBytes: 0,
    flush(): void {
      if (outbox.queuedBytes > 0) writes.push(outbox.queuedBytes);
      outbox.queuedBytes = 0;
    },
  };
  const neighbour = { isDirty: false, outbox } as unknown as Neighbour;
  const plan = (task: () => void) => void planned.push(task);
  const departures = new Departures({ next: plan, soon: plan } as unknown as Clock, () => {});
  return {
    departures,
    raise: (bytes) => {
      outbox.queuedBytes += bytes;
      departures.queued(neighbour);
    },
    endTurn: () => {
      for (const task of planned.splice(0)) task();
    },
    writes,
  };
}

describe("what is raised", () => {
  it("goes out together at the end of the turn", () => {
    const { raise, endTurn, writes } = stage();
    for (let i = 0; i < 10; i++) raise(100);
    expect(writes).toEqual([]);
    endTurn();
    expect(writes).toEqual([1_000]);
  });

  it("goes out at the first look of a turn, then whenever it is worth a write", () => {
    const { departures, raise, endTurn, writes } = stage();
    for (let i = 0; i < 2_000; i++) {
      raise(100);
      departures.looked();
    }
    expect(writes[0]).toBe(100);
    expect(writes.slice(1)).toEqual([65_600, 65_600, 65_600]);
    endTurn();
    expect(writes.at(-1)).toBe(2_000 * 100 - 100 - 3 * 65_600);
  });

  it("goes out at once again in each turn", () => {
    const { departures, raise, endTurn, writes } = stage();
    for (let i = 0; i < 3; i++) {
      raise(10);
      departures.looked();
      endTurn();
    }
    expect(writes).toEqual([10, 10, 10]);
  });

  it("waits for the end of the chunk that is being read", () => {
    const { departures, raise, endTurn, writes } = stage();
    departures.beginInput();
    for (let i = 0; i < 5; i++) raise(20);
    endTurn();
    expect(writes).toEqual([]);
    departures.endInput();
    expect(writes).toEqual([100]);
  });
});
