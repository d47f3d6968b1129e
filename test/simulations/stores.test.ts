/** Stores of whole clusters: however the network misbehaves, no write is lost or made twice, and all copies come to agree. */

import type { SwitchyardError } from "../../library/core/errors.ts";
import { type Count, count } from "../../library/core/values/index.ts";
import type { Store } from "../../library/store.ts";
import { SimulatedDisk } from "../simulator/disk.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Cluster, closeRings, growTree } from "./cluster.ts";
import { StoreHistory } from "./store-history.ts";

const keys = ["a", "b", "c", "d", "e", "f"] as const;

/** What became of increments by 1 of one counter. */
interface Tally {
  acknowledged: number;
  indeterminate: number;
  refused: number;
}

class Traders {
  readonly world: World;
  readonly history = new StoreHistory();
  readonly stores: Store[] = [];
  readonly tally: Tally = { acknowledged: 0, indeterminate: 0, refused: 0 };
  pending = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** Any write at any store; what it comes to is held against what must be. */
  write(store: Store): void {
    const { chance } = this.world;
    const kind = chance.integer(0, 9);
    const key = chance.pick(keys);
    if (kind < 5) this.#count(store);
    else if (kind < 8) this.#watch(store, key, store.insert(key, chance.integer(0, 1_000)));
    else if (kind < 9) this.#watch(store, key, store.remove(key));
    else this.#watch(store, key, store.clear());
  }

  #count(store: Store): void {
    this.pending += 1;
    store.increment("counter of the tally", count(1)).then(
      () => this.#done("acknowledged"),
      ({ code }: SwitchyardError) => {
        if (code === "INDETERMINATE") this.#done("indeterminate");
        else if (code === "NO_AUTHORITY") this.#done("refused");
        else throw new Error(`an increment failed with ${code}`);
      },
    );
  }

  #done(what: keyof Tally): void {
    this.tally[what] += 1;
    this.pending -= 1;
  }

  /** S3: where it resolves, the copy has its version. */
  #watch(store: Store, key: string, written: Promise<{ readonly revision: number }>): void {
    this.pending += 1;
    written.then(
      ({ revision }) => {
        this.pending -= 1;
        if (store.mode === "sync" && store.version.revision < revision) {
          throw new Error(`${key} of revision ${revision} is not seen at ${store.version.revision}`);
        }
      },
      () => {
        this.pending -= 1;
      },
    );
  }

  checkCopies(): void {
    for (const store of this.stores) if (store.mode === "sync") this.history.check(store, store.role);
  }

  /** S2: of the increments, all that were acknowledged count, none that was refused, and none twice. */
  checkTally(authority: Store): void {
    const { acknowledged, indeterminate } = this.tally;
    const made = Number((authority.lookupSync("counter of the tally") as Count | undefined)?.value ?? 0);
    if (made < acknowledged || made > acknowledged + indeterminate) {
      throw new Error(`${made} increments took effect, of ${acknowledged} acknowledged and ${indeterminate} in doubt`);
    }
  }

  /** S7: all copies are the same. */
  async checkConvergence(authority: Store): Promise<void> {
    const digest = await authority.digest();
    for (const store of this.stores) {
      if (store.mode !== "sync") continue;
      if (store.version.revision !== authority.version.revision || (await store.digest()) !== digest) {
        throw new Error(`a copy is at ${store.version.revision}, not ${authority.version.revision}`);
      }
      if (store.state !== "live") throw new Error(`a copy is ${store.state}`);
    }
  }
}

async function clusterOf(world: World, size: number): Promise<Cluster> {
  const cluster = new Cluster(world, size);
  for (const node of cluster.nodes) node.topics.forward("*");
  await growTree(cluster);
  if (world.chance.flip()) await closeRings(cluster, world.chance.integer(1, 2));
  await world.settle(2_000);
  return cluster;
}

