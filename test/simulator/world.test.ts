/** The simulator keeps its word: same seed, same run; failures that can be replayed; time that only jumps. */
import { describe, expect, it } from "vitest";
import { event } from "../../library/events.ts";
import { SeededChance } from "./chance.ts";
import { SimulatedTime } from "./clock.ts";
import { World } from "./world.ts";

async function liveALittle(world: World): Promise<void> {
  const [a, b, c] = [world.node(), world.node(), world.node()];
  await world.join(a, b);
  const joint = await world.join(c, b);
  b.topics.forward("*");
  await c.events.on("t.*", () => {});
  await joint.out.settled();
  for (let i = 0; i < 50; i++) {
    a.events.raise(`t.${i % 3}`, event("tick", [i]));
    if (i === 25) world.network.cut("n1", "n2");
    await world.settle(world.chance.between(0, 300));
  }
}

async function traceOf(seed: number): Promise<string> {
  const world = new World(seed);
  await world.run(liveALittle);
  return `${world.trace.hash} ${world.trace.chunks} ${world.time.nowMs}`;
}

describe("a world", () => {
  it("runs the same way from the same seed, and another way from another", async () => {
    const traces = await Promise.all([1, 2, 3, 4, 5].map(traceOf));
    const again = await Promise.all([1, 2, 3, 4, 5].map(traceOf));
    expect(again).toEqual(traces);
    expect(new Set(traces).size).toBe(5);
  });

  it("tells when its code waits for what can never happen", async () => {
    const stuck = new World(1).run(() => new Promise(() => {}));
    await expect(stuck).rejects.toThrow("never happen");
  });

  it("tells of timers that outlive the nodes", async () => {
    const leaking = new World(1).run(async (world) => {
      world.time.after(100_000_000, () => {});
    });
    await expect(leaking).rejects.toThrow("1 timers are left");
  });
});

describe("simulated time", () => {
  it("goes from one thing to the next, in order, and keeps the end of a turn for last", () => {
    const time = new SimulatedTime();
    const seen: string[] = [];
    time.after(5, () => {
      seen.push(`a ${time.nowMs}`);
      time.clock.soon(() => seen.push("soon"));
    });
    time.after(5, () => seen.push("b"));
    time.after(1, () => seen.push(`first ${time.nowMs}`));
    time.after(2, () => seen.push("never"))();
    while (time.step());
    expect(seen).toEqual(["first 1", "a 5", "b", "soon"]);
    expect(time.pending).toBe(0);
  });

  it("keeps order with many things in its queue", () => {
    const time = new SimulatedTime();
    const chance = new SeededChance(7);
    const seen: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const cancel = time.after(chance.integer(0, 100), () => seen.push(time.nowMs));
      if (chance.flip(0.2)) cancel();
    }
    const expected = time.pending;
    while (time.step());
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.length).toBe(expected);
  });
});
