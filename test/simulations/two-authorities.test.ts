/** F7: two authorities of one store, and what becomes of both when there is a way between them. */
import type { Rival } from "../../library/stores.ts";
import { repeats } from "../rig/repeats.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { bridge, contentOf, Island, savedIn, watch } from "./islands.ts";

/** So long after there is a path both are told. */
const detectMs = 3_000;

function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

async function islands(world: World, isPersistent = true): Promise<readonly [Island, Island]> {
  const [east, west] = [new Island(world, "east", isPersistent), new Island(world, "west", isPersistent)];
  await east.begin();
  await west.begin();
  return [east, west];
}

/** Lets them meet, while both write on; checks that both are told in time, with names and versions. */
async function meet(world: World, east: Island, west: Island): Promise<void> {
  await bridge(world, east, west, world.chance.integer(0, 2));
  const metMs = world.time.nowMs;
  const writing = [east, west].map((island) => island.writeSome(world.chance.integer(0, 40)));
  await world.until(() => east.conflicts.length > 0 && west.conflicts.length > 0, 30_000);
  check(world.time.nowMs - metMs <= detectMs, `it took ${world.time.nowMs - metMs} ms to tell`);
  for (const [self, other] of [
    [east, west],
    [west, east],
  ] as const) {
    check(self.conflicts.length === 1, `${self.name} was told ${self.conflicts.length} times`);
    const [ours, theirs] = self.conflicts[0]!.authorities;
    const isRight = ({ name, id, version }: Rival, { node }: Island): boolean =>
      name === node.name && id === node.id && version.epoch > 0;
    check(isRight(ours, self) && isRight(theirs, other), `${self.name} was told of ${theirs.name} ${theirs.id}`);
  }
  await Promise.all(writing);
}

/** What was acknowledged anywhere is in the winner's table or in a file. */
function checkKept(winner: Island, all: readonly Island[]): void {
  const { entries } = savedIn(all);
  for (const island of all) {
    for (const key of island.acknowledged) {
      check(winner.store.hasSync(key) || entries.has(key), `${key}, which was acknowledged, is nowhere`);
    }
  }
}

async function checkAgreed(world: World, winner: Island, loser: Island): Promise<void> {
  const { store } = loser;
  const hasAll = (): boolean => store.state === "live" && store.version.revision === winner.store.version.revision;
  await world.until(() => store.role === "standby" && hasAll());
  check(winner.store.role === "authority", `${winner.name} is ${winner.store.role}`);
  check(contentOf(winner.store) === contentOf(store), "they differ");
}

/** The loser has told, once, of a file that has what only it had; and of the reset, after that. */
function checkTold(loser: Island, winner: Island, had: string): void {
  const [told, ...more] = loser.diverged;
  check(told !== undefined && more.length === 0, `${loser.name} told ${loser.diverged.length} times what diverged`);
  check(told!.winner.name === winner.name && told!.winner.id === winner.node.id, `winner ${told!.winner.name}`);
  const only = had.split("\n").filter((line) => line.startsWith(`"${loser.name}`));
  const { entries } = savedIn([loser]);
  check(loser.disk.kept.has(told!.file), `there is no file ${told!.file}`);
  check(told!.count === entries.size && entries.size === only.length, `${told!.count} of ${only.length} were saved`);
  check(loser.resets.length === 1 && loser.resets[0]!.isFork, `${loser.resets.length} resets`);
}

simulate(
  "F7 S4: the later epoch wins; the other one shows what it had until it has a whole copy, and saves what only it had",
  { seeds: repeats(12, 300), patienceMs: 2_000 },
  async (world) => {
    const { chance } = world;
    const [east, west] = await islands(world);
    for (const island of [east, west]) await island.writeSome(chance.integer(1, 10));
    await world.settle(100);
    const [winner, loser] = chance.flip() ? [east, west] : [west, east];
    winner.kill();
    await winner.begin(); // its next life is the next epoch
    await meet(world, east, west);
    await watch(world, loser, winner, 5_000);
    await checkAgreed(world, winner, loser);
    for (const key of loser.late)
      check(winner.store.hasSync(key), `${key} was acknowledged by ${loser.name}, too late`);
    const had = [...loser.contents].at(-1)!;
    checkTold(loser, winner, had);
    checkKept(winner, [east, west]);
    check((await loser.write()) === "", "the store goes on, and it cannot write");
    check(loser.store.lookupSync([...loser.acknowledged].at(-1)!) !== undefined, "its write is not to be seen");
  },
);

simulate(
  "F7: of the same epoch an empty one yields, and has nothing to save",
  { seeds: repeats(12, 300), patienceMs: 2_000 },
  async (world) => {
    const [east, west] = await islands(world, world.chance.flip());
    const [winner, loser] = world.chance.flip() ? [east, west] : [west, east];
    await winner.writeSome(world.chance.integer(1, 10));
    await world.settle(100);
    await bridge(world, east, west, world.chance.integer(0, 2));
    await world.until(() => east.conflicts.length > 0 && west.conflicts.length > 0, detectMs);
    await checkAgreed(world, winner, loser);
    check(loser.diverged.length === 0 && loser.disk.kept.size === 0, "it saved something");
  },
);