simulate("T1 S1 S2 S3 S4 S5 S7 S8: stores agree however often links break", { seeds: 60 }, async (world) => {
  const { chance, network } = world;
  const cluster = await clusterOf(world, chance.integer(2, 5));
  const traders = new Traders(world);
  const authority = await cluster.nodes[0]!.stores.openAuthoritative("t");
  traders.history.follow(authority);
  for (const node of cluster.nodes.slice(1)) {
    const store = await node.stores.open("t", { mode: chance.flip(0.7) ? "sync" : "async" });
    traders.stores.push(store);
  }
  for (let i = 0; i < 40; i++) {
    for (let n = chance.integer(0, 6); n > 0; n--) traders.write(chance.pick([authority, ...traders.stores]));
    const { opener, listener } = chance.pick(cluster.edges).joint;
    if (chance.flip(0.2)) network.cut(opener.name, listener.name);
    else if (chance.flip(0.1)) network.part(opener.name, listener.name);
    else network.join(opener.name, listener.name);
    await world.settle(chance.pick([chance.between(0, 20), chance.between(0, 2_500)]));
    traders.checkCopies();
  }
  for (const { joint } of cluster.edges) network.join(joint.opener.name, joint.listener.name);
  await world.until(() => traders.pending === 0);
  await world.settle(20_000); // links are dialled again, and then there are five seconds
  for (const store of traders.stores) await store.insert("the end", 1); // nobody is stuck
  await world.settle(1_000);
  traders.checkCopies();
  await traders.checkConvergence(authority);
});

simulate("T1 S2 S8 S9: increments count once, whatever breaks", { seeds: 60 }, async (world) => {
  const { chance, network } = world;
  const cluster = await clusterOf(world, chance.integer(2, 4));
  const disk = new SimulatedDisk(world.time, chance.fork());
  const traders = new Traders(world);
  const options = { persistent: true, path: "t", durability: chance.pick(["process", "disk"] as const) };
  const [hub] = cluster.nodes;
  let host = world.node({ name: "host-0", storage: disk.storage });
  let joint = await world.join(host, hub!);
  let authority = await host.stores.openAuthoritative("t", options);
  for (const node of cluster.nodes) {
    traders.stores.push(await node.stores.open("t", { mode: chance.flip() ? "sync" : "async" }));
  }
  for (let i = 0; i < 25; i++) {
    for (let n = chance.integer(0, 5); n > 0; n--) {
      const store = chance.pick(traders.stores);
      const options = { durability: "disk" } as const;
      traders.pending += 1;
      store.increment("n", count(1), options).then(
        () => {
          traders.tally.acknowledged += 1;
          traders.pending -= 1;
        },
        ({ code }: SwitchyardError) => {
          traders.tally[code === "NO_AUTHORITY" ? "refused" : "indeterminate"] += 1;
          traders.pending -= 1;
        },
      );
    }
    if (chance.flip(0.3)) network.cut(joint.opener.name, joint.listener.name);
    await world.settle(chance.pick([chance.between(0, 30), chance.between(0, 1_500)]));
    if (!chance.flip(0.15)) continue;
    world.kill(host);
    disk.crash();
    await world.settle(chance.between(0, 3_000));
    host = world.node({ name: `host-${i + 1}`, storage: disk.storage });
    joint = await world.join(host, hub!);
    authority = await host.stores.openAuthoritative("t", options);
  }
  await world.until(() => traders.pending === 0);
  await world.settle(20_000);
  const made = Number((authority.lookupSync("n") as Count | undefined)?.value ?? 0);
  const { acknowledged, indeterminate } = traders.tally;
  if (made < acknowledged || made > acknowledged + indeterminate) {
    throw new Error(`${made} increments took effect, of ${acknowledged} acknowledged and ${indeterminate} in doubt`);
  }
  await traders.checkConvergence(authority);
});

simulate("S2: a write whose link breaks is sent again, and takes effect once", { seeds: 40 }, async (world) => {
  const { chance, network } = world;
  const [host, router, guest] = [world.node(), world.node(), world.node()];
  router.topics.forward("*");
  const joints = [await world.join(host, router), await world.join(guest, router)];
  const authority = await host.stores.openAuthoritative("t");
  const store = await guest.stores.open("t", { mode: chance.flip() ? "sync" : "async", timeoutMs: 60_000 });
  const writes: Promise<unknown>[] = [];
  for (let i = 0; i < 20; i++) {
    for (let n = chance.integer(1, 4); n > 0; n--) writes.push(store.increment("n", count(1)));
    if (chance.flip(0.1)) for (let n = 0; n < 1_500; n++) writes.push(store.increment("n", count(1)));
    await world.settle(chance.between(0, 5));
    const { opener, listener } = chance.pick(joints);
    network.cut(opener.name, listener.name);
    await world.settle(chance.between(0, 1_500));
  }
  await Promise.all(writes);
  const made = Number((authority.lookupSync("n") as Count).value);
  if (made !== writes.length) throw new Error(`${made} increments took effect, of ${writes.length}`);
});

