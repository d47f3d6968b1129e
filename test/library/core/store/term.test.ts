/** The clockwork of terms: two nodes never answer at once, nothing replicated is lost, somebody goes on. */
import { expect, it } from "vitest";
import { repeats } from "../../../rig/repeats.ts";
import { SeededChance } from "../../../simulator/chance.ts";
import { eachSeed, heal, onlySeed, trouble, usual } from "./term-trouble.ts";
import { TermWorld } from "./term-world.ts";

it(
  "F1 F2 F3 F5 F6: whatever happens, one answers at a time and nothing replicated is lost, and in the end one goes on",
  () => {
    const seen = { answers: 0, takeovers: 0, replicated: 0 };
    eachSeed(repeats(1_200, 100_000), (chance) => {
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
    if (onlySeed === undefined) expect(Math.min(seen.takeovers, seen.replicated / 100)).toBeGreaterThan(300);
  },
  repeats(120_000, 7_200_000),
);

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

it("F3: from the end of its term an authority is not sure that it has all, whether it was awake to see that or not", () => {
  const world = new TermWorld(new SeededChance(1), usual);
  world.runFor(4_000);
  const { term } = world.node("a");
  const nowMs = world.clock(world.node("a"));
  expect(term.unsureSinceMs(nowMs)).toBeUndefined();
  const sinceMs = term.unsureSinceMs(nowMs + 10_000)!;
  expect(sinceMs).toBeGreaterThan(nowMs + 1_000);
  expect(sinceMs).toBeLessThanOrEqual(nowMs + 2_000);
  expect([term.mayAnswer(sinceMs - 1), term.mayAnswer(sinceMs)]).toEqual([true, false]);
  const heir = world.node("h");
  expect(heir.term.unsureSinceMs(world.clock(heir))).toBe(world.clock(heir));
  world.crash(heir);
  world.runFor(10_000);
  expect(term.unsureSinceMs(world.clock(world.node("a")))).toBeLessThanOrEqual(sinceMs);
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
  const lost = h.log.slice(0, h.committed);
  world.run(a, () => a.term.promote(world.clock(a)));
  world.runFor(3_000);
  expect([a.term.state, h.term.state]).toEqual(["protected", "heir"]);
  expect(world.diverged).toEqual(lost);
});
