/** Our own store at two nodes: the authority, which puts or fills it, and a sync replica in another process. */
import { Context, type Store } from "../../../library/index.ts";
import { now, type Part, tell, told, type Usage, usageMeter } from "./role.ts";
import { stallMeter } from "./stall.ts";
import { type Pair, pairs, putAll, putPasses, storeTopic, sumOfValues, until } from "./store-entries.ts";

/** Is authoritative, and puts all when told; twice, other keys each time. Adds up when told, as the copy has all then. */
export async function putIntoStore(part: Part): Promise<void> {
  const { context, store, location } = await authority(part);
  for (let pass = 0; pass < putPasses; pass++) {
    const all = pairs(part.events, part.stringBytes, pass * part.events);
    tell({ kind: "ready", location });
    await told("go");
    const [stop, startNs] = [usageMeter(), now()];
    await putAll(all, insertInto(store));
    const [endNs, usage] = [now(), stop()];
    await told("go");
    await tellDone(store, startNs, endNs, usage);
  }
  await told("stop");
  await context.close();
}

/** A copy, until all of a pass is visible. */
export async function copyStore(part: Part): Promise<void> {
  const context = await connected(part);
  const store = await context.stores.open(storeTopic);
  for (let pass = 1; pass <= putPasses; pass++) {
    if (pass > 1) await told("go");
    const stop = usageMeter();
    tell({ kind: "ready", location: part.location! });
    await until(() => store.sizeSync() === pass * part.events);
    await tellDone(store, 0n, now(), stop());
  }
  await told("stop");
  await context.close();
}

/** Is authoritative for what is there already, and tells in the end how long it was kept from its work meanwhile. */
export async function fillStore(part: Part): Promise<void> {
  const { context, store, location } = await authority(part);
  await putAll(pairs(part.events, part.stringBytes), insertInto(store));
  tell({ kind: "ready", location });
  await told("go");
  const [stop, stalled, startNs] = [usageMeter(), stallMeter(), now()];
  await told("stop");
  await tellDone(store, startNs, now(), stop(), stalled());
  await context.close();
}

/** A first copy of all of it, when told. */
export async function fetchStore(part: Part): Promise<void> {
  const context = await connected(part);
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const [stop, stalled, startNs] = [usageMeter(), stallMeter(), now()];
  const store = await context.stores.open(storeTopic);
  await tellDone(store, startNs, now(), stop(), stalled());
  await told("stop");
  await context.close();
}

async function authority(part: Part) {
  const context = new Context({ name: "authority" });
  const store = await context.stores.openAuthoritative(storeTopic);
  const { location } = await context.connections.listen(part.listen!);
  return { context, store, location };
}

async function connected(part: Part): Promise<Context> {
  const context = new Context({ name: "replica" });
  await (await context.connections.open(part.location!)).settled();
  return context;
}

function insertInto(store: Store): (pair: Pair) => Promise<unknown> {
  return ({ key, value }) => store.insert(key, value);
}

async function tellDone(store: Store, startNs: bigint, endNs: bigint, usage: Usage, stallMs?: number): Promise<void> {
  const count = store.sizeSync();
  const sum = sumOfValues(Array.from(store.entriesSync(), ({ value }) => value));
  const digest = await store.digest();
  tell({
    ...{ kind: "done", startNs: String(startNs), endNs: String(endNs), count, sum, usage, bytes: 0, digest },
    ...(stallMs !== undefined && { stallMs }),
  });
}