simulate(
  "S4 S7: an authority that comes back with nothing resets its copies, and tells so",
  { seeds: 40 },
  async (world) => {
    const { chance } = world;
    const hub = world.node();
    const first = world.node({ name: "first" });
    await world.join(first, hub);
    const before = await first.stores.openAuthoritative("t");
    for (let i = 0; i < 20; i++) await before.insert(i, "before");
    const copy = await hub.stores.open("t");
    const resets: boolean[] = [];
    copy.on("reset", ({ isFork }) => resets.push(isFork));
    world.kill(first);
    await world.settle(chance.between(1, 10_000));
    if (copy.sizeSync() !== 20) throw new Error("the copy did not go on answering");
    const second = world.node({ name: "second" });
    await world.join(second, hub);
    const after = await second.stores.openAuthoritative("t");
    for (let i = chance.integer(0, 40); i > 0; i--) await after.insert(`new ${i}`, "after");
    await world.settle(20_000);
    if ((await copy.digest()) !== (await after.digest())) throw new Error("the copy is another one");
    if (resets.join() !== "true") throw new Error(`resets: ${resets.join()}`);
  },
);

simulate(
  "S4: a copy that moves to an authority that never met its own has that one's content, at the same version, too",
  { seeds: 40 },
  async (world) => {
    const { chance } = world;
    const [east, west, guest] = [world.node(), world.node(), world.node()];
    const [old, other] = await Promise.all([east, west].map((node) => node.stores.openAuthoritative("t")));
    const writes = chance.integer(1, 20);
    for (let i = 0; i < writes; i++) {
      await old!.insert(i, "east");
      await other!.insert(i, "west");
    }
    const { out } = await world.join(guest, east);
    const copy = await guest.stores.open("t");
    const resets: string[] = [];
    copy.on("reset", ({ from, to, isFork }) => resets.push(JSON.stringify([from, to, isFork])));
    const { version } = copy;
    if (copy.lookupSync(0) !== "east") throw new Error("the copy is none");
    await out.close();
    await world.join(guest, west);
    await world.until(() => copy.lookupSync(0) === "west");
    if ((await copy.digest()) !== (await other!.digest())) throw new Error("the copy is another one");
    if (resets.join() !== JSON.stringify([version, version, true])) throw new Error(`resets: ${resets.join()}`);
    await copy.insert("more", "west");
    if (other!.lookupSync("more") !== "west") throw new Error("the copy writes elsewhere");
  },
);

simulate(
  "S4 F7: a standby that starts on a disk with another history of the same numbers takes that of its authority",
  { seeds: 30 },
  async (world) => {
    const { chance } = world;
    const disk = new SimulatedDisk(world.time, chance.fork());
    const persistent = { persistent: true, path: "t", openTimeoutMs: 60_000 };
    const writes = chance.integer(1, 10);
    const [island, kept] = [world.node(), world.node({ name: "second", storage: disk.storage })];
    const former = await island.stores.openAuthoritative("t");
    await world.join(kept, island);
    const mirror = await kept.stores.openStandby("t", persistent);
    for (let i = 0; i < writes; i++) await former.insert(i, "another history");
    await world.until(() => mirror.version.revision === writes);
    await world.settle(1_000); // it is on the disk
    for (const node of [island, kept]) world.kill(node);
    disk.kill();
    await world.settle(10_000);

    const first = world.node({ name: "first" });
    const authority = await first.stores.openAuthoritative("t");
    for (let i = 0; i < writes; i++) await authority.insert(i, "history");
    const second = world.node({ name: "second", storage: disk.storage });
    await world.join(second, first);
    const standby = await second.stores.openStandby("t", persistent);
    await world.until(() => standby.lookupSync(0) === "history");
    if ((await standby.digest()) !== (await authority.digest())) throw new Error("the standby has another history");
  },
);
