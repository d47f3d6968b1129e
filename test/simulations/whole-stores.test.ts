/** T1 of stores: whatever befalls a company around a store, there is one order of all that was done, and nothing acknowledged is lost. */

import { simulate } from "../simulator/simulate.ts";
import { Sightings } from "./sightings.ts";
import type { Trouble } from "./store-troubles.ts";
import { liveThrough } from "./whole-store.ts";

/** Of a hundred seeds so many see it, at least. */
const sightings = new Sightings<Trouble>({
  ...{ cut: 20, parted: 15, "one-way": 5, stopped: 20, killed: 15, "killed all": 5, "power lost": 15 },
  ...{ "write interrupted": 1, "unsynced lost": 0, "disk full": 10, "wall set": 1, promoted: 2 },
  ...{ "handed over": 4, "opened anew": 8 },
});

simulate(
  "T1 S1 S2 S3 S4 S6 S7 S8 S12 F2 F6: there is one order of all, whatever befalls links, processes, disks and clocks",
  { seeds: 2_000, patienceMs: 1_000, atEnd: () => sightings.check() },
  async (world) => {
    sightings.add(await liveThrough(world, { isPersistent: true }));
  },
);
