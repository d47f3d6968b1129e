/** T1 of stores: whatever befalls a company around a store, there is one order of all that was done, and nothing acknowledged is lost. */

import { simulate } from "../simulator/simulate.ts";
import { Sightings } from "./sightings.ts";
import type { Trouble } from "./store-troubles.ts";
import { type Course, liveThrough } from "./whole-store.ts";

/** Of a hundred seeds so many see it, at least. */
const onDisk = new Sightings<Trouble | Course>({
  ...{ cut: 20, parted: 15, "one-way": 5, stopped: 20, killed: 15, "killed all": 5, "power lost": 15 },
  ...{ "write interrupted": 1, "unsynced lost": 0, "disk full": 10, "wall set": 1, promoted: 2 },
  ...{ "handed over": 4, "opened anew": 8 },
  ...{ "taken over": 10, expired: 20, cleared: 10, "condition failed": 20, "copied anew": 5, "in doubt": 2 },
});

simulate(
  "T1 S1 S2 S3 S4 S6 S7 S8 S12 F2 F6: there is one order of all, whatever befalls links, processes, disks and clocks",
  { seeds: 2_000, patienceMs: 1_000, atEnd: () => onDisk.check() },
  async (world) => {
    onDisk.add(await liveThrough(world, { isPersistent: true }));
  },
);

const inMemory = new Sightings<Trouble | Course>({
  ...{ cut: 20, parted: 15, "one-way": 5, stopped: 20, killed: 5, "killed all": 0, "power lost": 0 },
  ...{ "write interrupted": 0, "unsynced lost": 0, "disk full": 0, "wall set": 1, promoted: 2 },
  ...{ "handed over": 2, "opened anew": 8 },
  ...{ "taken over": 5, expired: 20, cleared: 10, "condition failed": 20, "copied anew": 2, "in doubt": 0 },
});

simulate(
  "T1 S1 S2 S3 S4 S6 S7 S8 S12 F2 F6: there is one order of all, also where all is in memory and one of a pair lives",
  { seeds: 400, patienceMs: 1_000, atEnd: () => inMemory.check() },
  async (world) => {
    inMemory.add(await liveThrough(world, { isPersistent: false }));
  },
);
