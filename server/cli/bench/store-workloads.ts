/** The workloads over stores; docs/benchmarks.md describes them. */
import { type Contestant, own, storePeers } from "./contestant.ts";
import { cost, rate, timesAsMuch } from "./target.ts";
import type { Sizes, Workload } from "./workloads.ts";

/** Fewer entries have too little to measure. */
const fewest = 1_024;

export function storeWorkloads({ scale, packages }: Sizes): readonly Workload[] {
  const sized = (count: number) => Math.max(Math.round(count * scale), fewest);
  const put = { shape: "put", scheme: "tcp", events: sized(100_000), stringBytes: 100 } as const;
  const snapshot = { shape: "snapshot", scheme: "tcp", events: sized(1_000_000), stringBytes: 16 } as const;
  const copying = { publisher: "fillStore", subscriber: "fetchStore" } as const;
  const tenth: Contestant = {
    ...own({ ...snapshot, events: sized(100_000) }, copying),
    ...{ name: "tenth", title: "ours, a tenth of it" },
  };
  const alone = { ...put, shape: "alone" } as const;
  return [
    {
      name: "store-put",
      title: "puts at the authority → visible at a replica, tcp",
      contestants: [
        own(put, { publisher: "putIntoStore", subscriber: "copyStore" }),
        ...storePeers(put, packages, ["redis", "nats"]),
      ],
      targets: [
        timesAsMuch("putsPerSecond", "redis", { must: 4, goal: 7 }),
        timesAsMuch("putsPerSecond", "nats", { must: 10, goal: 18 }),
        timesAsMuch("warmPutsPerSecond", "redis", {}),
        timesAsMuch("warmPutsPerSecond", "nats", {}),
      ],
    },
    {
      name: "store-get",
      title: "looking up at once, beside Map.get",
      contestants: [own(alone, { publisher: "lookUp" })],
      targets: [cost("lookup to Map.get", "×", ["authorityToMap", "replicaToMap"], { must: 2, goal: 1.3 })],
    },
    {
      name: "store-snapshot",
      title: "a first copy, tcp",
      contestants: [own(snapshot, copying), tenth, ...storePeers(snapshot, packages, ["redis"])],
      targets: [
        timesAsMuch("entriesPerSecond", "redis", { must: 0.5, goal: 0.75 }),
        cost("longest stall", "ms", ["authorityStallMs", "replicaStallMs"], { must: 50, goal: 20 }),
        timesAsMuch("entriesPerSecond", "tenth", { must: 0.5, goal: 0.8 }),
      ],
    },
    {
      name: "store-persist",
      title: "puts onto a disk, beside bare batches",
      contestants: [own(alone, { publisher: "putOntoDisk" })],
      targets: [
        rate("unsynced, to bare batches", "%", "unsyncedShare", 0.01, { must: 75, goal: 90 }),
        rate("synced, to bare batches", "%", "syncedShare", 0.01, { must: 75, goal: 90 }),
      ],
    },
  ];
}
