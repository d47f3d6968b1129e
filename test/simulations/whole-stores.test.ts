/** T1 of stores: whatever befalls a company around a store, there is one order of all that was done, and nothing acknowledged is lost. */

import { simulate } from "../simulator/simulate.ts";
import { Sightings } from "./sightings.ts";
import { type Trouble, troubleKinds } from "./store-troubles.ts";
import { liveThrough } from "./whole-store.ts";

const sightings = new Sightings<Trouble>(Object.fromEntries(troubleKinds.map((kind) => [kind, 0])) as Record<Trouble, number>);

simulate("T1: one order of all", { seeds: 100, patienceMs: 1_000 }, async (world) => {
  sightings.add(await liveThrough(world, { isPersistent: true }));
});
