/** Standbys: what was acknowledged outlives the authority, and somebody goes on. */

import type { SwitchyardError } from "../../library/core/errors.ts";
import { type Count, count } from "../../library/core/values/index.ts";
import type { Store } from "../../library/store.ts";
import { SimulatedDisk } from "../simulator/disk.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";

/** An authority, a standby that is its heir, and a client, all at one router. */
async function trio(world: World) {
  const [router, first, second, guest] = [world.node(), world.node(), world.node(), world.node()];
  router.topics.forward("*");
  for (const node of [first, second, guest]) await world.join(node, router);
  const authority = await first.stores.openAuthoritative("t");
  const standby = await second.stores.openStandby("t");
  const states: string[] = [];
  authority.on("term", (state) => states.push(state));
  await world.until(() => states.includes("protected"), 10_000);
  const client = await guest.stores.open("t", { mode: world.chance.flip() ? "sync" : "async", timeoutMs: 20_000 });
  return { router, first, second, authority, standby, client };
}

simulate(
  "F6: what was acknowledged is there after a takeover, within 5 s, and counts once",
  { seeds: 60 },
  async (world) => {
    const { chance, time } = world;
    const { first, standby, client } = await trio(world);
    let acknowledged = 0;
    const writes: Promise<void>[] = [];
    const write = (): void => {
      const written = client.increment("n", count(1)).then(
        () => {
          acknowledged += 1;
        },
        ({ code }: SwitchyardError) => {
          throw new Error(`an increment failed with ${code}`);
        },
      );
      writes.push(written);
    };
    for (let i = 0; i < 20; i++) {
      for (let n = chance.integer(0, 3); n > 0; n--) write();
      await world.settle(chance.between(0, 100));
    }
    write();
    const before = acknowledged;
    world.kill(first);
    const diedMs = time.nowMs;
    await world.until(() => standby.role === "authority", 10_000);
    if (time.nowMs - diedMs > 5_000) throw new Error(`it took ${time.nowMs - diedMs} ms`);
    const taken = Number((standby.lookupSync("n") as Count | undefined)?.value ?? 0);
    if (taken < before) throw new Error(`${taken} of ${before} acknowledged increments were taken over`);
    for (let i = 0; i < 5; i++) write();
    await Promise.all(writes);
    const made = Number((standby.lookupSync("n") as Count).value);
    if (made !== writes.length) throw new Error(`${made} of ${writes.length} increments took effect`);
  },
);

simulate("F2: nobody goes on while both are there, and promote hands over", { seeds: 30 }, async (world) => {
  const { authority, standby, client } = await trio(world);
  await client.insert("a", 1);
  await world.settle(world.chance.between(0, 20_000));
  const roles = (): string => `${authority.role} ${standby.role}`;
  if (roles() !== "authority standby") throw new Error("the roles changed by themselves");
  await standby.promote({ timeoutMs: 10_000 });
  await world.settle(5_000);
  if (standby.role !== "authority" || authority.role !== "standby")
    throw new Error(`${standby.role}, ${authority.role}`);
  await client.insert("b", 2);
  if ((await client.lookup("a")) !== 1) throw new Error("a is gone");
  await world.settle(5_000);
  if ((await authority.digest()) !== (await standby.digest())) throw new Error("they differ");
});

simulate(
  "F1 F2: an authority that starts again knows that it had an heir, and asks it first",
  { seeds: 30 },
  async (world) => {
    const { chance } = world;
    const [router, second, guest] = [world.node(), world.node(), world.node()];
    router.topics.forward("*");
    for (const node of [second, guest]) await world.join(node, router);
    const disk = new SimulatedDisk(world.time, chance.fork());
    const begin = async () => {
      const node = world.node({ name: "first", storage: disk.storage });
      await world.join(node, router);
      return { node, opening: node.stores.openAuthoritative("t", { persistent: true, path: "t" }) };
    };
    const before = await begin();
    const authority = await before.opening;
    const standby = await second.stores.openStandby("t");
    const states: string[] = [];
    authority.on("term", (state) => states.push(state));
    await world.until(() => states.includes("protected"), 10_000);
    const client = await guest.stores.open("t", { mode: "async", timeoutMs: 30_000 });
    await client.increment("n", count(1));
    world.kill(before.node);
    disk.kill();
    await world.settle(chance.between(0, 6_000));
    const { opening } = await begin();
    const written = client.increment("n", count(1));
    const again = await opening;
    await written;
    await world.settle(10_000);
    const roles = [again.role, standby.role].sort();
    if (roles.join(" ") !== "authority standby") throw new Error(`they are ${roles.join(" and ")}`);
    const made = Number((again.lookupSync("n") as Count).value);
    if (made !== 2) throw new Error(`${made} of 2 increments took effect`);
    if ((await again.digest()) !== (await standby.digest())) throw new Error("they differ");
  },
);