simulate(
  "F7 S4: two with content take no writes until one is promoted; then the other one saves what only it had, and follows",
  { seeds: repeats(12, 300), patienceMs: 2_000 },
  async (world) => {
    const { chance } = world;
    const [east, west] = await islands(world, chance.flip());
    for (const island of [east, west]) await island.writeSome(chance.integer(1, 10));
    await world.settle(100);
    await meet(world, east, west);
    for (const island of [east, west]) {
      const code = await island.write();
      check(code === "AUTHORITY_CONFLICT", `${island.name} answered a write with ${code}`);
    }
    await world.settle(chance.between(0, 5_000));
    check(east.late.size + west.late.size === 0, "a write was acknowledged in a conflict");
    check(east.diverged.length + west.diverged.length === 0, "one of them gave up by itself");
    const [winner, loser] = chance.flip() ? [east, west] : [west, east];
    const had = contentOf(loser.store);
    const promoted = winner.store.promote();
    await watch(world, loser, winner, 5_000);
    await promoted;
    await checkAgreed(world, winner, loser);
    checkTold(loser, winner, had);
    checkKept(winner, [east, west]);
    check((await loser.write()) === "", "the store goes on, and it cannot write");
  },
);

simulate(
  "T23 F7: a state folder that was cloned, and an old one that is put back, are noticed; nothing that was written since is lost",
  { seeds: repeats(16, 300), patienceMs: 2_000 },
  async (world) => {
    const { chance } = world;
    const east = new Island(world, "east");
    await east.begin();
    await east.writeSome(chance.integer(1, 6));
    await world.settle(100);
    const common = contentOf(east.store);
    const disk = east.disk.clone();
    const isPutBack = chance.flip(); // the other machine goes on with what was there when it was saved
    if (isPutBack) await east.writeSome(chance.integer(1, 6));
    await world.settle(100);
    east.kill();
    await east.begin();
    const west = new Island(world, "west", true, disk);
    await west.begin(chance.flip() ? "east" : "west"); // with its name, or with another one
    for (const island of [east, west]) await island.writeSome(chance.integer(1, 6));
    await world.settle(100);
    await meet(world, east, west);
    const [winner, loser] = chance.flip() ? [east, west] : [west, east];
    const had = contentOf(loser.store);
    await winner.store.promote();
    await checkAgreed(world, winner, loser);
    checkKept(winner, [east, west]);
    const since = had.split("\n").filter((line) => !common.includes(line));
    check(savedIn([loser]).entries.size === since.length, `${since.length} entries were of ${loser.name} alone`);
  },
);

simulate(
  "F7 S11: what cannot be saved is kept: the loser follows nobody, takes no write, and tells why; with room it goes on",
  { seeds: repeats(12, 300), patienceMs: 2_000 },
  async (world) => {
    const { chance } = world;
    const [east, west] = await islands(world, chance.flip());
    for (const island of [east, west]) await island.writeSome(chance.integer(1, 10));
    await world.settle(100);
    await meet(world, east, west);
    const [winner, loser] = chance.flip() ? [east, west] : [west, east];
    const had = contentOf(loser.store);
    loser.disk.fail("NO_SPACE");
    await winner.store.promote();
    await world.settle(chance.between(4_000, 20_000));
    check(contentOf(loser.store) === had, "it shows something else");
    check(loser.disk.kept.size === 0 && loser.diverged.length === 0, "it told of a file that is not there");
    const told = world.errors.filter(({ code }) => code === "DIVERGED_UNSAVED");
    check(
      told.length === 1 && told[0]!.message.includes("store t"),
      `${told.length} times it told that nothing is saved`,
    );
    const code = await loser.write();
    check(code === "DIVERGED_UNSAVED", `it answered a write with ${code || "done"}`);
    loser.disk.fail(undefined);
    await checkAgreed(world, winner, loser);
    checkTold(loser, winner, had);
    check((await loser.write()) === "", "the store goes on, and it cannot write");
  },
);

simulate(
  "F7 S9: a loser that is killed at any moment loses nothing: its next life saves what was not saved",
  { seeds: repeats(40, 1_000), patienceMs: 2_000 },
  async (world) => {
    const { chance } = world;
    const [east, west] = await islands(world);
    for (const island of [east, west]) await island.writeSome(chance.integer(1, 10));
    await world.settle(100);
    await meet(world, east, west);
    const [winner, loser] = chance.flip() ? [east, west] : [west, east];
    void winner.store.promote();
    await world.settle(chance.pick([chance.between(0, 60), chance.between(0, 2_000)]));
    loser.kill();
    await winner.writeSome(chance.integer(0, 5));
    loser.launch();
    await world.join(loser.node, winner.node);
    await loser.open();
    await checkAgreed(world, winner, loser);
    checkKept(winner, [east, west]);
  },
);
