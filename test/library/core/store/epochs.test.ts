/** Which histories are the same, up to where, and which places are part of one. */
import { describe, expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import {
  type Epoch,
  epochAt,
  forkRevision,
  goOn,
  type History,
  holds,
  includes,
} from "../../../../library/core/store/epochs.ts";
import { cases } from "../../../rig/cases.ts";
import type { SeededChance } from "../../../simulator/chance.ts";

describe("a history", () => {
  const epochs = [
    { epoch: 1, revision: 0, by: "a" },
    { epoch: 3, revision: 10, by: "b" },
    { epoch: 4, revision: 25, by: "a" },
  ];
  it.each([
    [{ epoch: 0, revision: 0, by: "" }, true],
    [{ epoch: 9, revision: 0, by: "x" }, true],
    [{ epoch: 1, revision: 10, by: "a" }, true],
    [{ epoch: 1, revision: 11, by: "a" }, false], // epoch 3 began after 10: it went another way
    [{ epoch: 2, revision: 5, by: "a" }, false],
    [{ epoch: 3, revision: 10, by: "b" }, true],
    [{ epoch: 3, revision: 10, by: "a" }, false], // somebody else began an epoch of that number
    [{ epoch: 3, revision: 10, by: "" }, false], // nobody knows who
    [{ epoch: 3, revision: 9, by: "b" }, false],
    [{ epoch: 3, revision: 25, by: "b" }, true],
    [{ epoch: 4, revision: 30, by: "a" }, true],
    [{ epoch: 4, revision: 31, by: "a" }, false], // newer than the newest
  ])("holds %j: %s", (place, isHeld) => {
    expect(holds({ epochs, revision: 30 }, place)).toBe(isHeld);
  });
});

it("F7: histories fork where the last epoch that they share ended for one of them", () => {
  const shared = { epochs: [{ epoch: 1, revision: 0, by: "a" }], revision: 10 };
  const loser = { ...shared, revision: 15 };
  const winner = { epochs: goOn(shared, 2, "h"), revision: 30 };
  expect(forkRevision(loser, winner)).toBe(10);
  expect(forkRevision({ ...loser, revision: 8 }, winner)).toBe(8);
  expect(forkRevision(loser, { ...winner, epochs: [{ epoch: 1, revision: 0, by: "b" }] })).toBe(0);
});

it("S4: an epoch of which nobody knows who began it is equal to none, not even to itself", () => {
  const unknown = { epochs: [{ epoch: 1, revision: 0, by: "" }], revision: 10 };
  expect(forkRevision(unknown, unknown)).toBe(0);
  const later = { epochs: goOn(unknown, 2, "a"), revision: 12 };
  expect(forkRevision({ ...later, revision: 11 }, later)).toBe(11); // what comes after it is known again
});

it("S4: of a long history the oldest epochs are left out, and what was before them is another history", () => {
  const wholes: History[] = [{ epochs: [], revision: 0 }];
  for (let epoch = 1; epoch <= limits.storeEpochsKept + 2; epoch++) {
    const before = wholes.at(-1)!;
    wholes.push({ epochs: goOn(before, epoch, `l${epoch}`), revision: before.revision + 1 });
  }
  const last = wholes.at(-1)!;
  expect([last.epochs.length, last.epochs[0]!.epoch]).toEqual([limits.storeEpochsKept, 3]);
  expect(forkRevision(wholes[3]!, last)).toBe(3);
  expect(forkRevision(wholes[2]!, last)).toBe(0);
  expect(holds(last, { epoch: 2, revision: 2, by: "l2" })).toBe(false);
  const told = { ...last, epochs: last.epochs.slice(-limits.storeEpochsTold) };
  expect(forkRevision(wholes.at(-2)!, told)).toBe(wholes.at(-2)!.revision);
  expect(forkRevision(wholes.at(-limits.storeEpochsTold - 2)!, told)).toBe(0);
});

/** Histories that branch from one another, with every revision of each spelled out. */
interface Branch extends History {
  /** Who wrote each revision, from the first on. */
  readonly written: readonly string[];
}

function branch(chance: SeededChance, from: Branch, life: string): Branch {
  const written = from.written.slice(0, chance.integer(0, from.revision));
  const begun = from.epochs.filter(({ revision }) => revision <= written.length);
  const epoch = (begun.at(-1)?.epoch ?? 0) + chance.integer(1, 2);
  const epochs = goOn({ epochs: begun, revision: written.length }, epoch, life);
  for (let i = chance.integer(0, 4); i > 0; i--) written.push(`${epoch} ${life}`);
  return { epochs, revision: written.length, written };
}

/** Up to where both wrote the same. */
function naiveFork(a: Branch, b: Branch): number {
  let revision = 0;
  while (revision < a.revision && a.written[revision] !== undefined && a.written[revision] === b.written[revision]) {
    revision += 1;
  }
  return revision;
}

cases("S4 F7: histories part where what was written does", { ci: 500, soak: 100_000 }, async (chance) => {
  const all: Branch[] = [{ epochs: [], revision: 0, written: [] }];
  for (let i = 0; i < 8; i++) all.push(branch(chance, chance.pick(all), `l${i}`));
  for (const [a, b] of all.flatMap((one) => all.map((other) => [one, other] as const))) {
    const fork = forkRevision(a, b);
    expect(fork, `${JSON.stringify(a.epochs)} and ${JSON.stringify(b.epochs)}`).toBe(naiveFork(a, b));
    const at: Epoch | undefined = a.epochs.at(-1);
    if (at === undefined || a.revision === 0 || a.revision === at.revision) continue;
    expect(holds(b, { ...at, revision: a.revision })).toBe(
      fork === a.revision && epochAt(b.epochs, fork) !== undefined,
    );
  }
});

/** Is everything there that was written on the way to a place in `other`, and is its epoch one of these? */
function naivelyIncludes(history: Branch, other: Branch, { epoch, revision, by }: Epoch): boolean {
  const hasEpoch = history.epochs.some((begun) => begun.epoch === epoch && begun.by === by);
  const way = other.written.slice(0, revision);
  return revision === 0 || (hasEpoch && way.every((write, i) => history.written[i] === write));
}

cases(
  "F6 F7: a history includes a place when it has all that was written up to it",
  { ci: 100, soak: 50_000 },
  async (chance) => {
    const all: Branch[] = [{ epochs: [], revision: 0, written: [] }];
    for (let i = 0; i < 8; i++) all.push(branch(chance, chance.pick(all), `l${i}`));
    const seen = { in: 0, out: 0 };
    for (const [history, other] of all.flatMap((one) => all.map((another) => [one, another] as const))) {
      for (const [i, begun] of other.epochs.entries()) {
        // Also before the epoch begins: it is on its way there.
        const end = other.epochs[i + 1]?.revision ?? other.revision;
        for (let revision = 0; revision <= end; revision++) {
          const place = { ...begun, revision };
          const isIn = naivelyIncludes(history, other, place);
          expect(includes(history, place), `${JSON.stringify(place)} in ${JSON.stringify(history)}`).toBe(isIn);
          if (isIn) seen.in += 1;
          else seen.out += 1;
          for (const by of ["", "nobody"]) expect(includes(history, { ...place, by })).toBe(revision === 0);
          if (holds(history, place)) expect(isIn).toBe(true);
        }
      }
    }
    expect(seen.in).toBeGreaterThan(0);
    expect(seen.out).toBeGreaterThan(0);
  },
);