simulate("S9: what was acknowledged as replicated is on the heir's disk", { seeds: 30 }, async (world) => {
  const { chance } = world;
  const disks = {
    first: new SimulatedDisk(world.time, chance.fork()),
    second: new SimulatedDisk(world.time, chance.fork()),
  };
  const [router, guest] = [world.node(), world.node()];
  router.topics.forward("*");
  await world.join(guest, router);
  const begin = async (name: "first" | "second") => {
    const node = world.node({ name, storage: disks[name].storage });
    await world.join(node, router);
    return node;
  };
  const options = { persistent: true, path: "t", openTimeoutMs: 60_000 };
  const [first, second] = [await begin("first"), await begin("second")];
  const authority = await first.stores.openAuthoritative("t", options);
  const states: string[] = [];
  authority.on("term", (state) => states.push(state));
  await second.stores.openStandby("t", options);
  await world.until(() => states.includes("protected"), 10_000);
  const client = await guest.stores.open("t", { mode: "async", timeoutMs: 60_000 });
  let acknowledged = 0;
  for (let i = 0; i < 30; i++) {
    client.increment("n", count(1)).then(
      () => {
        acknowledged += 1;
      },
      () => {},
    );
    await world.settle(chance.between(0, 60));
  }
  for (const [node, disk] of [
    [first, disks.first],
    [second, disks.second],
  ] as const) {
    world.kill(node);
    disk.crash();
  }
  const before = acknowledged;
  const openings: Promise<Store>[] = [];
  for (const name of chance.flip() ? (["first", "second"] as const) : (["second", "first"] as const)) {
    const node = await begin(name);
    openings.push(
      name === "first" ? node.stores.openAuthoritative("t", options) : node.stores.openStandby("t", options),
    );
    await world.settle(chance.pick([0, chance.between(0, 6_000)]));
  }
  const stores = await Promise.all(openings);
  await world.settle(10_000);
  for (const store of stores) {
    const kept = Number((store.lookupSync("n") as Count | undefined)?.value ?? 0);
    if (kept < before) throw new Error(`${kept} of ${before} acknowledged increments are at the ${store.role}`);
  }
  const roles = stores.map((store) => store.role).sort();
  if (roles.join(" ") !== "authority standby") throw new Error(`they are ${roles.join(" and ")}`);
});

simulate(
  "F2 S8: a standby that joins a busy store is no heir before its disk has all, and no write waits for that",
  { seeds: 15 },
  async (world) => {
    const { chance, time } = world;
    const disk = new SimulatedDisk(time, chance.fork(), { leastMs: 200, mostMs: 300 });
    const [first, second] = [world.node(), world.node({ name: "second", storage: disk.storage })];
    const authority = await first.stores.openAuthoritative("t");
    for (let key = 0; key < 20_000; key++) void authority.insert(key, 0);
    await authority.insert("last", 0);
    const states: string[] = [];
    authority.on("term", (state) => states.push(state));
    let longestMs = 0;
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver; n++) {
        const begunMs = time.nowMs;
        const written = authority.insert(chance.integer(0, 20_100), n, { durability: "memory" });
        const replicated = authority.insert("n", n);
        await Promise.all([written, replicated]);
        if (!states.includes("protected")) longestMs = Math.max(longestMs, time.nowMs - begunMs);
        await world.settle(chance.between(0, 40));
      }
    })();
    await world.join(first, second);
    const standby = await second.stores.openStandby("t", { path: "t", divergedPath: "." });
    await world.until(() => states.includes("protected"), 60_000);
    if (longestMs > 1_500) throw new Error(`a write took ${longestMs} ms`); // the disk was written for 5 s and more
    isOver = true;
    await writing;
    await world.settle(5_000);
    if ((await authority.digest()) !== (await standby.digest())) throw new Error("they differ");
    world.kill(second);
    disk.crash();
    const again = world.node({ name: "second", storage: disk.storage });
    const alone = again.stores.openStandby("t", { path: "t", openTimeoutMs: 60_000 });
    await world.join(first, again);
    const { version } = await alone;
    if (version.revision < authority.version.revision) throw new Error("it has not all");
  },
);

