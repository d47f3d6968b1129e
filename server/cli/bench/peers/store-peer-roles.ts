/** Putting and copying at any peer that is a store: the same loops for all of them, and for ours. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now, type Part, tell, told, type Usage, usageMeter } from "../role.ts";
import { pairs, putAll, sumOfValues, until } from "../store-entries.ts";
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

/** Puts all when told. */
export async function peerPutIntoStore(part: Part): Promise<void> {
  const client = await peerOf(part).connect(new Packages(part.packages!), part.location!);
  const all = pairs(part.events, part.stringBytes);
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const [stop, startNs] = [usageMeter(), now()];
  await putAll(all, ({ key, value }) => client.put(key, value));
  tellDone(part.events, 0, startNs, now(), stop());
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

/** Follows from the beginning, until all is there. */
export async function peerCopyStore(part: Part): Promise<void> {
  await copying(part, async (copy) => {
    await copy.follow();
    tell({ kind: "ready", location: part.location! });
    return [usageMeter(), 0n];
  });
}

/** Follows when told, which begins with all that is there. */
export async function peerFetchStore(part: Part): Promise<void> {
  await copying(part, async (copy) => {
    tell({ kind: "ready", location: part.location! });
    await told("go");
    const begun = [usageMeter(), now()] as const;
    await copy.follow();
    return begun;
  });
}

type Begin = (copy: StoreCopy) => Promise<readonly [stop: () => Usage, startNs: bigint]>;

async function copying(part: Part, begin: Begin): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-peer-"));
  try {
    const copy = await peerOf(part).copy(new Packages(part.packages!), part.location!, folder);
    const [stop, startNs] = await begin(copy);
    await until(async () => (await copy.size()) === part.events);
    const [endNs, usage] = [now(), stop()];
    tellDone(await copy.size(), await sumOfCopy(copy, part), startNs, endNs, usage);
    await told("stop");
    await copy.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const fewAtATime = 1_000;

async function sumOfCopy(copy: StoreCopy, part: Part): Promise<number> {
  const keys = pairs(part.events, 0).map(({ key }) => key);
  let sum = 0;
  for (let i = 0; i < keys.length; i += fewAtATime) {
    sum += sumOfValues(await copy.values(keys.slice(i, i + fewAtATime)));
  }
  return sum;
}

function tellDone(count: number, sum: number, startNs: bigint, endNs: bigint, usage: Usage): void {
  tell({ kind: "done", startNs: String(startNs), endNs: String(endNs), count, sum, usage, bytes: 0 });
}
