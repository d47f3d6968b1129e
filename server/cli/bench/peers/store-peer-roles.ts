/** Putting and copying at any peer that is a store: the same loops for all of them, and for ours. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now, type Part, tell, told, type Usage, usageMeter } from "../role.ts";
import { pairs, putAll, putPasses, sumOfValues, until } from "../store-entries.ts";
import { natsStore } from "./nats-store.ts";
import { Packages } from "./packages.ts";
import { redisStore } from "./redis-store.ts";
import { serveWith } from "./server.ts";
import type { StoreCopy, StorePeer, StorePeerName } from "./store-peer.ts";

const storePeers: Readonly<Record<StorePeerName, StorePeer>> = { nats: natsStore, redis: redisStore };

function peerOf({ peer }: Part): StorePeer {
  return storePeers[peer as StorePeerName];
}

export async function peerServeStore(part: Part): Promise<void> {
  await serveWith(peerOf(part).server);
}

/** Puts all when told; twice, other keys each time. */
export async function peerPutIntoStore(part: Part): Promise<void> {
  const client = await peerOf(part).connect(new Packages(part.packages!), part.location!);
  for (let pass = 0; pass < putPasses; pass++) {
    const all = pairs(part.events, part.stringBytes, pass * part.events);
    tell({ kind: "ready", location: part.location! });
    await told("go");
    const [stop, startNs] = [usageMeter(), now()];
    await putAll(all, ({ key, value }) => client.put(key, value));
    const [endNs, usage] = [now(), stop()];
    await told("go");
    tellDone(part.events, 0, startNs, endNs, usage);
  }
  await told("stop");
  await client.close();
}

/** Puts all before anybody copies it. */
export async function peerFillStore(part: Part): Promise<void> {
  const client = await peerOf(part).connect(new Packages(part.packages!), part.location!);
  await putAll(pairs(part.events, part.stringBytes), ({ key, value }) => client.put(key, value));
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const [stop, startNs] = [usageMeter(), now()];
  await told("stop");
  tellDone(part.events, 0, startNs, now(), stop());
  await client.close();
}

/** Follows from the beginning, until all of a pass is there. */
export async function peerCopyStore(part: Part): Promise<void> {
  await copying(part, async (copy) => {
    await copy.follow();
    for (let pass = 1; pass <= putPasses; pass++) {
      if (pass > 1) await told("go");
      const stop = usageMeter();
      tell({ kind: "ready", location: part.location! });
      await tellArrival(copy, pass * part.events, 0n, stop);
    }
  });
}

/** Follows when told, which begins with all that is there. */
export async function peerFetchStore(part: Part): Promise<void> {
  await copying(part, async (copy) => {
    tell({ kind: "ready", location: part.location! });
    await told("go");
    const [stop, startNs] = [usageMeter(), now()];
    await copy.follow();
    await tellArrival(copy, part.events, startNs, stop);
  });
}

async function copying(part: Part, act: (copy: StoreCopy) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-peer-"));
  try {
    const copy = await peerOf(part).copy(new Packages(part.packages!), part.location!, folder);
    await act(copy);
    await told("stop");
    await copy.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tellArrival(copy: StoreCopy, count: number, startNs: bigint, stop: () => Usage): Promise<void> {
  await until(async () => (await copy.size()) === count);
  const [endNs, usage] = [now(), stop()];
  tellDone(await copy.size(), await sumOfCopy(copy, count), startNs, endNs, usage);
}

const fewAtATime = 1_000;

async function sumOfCopy(copy: StoreCopy, count: number): Promise<number> {
  const keys = pairs(count, 0).map(({ key }) => key);
  let sum = 0;
  for (let i = 0; i < keys.length; i += fewAtATime) {
    sum += sumOfValues(await copy.values(keys.slice(i, i + fewAtATime)));
  }
  return sum;
}

function tellDone(count: number, sum: number, startNs: bigint, endNs: bigint, usage: Usage): void {
  tell({ kind: "done", startNs: String(startNs), endNs: String(endNs), count, sum, usage, bytes: 0 });
}
