/** What befalls a world of terms, from a seed. */
import { SeededChance } from "../../../simulator/chance.ts";
import type { TermWorld, WorldOptions } from "./term-world.ts";

export const usual: WorldOptions = { onHeirLost: "proof", hasArbiter: false, isPersistent: true, standbys: 1 };
/** Only this one is lived. */
export const onlySeed = process.env["SEED"];

/** Lives with each seed; a failure names its seed. */
export function eachSeed(count: number, live: (chance: SeededChance, seed: number) => void): void {
  const first = onlySeed === undefined ? 1 : Number(onlySeed);
  for (let seed = first; seed < first + (onlySeed === undefined ? count : 1); seed++) {
    try {
      live(new SeededChance(seed), seed);
    } catch (cause) {
      throw new Error(`${cause instanceof Error ? cause.message : String(cause)}; SEED=${seed} replays it`, { cause });
    }
  }
}

/** Trouble of all kinds for a while. */
export function trouble(world: TermWorld, chance: SeededChance): void {
  world.lossRate = chance.pick([0, 0.02, 0.2]);
  world.maxDelayMs = chance.pick([5, 50, 400]);
  for (let i = 0; i < 8; i++) {
    const node = chance.pick(world.nodes);
    const other = chance.pick([...world.nodes.map(({ name }) => name), "w"]);
    const ways = [`${node.name}>${other}`, `${other}>${node.name}`];
    switch (chance.integer(0, 5)) {
      case 0:
        world.crash(node);
        world.after(chance.integer(10, 8_000), () => world.start(node));
        break;
      case 1:
        world.pause(node, chance.integer(100, 10_000));
        break;
      case 2:
        for (const way of ways) world.cut.add(way);
        break;
      case 3:
        world.cut.add(ways[0]!);
        break;
      case 4:
        world.cut.clear();
        break;
      case 5:
        if (chance.flip()) world.run(node, () => node.term.handOver(world.clock(node)));
        else world.run(node, () => (node.term.state === "heir" ? node.term.promote(world.clock(node)) : []));
    }
    world.runFor(chance.integer(50, 5_000));
  }
}

/** One answers, and all others follow it. */
export function expectOne(world: TermWorld): void {
  const states = world.nodes.map(({ name, term }) => `${name} ${term.state} ${term.epoch}`).join(", ");
  if (world.authorities().length !== 1) throw new Error(`not one goes on: ${states}`);
  if (new Set(world.nodes.map(({ term }) => term.epoch)).size !== 1) throw new Error(`not of one epoch: ${states}`);
}

/** Two of one epoch, each with something of its own: that is for a person to settle. */
export function pickOne(world: TermWorld): boolean {
  const picked = world.nodes.find(({ term }) => term.state === "conflicted");
  if (picked === undefined) return false;
  world.isForced = true;
  world.run(picked, () => picked.term.promote(world.clock(picked)));
  world.runFor(8_000);
  return true;
}

/** What was committed anywhere is in the history that goes on, or was handed out. */
export function expectAccountedFor(world: TermWorld): void {
  const kept = new Set([...world.authorities()[0]!.log, ...world.diverged, ...world.perished]);
  const lost = [...world.committed].filter((write) => !kept.has(write));
  if (lost.length > 0) throw new Error(`F7: not handed out: ${lost.join(" ")}`);
}

/** No more trouble, and time for what it left behind. */
export function heal(world: TermWorld): void {
  world.cut.clear();
  world.lossRate = 0;
  world.maxDelayMs = 5;
  world.runFor(10_000);
  for (const node of world.nodes) world.start(node);
  world.runFor(25_000);
}
