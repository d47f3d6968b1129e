/** The clockwork of terms: two nodes never answer at once, nothing replicated is lost, somebody goes on. */
import { expect, it } from "vitest";
import { repeats } from "../../../rig/repeats.ts";
import { SeededChance } from "../../../simulator/chance.ts";
import { TermWorld, type WorldOptions } from "./term-world.ts";

const usual: WorldOptions = { onHeirLost: "proof", hasArbiter: false, isPersistent: true, standbys: 1 };
const onlySeed = process.env["SEED"];

function eachSeed(count: number, live: (chance: SeededChance, seed: number) => void): void {
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
function trouble(world: TermWorld, chance: SeededChance): void {
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

function heal(world: TermWorld): void {
  world.cut.clear();
  world.lossRate = 0;
  world.maxDelayMs = 5;
  world.runFor(10_000);
  for (const node of world.nodes) world.start(node);
  world.runFor(25_000);
}

it("F1 F2 F3 F5 F6: whatever happens, one answers at a time and nothing replicated is lost, and in the end one goes on", () => {
  const seen = { answers: 0, takeovers: 0, replicated: 0 };
  eachSeed(repeats(2_000, 100_000), (chance) => {
    const hasArbiter = chance.flip(0.4);
    const onHeirLost = chance.pick(["proof", "wait"] as const);
    const world = new TermWorld(chance, { ...usual, hasArbiter, onHeirLost, standbys: chance.integer(1, 2) });
    world.runFor(chance.integer(0, 4_000));
    trouble(world, chance);
    heal(world);
    const states = world.nodes.map(({ name, term }) => `${name} ${term.state} ${term.epoch}`).join(", ");
    if (world.authorities().length !== 1) throw new Error(`nobody goes on: ${states}`);
    seen.answers += world.answers;
    seen.takeovers += world.takeovers;
    seen.replicated += world.replicated.size;
  });
  // Each seed has its share of what is to be checked.
  if (onlySeed === undefined) expect(Math.min(seen.takeovers, seen.replicated / 100)).toBeGreaterThan(500);
}, 120_000);

it.each([0, 1, 2, 3, 4, 5, 6, 7])("F6: takes over within 5 s when the authority dies (%i)", (seed) => {
  const world = new TermWorld(new SeededChance(seed), usual);
  world.runFor(4_000 + seed * 70);
  expect(world.node("h").term.state).toBe("heir");
  expect(world.node("a").term.state).toBe("protected");
  world.crash(world.node("a"));
  world.runFor(5_000);
  expect(world.node("h").term.state).toBe("unprotected");
  world.start(world.node("a"));
  world.runFor(5_000);
  expect(world.node("a").term.state).toBe("heir");
  expect(world.node("h").term.state).toBe("protected");
});

it("F3: an authority that was paused does not answer when it wakes, and follows whoever took over", () => {
  const world = new TermWorld(new SeededChance(1), usual);
  world.runFor(4_000);
  world.pause(world.node("a"), 10_000);
  world.runFor(2_200);
  expect(world.authorities()).toEqual([]);
  world.runFor(7_799);
  expect(world.authorities()).toEqual([world.node("h")]);
  world.runFor(3_000);
  expect(world.node("a").term.state).toBe("heir");
});

it.each(["proof", "wait", "continue"] as const)("F4: an heir that is cut off, with onHeirLost %s", (onHeirLost) => {
  const world = new TermWorld(new SeededChance(1), { ...usual, onHeirLost });
  world.runFor(4_000);
  world.cut.add("a>h").add("h>a");
  world.runFor(6_000);
  expect(world.node("h").term.mayAnswer(world.clock(world.node("h")))).toBe(true);
  expect(world.node("a").term.state).toBe(onHeirLost === "continue" ? "unprotected" : "waiting-for-heir");
  world.cut.clear();
  world.runFor(8_000);
  expect(world.authorities().map(({ name }) => name)).toEqual([onHeirLost === "continue" ? "a" : "h"]);
});

it("F4: an heir that says goodbye is no reason to wait, unless told to", () => {
  const states = (["proof", "wait"] as const).map((onHeirLost) => {
    const world = new TermWorld(new SeededChance(1), { ...usual, onHeirLost });
    world.runFor(4_000);
    const heir = world.node("h");
    world.run(heir, () => heir.term.leave(world.clock(heir)));
    world.runFor(3_000);
    return world.node("a").term.state;
  });
  expect(states).toEqual(["unprotected", "waiting-for-heir"]);
});

it("F6: a planned hand-over takes less than a second, and the roles change", () => {
  const world = new TermWorld(new SeededChance(1), usual);
  world.runFor(4_000);
  const heir = world.node("h");
  world.run(heir, () => heir.term.promote(world.clock(heir)));
  world.runFor(1_000);
  expect(world.authorities()).toEqual([heir]);
  world.runFor(4_000);
  expect(world.node("a").term.state).toBe("heir");
});

it("F7: two authorities that never heard of each other stop writing until one is picked, and the other follows it", () => {
  const world = new TermWorld(new SeededChance(1), { ...usual, twoAuthorities: true });
  world.cut.add("a>h").add("h>a");
  world.runFor(2_000);
  const [a, h] = [world.node("a"), world.node("h")];
  expect([a.term.state, h.term.state]).toEqual(["alone", "alone"]);
  world.cut.clear();
  world.runFor(3_000);
  expect([a.term.state, h.term.state]).toEqual(["conflicted", "conflicted"]);
  expect(a.term.mayAcknowledge(world.clock(a), 1, "memory")).toBe(false);
  const lost = [...h.log];
  world.run(a, () => a.term.promote(world.clock(a)));
  world.runFor(3_000);
  expect([a.term.state, h.term.state]).toEqual(["protected", "heir"]);
  expect(world.diverged).toEqual(lost);
});