simulate(
  "S4 F6: what an heir takes over is told like all else, and nothing that it shows goes back meanwhile",
  { seeds: 40 },
  async (world) => {
    const { chance } = world;
    const [router, first, second, guest] = [world.node(), world.node(), world.node(), world.node()];
    router.topics.forward("*");
    for (const node of [first, guest]) await world.join(node, router);
    const authority = await first.stores.openAuthoritative("t");
    const states: string[] = [];
    authority.on("term", (state) => states.push(state));
    await world.join(second, router);
    const options = chance.flip() ? { persistent: true, path: "t" } : {};
    const standby = await second.stores.openStandby("t", options);
    const told: number[] = [];
    const begins = standby.version.revision;
    standby.on("change", ({ version }) => told.push(version.revision));
    await world.until(() => states.includes("protected"), 10_000);
    const client = await guest.stores.open("t", { mode: "async", timeoutMs: 20_000 });
    for (let i = 0; i < 30; i++) {
      client.increment("n", count(1)).catch(() => {});
      await world.settle(chance.between(0, 5));
    }
    world.kill(first);
    let shown = standby.version.revision;
    await world.until(() => {
      const { revision } = standby.version;
      if (revision < shown) throw new Error(`it was at ${shown}, and is at ${revision}`);
      shown = revision;
      return standby.role === "authority";
    }, 10_000);
    await world.settle(5_000);
    const { revision } = standby.version;
    const gap = told.findIndex((each, i) => each !== begins + 1 + i);
    if (gap >= 0 || begins + told.length !== revision) throw new Error(`of ${revision} it told ${told.join(" ")}`);
  },
);

simulate(
  "S2: increments from before there was an heir, sent again after a takeover, count once",
  { seeds: 40 },
  async (world) => {
    const { chance, network } = world;
    const [router, first, second, guest] = [world.node(), world.node(), world.node(), world.node()];
    router.topics.forward("*");
    await world.join(first, router);
    await world.join(second, router);
    const joint = await world.join(guest, router);
    const authority = await first.stores.openAuthoritative("t");
    const states: string[] = [];
    authority.on("term", (state) => states.push(state));
    const client = await guest.stores.open("t", { mode: "async", timeoutMs: 30_000 });
    const writes: Promise<unknown>[] = [];
    const write = (): void => {
      for (let n = chance.integer(1, 4); n > 0; n--) writes.push(client.increment("n", count(1)));
    };
    write();
    await world.settle(chance.between(0, 20));
    const opening = second.stores.openStandby("t");
    for (let i = 0; i < 100 && !states.includes("protected"); i++) {
      write();
      await world.settle(chance.between(0, 20));
      network.cut(joint.opener.name, joint.listener.name); // what is answered now is lost
      await world.settle(chance.between(0, 200));
    }
    const standby = await opening;
    await world.until(() => states.includes("protected"), 10_000);
    write();
    await world.settle(chance.between(0, 5));
    world.kill(first);
    await Promise.all(writes);
    await world.until(() => standby.role === "authority", 10_000); // until then it shows nothing that is only prepared
    const made = Number((standby.lookupSync("n") as Count).value);
    if (made !== writes.length) throw new Error(`${made} of ${writes.length} increments took effect`);
  },
);

simulate(
  "F5: with a witness either side goes on alone, and the witness has it in its record",
  { seeds: 20 },
  async (world) => {
    const { chance } = world;
    const disk = new SimulatedDisk(world.time, chance.fork());
    const judge = world.node({ name: "judge", storage: disk.storage });
    const [first, second] = [world.node({ name: "first" }), world.node({ name: "second" })];
    judge.topics.forward("*");
    await world.join(first, judge);
    await world.join(second, judge);
    const witness = await judge.stores.openWitness("t", { path: "w" });
    const authority = await first.stores.openAuthoritative("t", { arbiter: "witness" });
    const states: string[] = [];
    authority.on("term", (state) => states.push(state));
    const standby = await second.stores.openStandby("t", { arbiter: "witness" });
    await world.until(() => states.includes("protected"), 15_000);
    await authority.insert("a", 1);
    if (witness.record?.authority !== "first" || witness.record.heir !== "second") throw new Error("it was not asked");
    const isHeirLeft = chance.flip();
    world.kill(isHeirLeft ? first : second);
    const [left, name] = isHeirLeft ? ([standby, "second"] as const) : ([authority, "first"] as const);
    await world.until(
      () => left.role === "authority" && witness.record?.authority === name && witness.record.heir === undefined,
      15_000,
    );
    await left.insert("b", 2, { timeoutMs: 15_000, durability: "memory" });
    if (left.lookupSync("a") !== 1) throw new Error("a is gone");
  },
);

