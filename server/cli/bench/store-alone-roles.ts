/** What a store costs in one process: looking up beside a `Map`, and putting onto a disk beside bare LevelDB. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Context, SwitchyardError } from "../../../library/index.ts";
import { openDatabase } from "../../../library/parts.ts";
import { type Part, tell, told } from "./role.ts";
import { keyAt, type Pair, pairs, putAll, storeTopic, sumOfValues } from "./store-entries.ts";

/** Looks up all keys, in an order that is no order, at a `Map`, the authority and a replica in turn. */
export async function lookUp(part: Part): Promise<void> {
  const [authority, replica] = [new Context({ name: "authority" }), new Context({ name: "replica" })];
  const store = await authority.stores.openAuthoritative(storeTopic);
  const { location } = await authority.connections.listen("inproc://bench-store");
  await replica.connections.open(location);
  const all = pairs(part.events, part.stringBytes);
  await putAll(all, ({ key, value }) => store.insert(key, value));
  const copy = await replica.stores.open(storeTopic);
  tell({ kind: "ready", location });
  await told("go");
  const keys = all.map((_, i) => keyAt((i * stride) % all.length));
  const map = new Map(all.map(({ key, value }) => [key, value]));
  const times = inTurn(keys, {
    map: (key) => map.get(key),
    authority: (key) => store.lookupSync(key),
    replica: (key) => copy.lookupSync(key),
  });
  const { map: mapNs, authority: authorityNs, replica: replicaNs } = times;
  const ratios = { authorityToMap: authorityNs / mapNs, replicaToMap: replicaNs / mapNs };
  tell({ kind: "figures", figures: { mapNs, authorityNs, replicaNs, ...ratios } });
  await told("stop");
  await Promise.all([authority.close(), replica.close()]);
}

/** A prime: no count of keys that is measured shares a factor with it, so every key has its turn. */
const stride = 7_919;
const passes = 21;

type LookUp = (key: string) => unknown;

/** Nanoseconds of each, the median of passes. */
function inTurn<Name extends string>(keys: readonly string[], lookUps: Record<Name, LookUp>): Record<Name, number> {
  const names = Object.keys(lookUps) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let pass = 0; pass < passes; pass++) {
    for (const name of names) times.get(name)!.push(passOf(keys, lookUps[name]));
  }
  const median = (name: Name) => times.get(name)!.sort((a, b) => a - b)[passes >> 1]! / keys.length;
  return Object.fromEntries(names.map((name) => [name, median(name)])) as Record<Name, number>;
}

function passOf(keys: readonly string[], lookUpKey: LookUp): number {
  let found = 0;
  const start = process.hrtime.bigint();
  for (const key of keys) if (lookUpKey(key) !== undefined) found += 1;
  const took = Number(process.hrtime.bigint() - start);
  if (found !== keys.length) throw new SwitchyardError("INTERNAL", `void: ${found} of ${keys.length} keys were found`);
  return took;
}

/** Puts onto a disk, beside bare batches of the same size; first unsynced, then synced. */
export async function putOntoDisk(part: Part): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-bench-disk-"));
  try {
    const all = pairs(part.events, part.stringBytes);
    tell({ kind: "ready", location: "" });
    await told("go");
    const unsynced = await besideBare(all, join(folder, "unsynced"), false);
    const synced = await besideBare(all, join(folder, "synced"), true);
    tell({
      kind: "figures",
      figures: {
        ...{ unsyncedPerSecond: unsynced.own, bareUnsyncedPerSecond: unsynced.bare, unsyncedShare: unsynced.share },
        ...{ syncedPerSecond: synced.own, bareSyncedPerSecond: synced.bare, syncedShare: synced.share },
      },
    });
    await told("stop");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of ours and of the bare ones. */
const batch = 512;

async function besideBare(all: readonly Pair[], folder: string, sync: boolean) {
  const path = join(folder, "own");
  const context = new Context({ name: "alone" });
  const durability = sync ? "disk" : "process";
  const store = await context.stores.openAuthoritative(storeTopic, { persistent: true, path, durability });
  const bare = await openDatabase(join(folder, "bare"), true);
  const times: { own: number; bare: number }[] = [];
  for (let i = 0; i < all.length; i += batch) {
    const some = all.slice(i, i + batch);
    const own = await milliseconds(() => Promise.all(some.map(({ key, value }) => store.insert(key, value))));
    times.push({ own, bare: await milliseconds(() => bare.batch(operationsOf(some), { sync })) });
  }
  await bare.close();
  await context.close();
  await checkDisk(path, all);
  const perSecond = (name: "own" | "bare") => all.length / (times.reduce((sum, each) => sum + each[name], 0) / 1_000);
  return { own: perSecond("own"), bare: perSecond("bare"), share: perSecond("own") / perSecond("bare") };
}

function operationsOf(some: readonly Pair[]) {
  return some.map(({ key, value }) => ({ type: "put" as const, key: Buffer.from(key), value: Buffer.from(value) }));
}

async function milliseconds(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** Everything is there when the store is opened again. */
async function checkDisk(path: string, all: readonly Pair[]): Promise<void> {
  const context = new Context({ name: "again" });
  const store = await context.stores.openAuthoritative(storeTopic, { persistent: true, path });
  const sum = sumOfValues(Array.from(store.entriesSync(), ({ value }) => value));
  const isWhole = store.sizeSync() === all.length && sum === sumOfValues(all.map(({ value }) => value));
  await context.close();
  if (!isWhole) throw new SwitchyardError("INTERNAL", `void: not all of ${all.length} puts were on the disk`);
}
