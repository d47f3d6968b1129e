/** What is due by which clock. */
import { describe, expect, it } from "vitest";
import type { Entry } from "../../../../library/core/store/change.ts";
import { Expiry, gatherExpiry } from "../../../../library/core/store/expiry.ts";
import { Table } from "../../../../library/core/store/table.ts";

const wall = 1_000_000;

function lasting(ms: number, expiresAtMs = wall + ms): Entry {
  return { key: "k", value: 1n, revision: 1, expiresAtMs, expiresAfterMs: ms };
}

function at(expiresAtMs: number): Entry {
  return { key: "k", value: 1n, revision: 1, expiresAtMs, expiresAfterMs: undefined };
}

function begun(): Expiry {
  const expiry = new Expiry(0, wall);
  expiry.set("after", lasting(10_000), 0, wall);
  expiry.set("at", at(wall + 10_000), 0, wall);
  return expiry;
}

describe("S12: an entry", () => {
  it("is due at its time, and not a moment before", () => {
    const expiry = begun();
    expect(expiry.due(9_999, 9)).toEqual([]);
    expect([...expiry.due(10_000, 9)].sort()).toEqual(["after", "at"]);
    expect(expiry.deadlineMs).toBe(10_000);
  });

  it("that goes after a while does not go early when the wall clock jumps ahead; one that goes at a time does", () => {
    const expiry = begun();
    expiry.observe(1_000, wall + 3_600_000);
    expect(expiry.takeJumpMs()).toBe(3_599_000);
    expect(expiry.takeJumpMs()).toBeUndefined();
    expect(expiry.due(1_000, 9)).toEqual(["at"]);
    expect(expiry.isDue("after", 9_999)).toBe(false);
    expect(expiry.isDue("after", 10_000)).toBe(true);
  });

  it("that goes at a time waits when the wall clock jumps back; one that goes after a while does not", () => {
    const expiry = begun();
    expiry.observe(1_000, wall - 59_000);
    expect(expiry.takeJumpMs()).toBe(-60_000);
    expect(expiry.due(10_000, 9)).toEqual(["after"]);
    expect(expiry.isDue("at", 69_999)).toBe(false);
    expect(expiry.isDue("at", 70_000)).toBe(true);
  });

  it("that was due stays due when the wall clock goes back", () => {
    const expiry = begun();
    expiry.observe(10_000, wall + 10_000);
    expiry.observe(10_001, wall);
    expect(expiry.isDue("at", 10_001)).toBe(true);
  });

  it("that is set after the wall clock went back is due by the clock as it is, and then stays due", () => {
    const expiry = begun();
    expiry.observe(10_000, wall + 10_000);
    expiry.observe(10_001, wall);
    expiry.set("new", at(wall + 5_000), 10_001, wall);
    expect(expiry.due(15_000, 9)).not.toContain("new");
    expect(expiry.countDue(15_000)).toBe(2);
    expect(expiry.isDue("new", 15_001)).toBe(true);
    expiry.observe(15_001, wall + 5_000);
    expiry.observe(15_002, wall);
    expect(expiry.isDue("new", 15_002)).toBe(true);
    expect(expiry.countDue(15_002)).toBe(3);
  });

  it("that was due before the wall clock went back lets nobody sleep", () => {
    const expiry = new Expiry(0, wall);
    expiry.set("at", at(wall + 10_000), 0, wall);
    expiry.observe(10_000, wall + 10_000);
    expiry.observe(10_001, wall);
    expect(expiry.deadlineMs).toBe(10_001);
  });

  it("is not told of a clock that moves by 2 s or less", () => {
    const expiry = begun();
    expiry.observe(1_000, wall + 3_000);
    expiry.observe(2_000, wall + 2_000);
    expect(expiry.takeJumpMs()).toBeUndefined();
  });

  it("has no more than its whole while left after a restart, wherever the wall clock is", () => {
    const expiry = new Expiry(0, wall);
    expiry.set("set back", lasting(10_000, wall + 99_000), 0, wall);
    expiry.set("gone", lasting(10_000, wall - 1), 0, wall);
    expiry.set("half", lasting(10_000, wall + 5_000), 0, wall);
    expect(expiry.due(0, 9)).toEqual(["gone"]);
    expect(expiry.isDue("half", 4_999)).toBe(false);
    expect(expiry.isDue("half", 5_000)).toBe(true);
    expect(expiry.isDue("set back", 10_000)).toBe(true);
  });

  it("has one deadline, that of its last change", () => {
    const expiry = begun();
    expiry.set("at", lasting(20_000), 0, wall);
    expiry.set("after", { ...lasting(1), expiresAtMs: undefined, expiresAfterMs: undefined }, 0, wall);
    expect([expiry.size, expiry.deadlineMs]).toEqual([1, 20_000]);
    expiry.delete("at");
    expect([expiry.size, expiry.deadlineMs]).toEqual([0, undefined]);
  });
});

describe("what of a table goes when", () => {
  function gather(table: Table): { readonly expiry: Expiry; readonly stops: number } {
    const gathering = gatherExpiry(table, 0, wall);
    for (let stops = 0; ; stops++) {
      const { done, value } = gathering.next();
      if (done === true) return { expiry: value, stops };
    }
  }

  it("is gathered with a stop for others after every 1,024 entries", () => {
    const table = new Table();
    for (let i = 0; i < 3_000; i++) table.restore({ ...at(wall + i), key: `${i}` });
    const { expiry, stops } = gather(table);
    expect([expiry.size, expiry.countDue(99), stops]).toEqual([3_000, 100, 2]);
  });

  it("takes no time where nothing ever does", () => {
    const table = new Table();
    for (let i = 0; i < 3_000; i++) table.restore({ ...at(0), key: `${i}`, expiresAtMs: undefined });
    expect(gather(table)).toMatchObject({ stops: 0, expiry: { size: 0 } });
    table.restore({ ...at(wall), key: "goes" });
    expect(gather(table).expiry.size).toBe(1);
    table.clear();
    table.restore({ ...at(0), key: "stays", expiresAtMs: undefined });
    expect([table.mayExpire, gather(table).expiry.size]).toEqual([false, 0]);
  });
});
