/** Simulated disks: what they lose, what they keep, and how they fail. */
import { describe, expect, it } from "vitest";
import { batchOf, put } from "../compliance/storage.ts";
import { SeededChance } from "./chance.ts";
import { SimulatedTime } from "./clock.ts";
import { SimulatedDisk } from "./disk.ts";

/** Lets time pass until nothing is to happen any more. */
async function passAll(time: SimulatedTime): Promise<void> {
  do await new Promise(setImmediate);
  while (time.step());
}

async function opened(disk: SimulatedDisk, time: SimulatedTime) {
  const opening = disk.storage.open("store");
  await passAll(time);
  return opening;
}

/** Twenty writes, of which the first ten are synced; returns the revision after the accident. */
async function revisionAfter(seed: number, accident: "crash" | "kill"): Promise<number> {
  const time = new SimulatedTime();
  const disk = new SimulatedDisk(time, new SeededChance(seed));
  const open = await opened(disk, time);
  for (let revision = 1; revision <= 20; revision++) {
    void open.write(batchOf(revision, [put("k", BigInt(revision))]), revision <= 10 ? "disk" : "process");
  }
  await passAll(time);
  disk[accident]();
  return (await opened(disk, time)).head.version.revision;
}

describe("a simulated disk", () => {
  it("loses of what was not synced an end of chance, and the same one for the same seed", async () => {
    const seeds = Array.from({ length: 40 }, (_, seed) => seed);
    const left = await Promise.all(seeds.map((seed) => revisionAfter(seed, "crash")));
    expect(await Promise.all(seeds.map((seed) => revisionAfter(seed, "crash")))).toEqual(left);
    expect([Math.min(...left), Math.max(...left)]).toEqual([10, 20]);
    expect(new Set(left).size).toBeGreaterThan(5);
  });

  it("keeps everything that the system has when the process alone is killed", async () => {
    expect(await revisionAfter(1, "kill")).toBe(20);
  });

  it("never answers what was under way when its machine went, which may be there or not", async () => {
    const sizes = await Promise.all(Array.from({ length: 40 }, (_, seed) => sizeAfterCrash(seed)));
    expect(new Set(sizes)).toEqual(new Set([0, 1]));
  });

  async function sizeAfterCrash(seed: number): Promise<number> {
    const time = new SimulatedTime();
    const disk = new SimulatedDisk(time, new SeededChance(seed));
    const open = await opened(disk, time);
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    open.write(batchOf(1, [put("k", 1n)]), "disk").then(settled, settled);
    await new Promise(setImmediate); // it has begun
    disk.crash();
    await passAll(time);
    expect(isSettled).toBe(false);
    return (await opened(disk, time)).size;
  }

  it("fails as it is told, with those that wait, and goes on afterwards", async () => {
    const time = new SimulatedTime();
    const disk = new SimulatedDisk(time, new SeededChance(3));
    const open = await opened(disk, time);
    disk.fail("NO_SPACE");
    const writes = [1, 2].map((revision) => open.write(batchOf(revision, [put("k", 1n)]), "disk"));
    const outcomes = Promise.allSettled(writes);
    await passAll(time);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "NO_SPACE" } });
    expect([disk.refused, open.size]).toEqual([1, 0]);
    disk.fail(undefined);
    const write = open.write(batchOf(1, [put("k", 1n)]), "disk");
    await passAll(time);
    await write;
    expect(open.size).toBe(1);
  });
});
