/** The clockwork of terms where it may fork or forget: in the end one goes on, and what the others had is not lost in silence. */
import { expect, it } from "vitest";
import { repeats } from "../../../rig/repeats.ts";
import { eachSeed, heal, onlySeed, trouble, usual } from "./term-trouble.ts";
import { TermWorld } from "./term-world.ts";

/** One answers, and all others follow it. */
function expectOne(world: TermWorld): void {
  const states = world.nodes.map(({ name, term }) => `${name} ${term.state} ${term.epoch}`).join(", ");
  if (world.authorities().length !== 1) throw new Error(`not one goes on: ${states}`);
  if (new Set(world.nodes.map(({ term }) => term.epoch)).size !== 1) throw new Error(`not of one epoch: ${states}`);
}

/** Two of one epoch, each with something of its own: that is for a person to settle. */
function pickOne(world: TermWorld): boolean {
  const disputed = world.nodes.filter(({ term }) => term.state === "conflicted");
  const picked = disputed[0];
  if (picked === undefined) return false;
  world.run(picked, () => picked.term.promote(world.clock(picked)));
  world.runFor(8_000);
  return true;
}

/** What was committed anywhere is in the history that goes on, or was handed out. */
function expectAccountedFor(world: TermWorld): void {
  const kept = new Set([...world.authorities()[0]!.log, ...world.diverged, ...world.perished]);
  const lost = [...world.committed].filter((write) => !kept.has(write));
  if (lost.length > 0) throw new Error(`F7: not handed out: ${lost.join(" ")}`);
}

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
