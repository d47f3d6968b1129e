/** T4: what a whole table with its outcomes leaves behind when the machine stops in the middle of writing it. */
import { expect, it } from "vitest";
import { Table } from "../../../library/core/store/table.ts";
import type { OpenStorage } from "../../../library/storage/storage.ts";
import { readStart } from "../../../library/store/opening.ts";
import { type Whole, writeWhole } from "../../../library/store/rewriting.ts";
import { batchOf, entryOf, put, resultsOf } from "../../compliance/storage.ts";
import { SeededChance } from "../../simulator/chance.ts";
import { SimulatedTime } from "../../simulator/clock.ts";
import { SimulatedDisk } from "../../simulator/disk.ts";

const turn = (): Promise<void> => new Promise(setImmediate);

/** Until what was asked for is there, or for so many steps of the clock. */
async function stepOn(time: SimulatedTime, most = Number.POSITIVE_INFINITY): Promise<number> {
  let steps = 0;
  await turn();
  while (steps < most && time.step()) {
    steps += 1;
    await turn();
  }
  return steps;
}

async function settle<Result>(time: SimulatedTime, promise: Promise<Result>): Promise<Result> {
  await stepOn(time);
  return promise;
}

function wholeOf(revision: number, entries: number): Whole {
  const table = new Table();
  for (let i = 0; i < entries; i++) table.restore(entryOf(`new-${i}`, revision));
  const epochs = [{ epoch: 4, revision: 1, by: "cd".repeat(16) }];
  const lead = () => ({ epochs, lineage: "ef".repeat(16), highestEpoch: 4 });
  return {
    version: { epoch: 4, revision },
    epochs,
    table,
    results: () => [resultsOf("a", 1, 2), resultsOf("b", 7, 1)],
    lead,
  };
}

/** What whoever opens it next begins with, in words. */
async function toldOf(opened: OpenStorage): Promise<string> {
  const { version, table, results } = await readStart(opened);
  const clients = [...results].map(({ client, first, outcomes }) => `${client} ${first} to ${first + outcomes.length}`);
  return `${version.epoch}.${version.revision} with ${table.size}; ${clients.join(", ")}`;
}

const before = "3.1 with 1; old 1 to 2";
const after = "4.40 with 1500; a 1 to 3, b 7 to 8";

/** Stops the machine, or the process alone, after so many steps; what is there then, and whether it was done. */
async function stoppedAfter(steps: number, how: "crash" | "kill", seed: number) {
  const time = new SimulatedTime();
  const disk = new SimulatedDisk(time, new SeededChance(seed));
  const opened = await settle(time, disk.storage.open("store"));
  const first = batchOf(1, [put("old", 1n)], { results: [resultsOf("old", 1, 1)] });
  await settle(time, opened.write(first, "disk"));
  let isDone = false;
  void writeWhole(opened, wholeOf(40, 1_500)).then(() => {
    isDone = true;
  });
  const taken = await stepOn(time, steps);
  disk[how]();
  const again = await settle(time, disk.storage.open("store"));
  return { told: await toldOf(again), isDone, isOver: taken < steps };
}

it.each(["crash", "kill"] as const)(
  "T4 S2: a table and its outcomes are replaced together, wherever it stops (%s)",
  async (how) => {
    const seen = new Map<string, number>();
    for (let steps = 0; ; steps++) {
      let isOver = true;
      for (let seed = 1; seed <= 20; seed++) {
        const stopped = await stoppedAfter(steps, how, seed);
        expect(stopped.isDone ? [after] : [before, after], `${how} after ${steps}, seed ${seed}`).toContain(
          stopped.told,
        );
        seen.set(stopped.told, (seen.get(stopped.told) ?? 0) + 1);
        isOver &&= stopped.isOver;
      }
      if (isOver) break;
    }
    expect([...seen.keys()].sort()).toEqual([before, after]);
  },
);
