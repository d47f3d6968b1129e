/** The clockwork of terms where it may fork or forget: in the end one goes on, and what the others had is not lost in silence. */
import { expect, it } from "vitest";
import { repeats } from "../../../rig/repeats.ts";
import { eachSeed, expectAccountedFor, expectOne, heal, onlySeed, pickOne, trouble, usual } from "./term-trouble.ts";
import { TermWorld } from "./term-world.ts";

it(
  "F4 F7: with `continue` it may fork; in the end one goes on, and what the other had is handed out",
  () => {
    const seen = { forks: 0, picked: 0 };
    eachSeed(repeats(400, 20_000), (chance) => {
      const world = new TermWorld(chance, { ...usual, onHeirLost: "continue", standbys: chance.integer(1, 2) });
      world.runFor(chance.integer(0, 4_000));
      trouble(world, chance);
      heal(world);
      if (pickOne(world)) seen.picked += 1;
      expectOne(world);
      expectAccountedFor(world);
      seen.forks += world.diverged.length > 0 ? 1 : 0;
    });
    if (onlySeed === undefined) expect(Math.min(seen.forks / 10, seen.picked)).toBeGreaterThan(4);
  },
  repeats(60_000, 3_600_000),
);

it(
  "F1 F2 F3 F6: tables that live in memory only: never two at once, and in the end one goes on",
  () => {
    let takeovers = 0;
    eachSeed(repeats(400, 20_000), (chance) => {
      const onHeirLost = chance.pick(["proof", "wait"] as const);
      const hasArbiter = chance.flip(0.4);
      const world = new TermWorld(chance, { ...usual, onHeirLost, hasArbiter, isPersistent: false, standbys: 2 });
      world.runFor(chance.integer(0, 4_000));
      trouble(world, chance);
      heal(world);
      expectOne(world);
      takeovers += world.takeovers;
    });
    if (onlySeed === undefined) expect(takeovers).toBeGreaterThan(100);
  },
  repeats(60_000, 3_600_000),
);

it(
  "F1 F5: with a witness, tables in memory, and nothing that remembers a role: never two at once, in the end one goes on",
  () => {
    let takeovers = 0;
    eachSeed(repeats(300, 20_000), (chance) => {
      const onHeirLost = chance.pick(["proof", "wait"] as const);
      const world = new TermWorld(chance, {
        ...{ ...usual, onHeirLost, hasArbiter: true, isPersistent: false, remembers: false, standbys: 2 },
      });
      world.runFor(chance.integer(0, 4_000));
      trouble(world, chance);
      heal(world);
      expectOne(world);
      takeovers += world.takeovers;
    });
    if (onlySeed === undefined) expect(takeovers).toBeGreaterThan(100);
  },
  repeats(60_000, 3_600_000),
);