simulate(
  "F3 S8: a handle whose term has lapsed says that it is stale, and live again when it is sure",
  { seeds: 15 },
  async (world) => {
    const { router, first, authority, standby, client } = await trio(world);
    await client.insert("a", 1);
    await world.settle(1_000); // until what is known of the state is told
    const told: string[] = [];
    authority.on("state", (state) => told.push(state));
    const sinceMs = world.time.nowMs;
    world.network.part(first.name, router.name);
    await world.until(() => authority.state === "stale", 3_000);
    if (authority.role !== "authority" || authority.lookupSync("a") !== 1)
      throw new Error("it does not answer any more");
    await world.settle(100);
    const ageMs = world.time.nowMs - sinceMs;
    if (authority.ageMs < 100 || authority.ageMs > ageMs)
      throw new Error(`an age of ${authority.ageMs} of ${ageMs} ms`);
    const isBrief = world.chance.flip();
    if (!isBrief) await world.until(() => standby.role === "authority", 5_000);
    world.network.join(first.name, router.name);
    await world.until(() => authority.state === "live" && standby.state === "live", 10_000);
    if (authority.ageMs > 2_000) throw new Error(`an age of ${authority.ageMs} ms, and it is ${authority.role}`);
    await world.until(() => told.at(-1) === "live", 1_000);
    if (told[0] !== "stale") throw new Error(`it was told ${told.join(", ")}`);
    const roles = `${authority.role} ${standby.role}`;
    if (!isBrief && roles !== "standby authority") throw new Error(`they are ${roles}`);
  },
);

simulate(
  "F4: an heir whose process is gone from this machine is not waited for, and one that is cut off is",
  { seeds: 12 },
  async (world) => {
    const running = new Set(["first", "second"]);
    const router = world.node();
    router.topics.forward("*");
    const join = async (name: string) => {
      const runs = (told: string) => running.has(told);
      const node = world.node({ name, processes: { own: () => name, runs, isGone: (told) => !runs(told) } });
      await world.join(node, router);
      return node;
    };
    const [first, second] = [await join("first"), await join("second")];
    const onHeirLost = world.chance.pick(["proof", "wait"] as const);
    const authority = await first.stores.openAuthoritative("t", { onHeirLost });
    const states: string[] = [];
    authority.on("term", (state) => states.push(state));
    await second.stores.openStandby("t");
    await world.until(() => states.includes("protected"), 20_000);
    await world.settle(world.chance.between(1_500, 3_000)); // it has said by what its process is known
    const isKilled = world.chance.flip();
    if (isKilled) {
      world.kill(second);
      running.delete("second");
    } else world.network.part("second", router.name);
    const wanted = isKilled && onHeirLost === "proof" ? "unprotected" : "waiting-for-heir";
    await world.until(() => states.at(-1) === wanted, wanted === "unprotected" ? 1_000 : 5_000);
    await world.settle(10_000);
    if (states.at(-1) !== wanted) throw new Error(`it is ${states.at(-1)}`);
  },
);

simulate(
  "F2: a standby that is being closed does not take over while its last writes are waited for",
  { seeds: 20 },
  async (world) => {
    const { chance } = world;
    const [first, second] = [world.node(), world.node()];
    await world.join(second, first);
    const authority = await first.stores.openAuthoritative("t");
    const standby = await second.stores.openStandby("t");
    const [states, taken]: [string[], string[]] = [[], []];
    authority.on("term", (state) => states.push(state));
    standby.on("term", (state) => taken.push(state));
    await world.until(() => states.includes("protected"), 10_000);
    world.kill(first);
    await world.settle(chance.between(0, 2_500));
    const written = standby.insert("a", 1, { timeoutMs: 30_000 }).catch(({ code }: SwitchyardError) => code);
    const closing = standby.close(chance.between(1_000, 10_000));
    await world.settle(15_000);
    await closing;
    if (taken.includes("taking-over")) throw new Error("it took over");
    if (typeof (await written) !== "string") throw new Error("its write was done");
  },
);
