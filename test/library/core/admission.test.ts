import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Admission, type AdmissionLimits } from "../../../library/core/admission.ts";

const few: AdmissionLimits = { connections: 5, handshakes: 3, handshakesPerSecond: 2 };
const nobody = { begin: [], cut: [] };

/** They arrive one after the other; returns the last step. */
function arrive(admission: Admission<string>, guests: readonly string[], address?: string, nowMs = 0) {
  let step: { begin: readonly string[]; cut: readonly string[] } = nobody;
  for (const guest of guests) {
    expect(admission.arrive(guest, address, nowMs)).toBeUndefined();
    step = admission.step(nowMs, false);
  }
  return step;
}

describe("handshakes at once", () => {
  it("are so many; others wait, and the newest is next when one of them ends", () => {
    const admission = new Admission<string>(few);
    expect(arrive(admission, ["a", "b", "c"])).toEqual({ begin: ["c"], cut: [] });
    expect(arrive(admission, ["d", "e"])).toEqual(nobody);
    admission.joined("b");
    expect(admission.step(10, true)).toEqual({ begin: ["e"], cut: [] });
    admission.left("a", false);
    expect(admission.step(10, true)).toEqual({ begin: ["d"], cut: [] });
    expect(admission.deadlineMs).toBeUndefined();
  });

  it("make room while somebody waits: the oldest goes once it had its time", () => {
    const admission = new Admission<string>(few);
    arrive(admission, ["a", "b"], undefined, 0);
    arrive(admission, ["c"], undefined, 100);
    expect(arrive(admission, ["d"], undefined, 200)).toEqual(nobody);
    expect([admission.deadlineMs, admission.step(399, true)]).toEqual([400, nobody]);
    expect(admission.step(400, false)).toEqual(nobody); // their bytes may be there, unread
    expect(admission.step(400, true)).toEqual({ begin: ["d"], cut: ["a"] });
    expect(admission.step(10_000, true)).toEqual(nobody); // nobody waits: the others may take their time
  });

  it("make room first at the address that has most", () => {
    const admission = new Admission<string>({ ...few, handshakesPerSecond: 100 });
    arrive(admission, ["good"], "192.0.2.1");
    arrive(admission, ["bad 1", "bad 2", "bad 3", "bad 4"], "192.0.2.66");
    expect(admission.step(400, true)).toEqual({ begin: ["bad 4", "bad 3"], cut: ["bad 1", "bad 2"] });
  });

  it("are waited for by no more than so many: the one that waits longest is cut off", () => {
    const admission = new Admission<string>(few);
    const names = Array.from({ length: 3 + 1_024 }, (_, i) => `n${i}`);
    expect(arrive(admission, names)).toEqual(nobody);
    expect(arrive(admission, ["last"])).toEqual({ begin: [], cut: ["n3"] });
  });
});

describe("connections at once", () => {
  it("are as many as allowed, those under way included", () => {
    const admission = new Admission<string>(few);
    for (const guest of ["a", "b", "c", "d"]) {
      expect(arrive(admission, [guest])).toEqual({ begin: [guest], cut: [] });
      admission.joined(guest);
    }
    expect(arrive(admission, ["e"])).toEqual({ begin: ["e"], cut: [] });
    expect(arrive(admission, ["f"])).toEqual(nobody); // one place is left, and taken
    expect(admission.step(400, true)).toEqual({ begin: ["f"], cut: ["e"] });
    admission.joined("f");
    expect(admission.arrive("g", undefined, 0)).toBe("more than 5 connections");
    admission.left("a", true);
    expect(arrive(admission, ["h"], undefined, 500)).toEqual({ begin: ["h"], cut: [] });
  });
});

describe("the pace of an address", () => {
  it("is two a second, after a rest two at once", () => {
    const admission = new Admission<number>(few);
    let guest = 0;
    const isIn = (atMs: number, address = "192.0.2.1") => admission.arrive(guest++, address, atMs) === undefined;
    expect([0, 0, 0].map((at) => isIn(at))).toEqual([true, true, false]);
    expect(isIn(0, "192.0.2.2")).toBe(true);
    expect([499, 500, 501].map((at) => isIn(at))).toEqual([false, true, false]);
    expect([60_000, 60_000, 60_000].map((at) => isIn(at))).toEqual([true, true, false]);
    expect(admission.arrive(guest, "192.0.2.1", 60_000)).toBe("more than 2 connections a second");
  });

  it("is not watched where there is no address", () => {
    const admission = new Admission<number>(few);
    for (let i = 0; i < 50; i++) expect(admission.arrive(i, undefined, 0)).toBeUndefined();
  });

  it("is forgotten of those heard of longest ago, so that it takes no more memory", () => {
    const admission = new Admission<number>({ ...few, handshakesPerSecond: 1 });
    expect(admission.arrive(0, "first", 0)).toBeUndefined();
    expect(admission.arrive(1, "first", 0)).toBeDefined();
    for (let i = 0; i < 4_096; i++) admission.arrive(i + 2, `a${i}`, 0);
    expect(admission.arrive(1, "first", 0)).toBeUndefined();
  });
});

it("never has more than the limits, whatever happens, and lets nobody wait for nothing", () => {
  const step = fc.record({
    what: fc.constantFrom("arrive", "join", "leave"),
    which: fc.nat(20),
    address: fc.constantFrom("x", "y", undefined),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const admission = new Admission<number>(few);
      const [waiting, begun, joined] = [new Set<number>(), new Set<number>(), new Set<number>()];
      let next = 0;
      let nowMs = 0;
      for (const { what, which, address } of steps) {
        nowMs += 150;
        const all = what === "join" ? [...begun] : [...begun, ...joined];
        const guest = all[which % Math.max(all.length, 1)];
        if (what === "arrive") {
          if (admission.arrive(next, address, nowMs) === undefined) waiting.add(next);
          next += 1;
        } else if (guest !== undefined && what === "join") {
          admission.joined(guest);
          begun.delete(guest);
          joined.add(guest);
        } else if (guest !== undefined) {
          admission.left(guest, joined.delete(guest));
          begun.delete(guest);
        }
        const { begin, cut } = admission.step(nowMs, which % 2 === 0);
        for (const each of begin) expect(waiting.delete(each) && begun.add(each)).toBeTruthy();
        for (const each of cut) expect(begun.delete(each) || waiting.delete(each)).toBe(true);
        expect(begun.size).toBeLessThanOrEqual(few.handshakes);
        expect(begun.size + joined.size).toBeLessThanOrEqual(few.connections);
        const isFull = begun.size === Math.min(few.handshakes, few.connections - joined.size);
        expect(waiting.size === 0 || isFull).toBe(true);
        expect(admission.deadlineMs === undefined).toBe(waiting.size === 0 || begun.size === 0);
      }
    }),
  );
});
