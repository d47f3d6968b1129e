import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Admission, type AdmissionLimits } from "../../../library/core/admission.ts";

const few: AdmissionLimits = { connections: 5, handshakes: 3, handshakesPerSecond: 2 };

describe("handshakes at once", () => {
  it("make room for the newest: the oldest goes", () => {
    const admission = new Admission<string>(few);
    for (const guest of ["a", "b", "c"]) expect(admission.arrive(guest, undefined, 0)).toEqual({ kind: "admit" });
    expect(admission.arrive("d", undefined, 0)).toEqual({ kind: "admit", evicted: "a" });
    admission.joined("b");
    expect(admission.arrive("e", undefined, 0)).toEqual({ kind: "admit" });
    expect(admission.arrive("f", undefined, 0)).toEqual({ kind: "admit", evicted: "c" });
  });

  it("make room first at the address that has most", () => {
    const admission = new Admission<string>({ ...few, handshakesPerSecond: 100 });
    admission.arrive("good", "192.0.2.1", 0);
    admission.arrive("bad 1", "192.0.2.66", 0);
    admission.arrive("bad 2", "192.0.2.66", 0);
    expect(admission.arrive("bad 3", "192.0.2.66", 0)).toEqual({ kind: "admit", evicted: "bad 1" });
    expect(admission.arrive("bad 4", "192.0.2.66", 0)).toEqual({ kind: "admit", evicted: "bad 2" });
  });
});

describe("connections at once", () => {
  it("are as many as allowed, those under way included", () => {
    const admission = new Admission<string>(few);
    for (const guest of ["a", "b", "c", "d", "e"]) {
      expect(admission.arrive(guest, undefined, 0).kind).toBe("admit");
      admission.joined(guest);
    }
    expect(admission.arrive("f", undefined, 0)).toEqual({ kind: "refuse", reason: "more than 5 connections" });
    admission.left("a", true);
    expect(admission.arrive("f", undefined, 0)).toEqual({ kind: "admit" });
    expect(admission.arrive("g", undefined, 0)).toEqual({ kind: "admit", evicted: "f" }); // that had not joined
    expect(admission.count).toBe(5);
  });
});

describe("the pace of an address", () => {
  it("is two a second, after a rest two at once", () => {
    const admission = new Admission<number>({ ...few, connections: 100, handshakes: 100 });
    let guest = 0;
    const arrive = (atMs: number, address = "192.0.2.1") => admission.arrive(guest++, address, atMs).kind;
    expect([0, 0, 0].map((at) => arrive(at))).toEqual(["admit", "admit", "refuse"]);
    expect(arrive(0, "192.0.2.2")).toBe("admit");
    expect([499, 500, 501].map((at) => arrive(at))).toEqual(["refuse", "admit", "refuse"]);
    expect([60_000, 60_000, 60_000].map((at) => arrive(at))).toEqual(["admit", "admit", "refuse"]);
  });

  it("is not watched where there is no address", () => {
    const admission = new Admission<number>({ ...few, connections: 100, handshakes: 100 });
    for (let i = 0; i < 50; i++) expect(admission.arrive(i, undefined, 0)).toEqual({ kind: "admit" });
  });

  it("is forgotten of those heard of longest ago, so that it takes no more memory", () => {
    const admission = new Admission<number>({ connections: 10_000, handshakes: 10_000, handshakesPerSecond: 1 });
    admission.arrive(0, "first", 0);
    expect(admission.arrive(1, "first", 0).kind).toBe("refuse");
    for (let i = 0; i < 4_096; i++) admission.arrive(i + 2, `a${i}`, 0);
    expect(admission.arrive(1, "first", 0).kind).toBe("admit");
  });
});

it("never has more than the limits, whatever happens", () => {
  const step = fc.record({
    what: fc.constantFrom("arrive", "join", "leave"),
    which: fc.nat(20),
    address: fc.constantFrom("x", "y", undefined),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const admission = new Admission<number>(few);
      const waiting = new Set<number>();
      const joined = new Set<number>();
      let next = 0;
      let nowMs = 0;
      for (const { what, which, address } of steps) {
        nowMs += 100;
        const all = what === "join" ? [...waiting] : [...waiting, ...joined];
        const guest = all[which % Math.max(all.length, 1)];
        if (what === "arrive") {
          const verdict = admission.arrive(next, address, nowMs);
          if (verdict.kind === "admit") {
            if (verdict.evicted !== undefined) expect(waiting.delete(verdict.evicted)).toBe(true);
            waiting.add(next);
          }
          next += 1;
        } else if (guest !== undefined && what === "join") {
          admission.joined(guest);
          waiting.delete(guest);
          joined.add(guest);
        } else if (guest !== undefined) {
          admission.left(guest, joined.delete(guest));
          waiting.delete(guest);
        }
        expect(waiting.size).toBeLessThanOrEqual(few.handshakes);
        expect(waiting.size + joined.size).toBeLessThanOrEqual(few.connections);
        expect(admission.count).toBe(waiting.size + joined.size);
      }
    }),
  );
});
