/** Whom a promotion picks, and what it may lose. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions, type Version } from "../../../../library/core/store/change.ts";
import {
  isInOffice,
  isWorse,
  lostOf,
  planOf,
  type Risk,
  type Standing,
} from "../../../../library/core/store/promotion.ts";
import { termStates } from "../../../../library/core/store/term-messages.ts";

const versions = fc.record({ epoch: fc.integer({ min: 1, max: 3 }), revision: fc.integer({ min: 0, max: 3 }) });
const risks = fc.record({ held: versions, newest: versions });

function standing(node: string, state: Standing["state"], held: Version = { epoch: 1, revision: 5 }): Standing {
  return { node, life: node, state, epoch: held.epoch, held, newest: held };
}

const agreed = { force: false, node: undefined };
const forced = { force: true, node: undefined };

describe("F6: in agreement", () => {
  const pair = [standing("b", "heir"), standing("a", "protected"), standing("c", "follower")];

  it("the authority hands over to its heir, whoever is named or not", () => {
    for (const node of [undefined, "b"]) {
      expect(planOf(pair, { force: false, node })).toMatchObject({ kind: "hand-over", from: { node: "a" } });
    }
    expect(planOf(pair, { force: false, node: "a" })).toMatchObject({ kind: "done", at: { node: "a" } });
    expect(planOf(pair, { force: false, node: "c" })).toMatchObject({ kind: "refused", code: "NO_HEIR" });
    expect(planOf(pair, { force: false, node: "d" })).toMatchObject({ kind: "refused", code: "NO_AUTHORITY" });
  });

  it("nobody takes over who is not in sync, and nobody agrees where nobody is authority", () => {
    const alone = [standing("a", "unprotected"), standing("b", "follower")];
    expect(planOf(alone, agreed)).toMatchObject({ kind: "refused", code: "NO_HEIR" });
    for (const state of ["heir", "waiting-for-heir", "recovering"] as const) {
      expect(planOf([standing("a", state)], agreed)).toMatchObject({ kind: "refused", code: "NO_AUTHORITY" });
    }
    expect(planOf([], agreed)).toMatchObject({ kind: "refused", code: "NO_AUTHORITY" });
  });
});

it("F7: of two in office of one epoch, which have not met yet, none is picked, by force or not, named or not", () => {
  const both = [standing("a", "unprotected"), standing("b", "protected", { epoch: 1, revision: 9 })];
  const all = [...both, standing("c", "heir")];
  for (const force of [false, true]) {
    for (const node of [undefined, "a", "b", "c"]) {
      const what = expect.stringContaining("a with 1.5 and b with 1.9");
      expect(planOf(all, { force, node })).toEqual({ kind: "refused", code: "AUTHORITY_CONFLICT", what });
    }
  }
  const later = [
    standing("a", "unprotected"),
    standing("b", "protected", { epoch: 2, revision: 3 }),
    standing("c", "heir"),
  ];
  expect(planOf(later, agreed)).toMatchObject({ kind: "hand-over", from: { node: "b" } });
});

describe("F6: by force", () => {
  it("who has most takes it, the heir of equal ones, and never an authority that there is", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...termStates), versions), { maxLength: 5 }), (all) => {
        const standings = all
          .filter(([state]) => state !== "conflicted")
          .map(([state, held], i) => standing(`n${i}`, state, held));
        const plan = planOf(standings, forced);
        const others = standings.filter((each) => !isInOffice(each));
        const offices = standings.filter(isInOffice);
        const latest = Math.max(...offices.map(({ epoch }) => epoch));
        if (offices.filter(({ epoch }) => epoch === latest).length > 1) {
          expect(plan).toMatchObject({ kind: "refused", code: "AUTHORITY_CONFLICT" });
          return;
        }
        if (others.length === 0) {
          expect(plan).toMatchObject({ kind: "refused", code: standings.length === 0 ? "NO_AUTHORITY" : "NO_HEIR" });
          return;
        }
        const to = plan.kind === "take" ? plan.to : undefined;
        expect(others).toContain(to);
        for (const { held, state } of others) {
          expect(compareVersions(held, to!.held)).toBeLessThanOrEqual(0);
          if (compareVersions(held, to!.held) === 0 && state === "heir") expect(to!.state).toBe("heir");
        }
      }),
      { seed: 1 },
    );
  });

  it("what may be lost goes up to the newest that anybody knows of", () => {
    const standings = [
      standing("b", "heir", { epoch: 2, revision: 5 }),
      { ...standing("c", "follower", { epoch: 2, revision: 4 }), newest: { epoch: 2, revision: 9 } },
    ];
    const plan = planOf(standings, forced);
    expect(plan).toMatchObject({ kind: "take", to: { node: "b" } });
    expect((plan as { risk: Risk }).risk).toEqual({
      held: { epoch: 2, revision: 5 },
      newest: { epoch: 2, revision: 9 },
    });
  });
});

it("F7: of two in conflict one must be named, by force too, and nobody else counts", () => {
  const standings = [standing("a", "conflicted"), standing("b", "conflicted"), standing("c", "follower")];
  for (const force of [true, false]) {
    const unnamed = planOf(standings, { force, node: undefined });
    expect(unnamed).toMatchObject({ kind: "refused", code: "AUTHORITY_CONFLICT" });
    expect((unnamed as { what: string }).what).toBe("a with 1.5 and b with 1.5");
    expect(planOf(standings, { force, node: "b" })).toMatchObject({ kind: "take", to: { node: "b" } });
    expect(planOf(standings, { force, node: "c" })).toMatchObject({ kind: "refused", code: "AUTHORITY_CONFLICT" });
  }
});

describe("F6: what was agreed to", () => {
  /** All versions of this small world that come after what is held, up to the newest. */
  const lost = ({ held, newest }: Risk): string[] => {
    const all = [1, 2, 3].flatMap((epoch) => [0, 1, 2, 3].map((revision) => ({ epoch, revision })));
    const isLost = (each: Version): boolean => compareVersions(each, held) > 0 && compareVersions(each, newest) <= 0;
    return all.filter(isLost).map(({ epoch, revision }) => `${epoch}.${revision}`);
  };

  it("is exceeded exactly when a version is at risk that was not", () => {
    fc.assert(
      fc.property(risks, risks, (before, now) => {
        const isNew = lost(now).some((each) => !lost(before).includes(each));
        expect(isWorse(before, now)).toBe(isNew);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it("is counted where that can be done", () => {
    const at = (epoch: number, revision: number): Version => ({ epoch, revision });
    expect(lostOf({ held: at(1, 5), newest: at(1, 7) })).toBe(2);
    expect(lostOf({ held: at(1, 5), newest: at(1, 5) })).toBe(0);
    expect(lostOf({ held: at(2, 5), newest: at(1, 9) })).toBe(0);
    expect(lostOf({ held: at(1, 5), newest: at(2, 0) })).toBeUndefined();
  });
});
