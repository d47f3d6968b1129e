/** Promotion from anywhere: whoever may own a store changes who its authority is, and nothing acknowledged is missing. */
import type { Context } from "../../library/context.ts";
import type { SwitchyardError } from "../../library/core/errors.ts";
import { type Count, count } from "../../library/core/values/index.ts";
import { versionsLost } from "../../library/index.ts";
import type { Store } from "../../library/store.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";

interface Trio {
  readonly router: Context;
  readonly first: Context;
  readonly second: Context;
  readonly guest: Context;
  readonly authority: Store;
  readonly standby: Store;
  readonly client: Store;
}

/** An authority, a standby that is its heir, and a client, all at one router. */
async function trio(world: World): Promise<Trio> {
  const router = world.node();
  const [first, second, guest] = [world.node({ name: "first" }), world.node({ name: "second" }), world.node()];
  router.topics.forward("*");
  for (const node of [first, second, guest]) await world.join(node, router);
  const authority = await first.stores.openAuthoritative("t");
  const standby = await second.stores.openStandby("t");
  const states: string[] = [];
  authority.on("term", (state) => states.push(state));
  await world.until(() => states.includes("protected"), 10_000);
  const mode = world.chance.flip() ? "sync" : "async";
  const client = await guest.stores.open("t", { mode, timeoutMs: 30_000 });
  return { router, first, second, guest, authority, standby, client };
}

/** Increments that a client makes all the while, and how long the slowest took. */
class Writing {
  slowestMs = 0;
  sent = 0;
  readonly #world: World;
  readonly #store: Store;
  readonly #writes: Promise<void>[] = [];

  constructor(world: World, store: Store) {
    this.#world = world;
    this.#store = store;
  }

  write(): void {
    const { time } = this.#world;
    const startMs = time.nowMs;
    this.sent += 1;
    const written = this.#store.increment("n", count(1)).then(() => {
      this.slowestMs = Math.max(this.slowestMs, time.nowMs - startMs);
    });
    written.catch(() => {}); // told by `done`
    this.#writes.push(written);
  }

  async for(durationMs: number): Promise<void> {
    const endMs = this.#world.time.nowMs + durationMs;
    while (this.#world.time.nowMs < endMs) {
      this.write();
      await this.#world.settle(this.#world.chance.between(0, 40));
    }
  }

  /** All were acknowledged, and each counts once. */
  async check(store: Store): Promise<void> {
    await Promise.all(this.#writes);
    const made = Number((store.lookupSync("n") as Count).value);
    if (made !== this.sent) throw new Error(`${made} of ${this.sent} increments took effect`);
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "",
    (error: unknown) => (error as SwitchyardError).code,
  );
}

function expectRoles(stores: readonly Store[], wanted: string): void {
  const roles = stores.map(({ role }) => role).join(" ");
  if (roles !== wanted) throw new Error(`they are ${roles}`);
}

simulate(
  "F6: a client over a router has the authority hand over, to and fro, and writers wait a moment",
  { seeds: 6 },
  async (world) => {
    const { authority, standby, client } = await trio(world);
    const writing = new Writing(world, client);
    let epoch = authority.version.epoch;
    for (const name of ["second", "first", "second"]) {
      const writes = writing.for(1_500);
      await world.settle(world.chance.between(0, 1_000));
      const promoted = await client.promote(world.chance.flip() ? {} : { node: name });
      if (promoted.node !== name || promoted.epoch !== epoch + 1) throw new Error(JSON.stringify(promoted));
      epoch = promoted.epoch;
      await writes;
      await world.settle(6_000); // until the former one is in sync
    }
    if (writing.slowestMs > 1_000) throw new Error(`a write took ${writing.slowestMs} ms`);
    expectRoles([authority, standby], "standby authority");
    const again = await client.promote({ node: "second" });
    if (again.epoch !== epoch) throw new Error("it was promoted to what it was");
    await writing.check(standby);
  },
);

simulate(
  "F6: a promotion over links that break happens once, or fails and harms nobody",
  { seeds: 12 },
  async (world) => {
    const { router, first, second, guest, authority, standby, client } = await trio(world);
    const { chance, network } = world;
    const writing = new Writing(world, client);
    const writes = writing.for(12_000);
    const { epoch } = authority.version;
    const promotion = client.promote({ timeoutMs: 8_000 });
    const outcome = codeOf(promotion);
    for (let i = chance.integer(1, 6); i > 0; i--) {
      await world.settle(chance.between(0, 300));
      network.cut(chance.pick([first, second, guest]).name, router.name);
    }
    const code = await outcome;
    await writes;
    await world.settle(15_000);
    if (code === "") {
      const promoted = await promotion;
      if (promoted.epoch > epoch + 2) throw new Error(`epoch ${promoted.epoch} after ${epoch}`);
    } else if (code !== "NO_AUTHORITY" && code !== "NO_HEIR" && code !== "CONFLICT") throw new Error(code);
    const roles = [authority.role, standby.role].sort().join(" ");
    if (roles !== "authority standby") throw new Error(`they are ${roles} after ${code}`);
    await writing.check(authority);
    if ((await authority.digest()) !== (await standby.digest())) throw new Error("they differ");
  },
);

simulate("F6: an authority that closes hands over, and writers wait a moment only", { seeds: 15 }, async (world) => {
  const { first, authority, standby, client } = await trio(world);
  const writing = new Writing(world, client);
  const writes = writing.for(3_000);
  await world.settle(world.chance.between(0, 1_500));
  const startMs = world.time.nowMs;
  if (world.chance.flip()) await authority.close();
  else await first.close();
  if (world.time.nowMs - startMs > 1_500) throw new Error(`closing took ${world.time.nowMs - startMs} ms`);
  await world.until(() => standby.role === "authority", 500);
  await writes;
  if (writing.slowestMs > 1_000) throw new Error(`a write took ${writing.slowestMs} ms`);
  await writing.check(standby);
});

simulate(
  "F6: by force a standby that was cut off takes over with what it has, and that is said first",
  { seeds: 10 },
  async (world) => {
    const { router, first, second, client } = await trio(world);
    const spare = world.node({ name: "third" });
    await world.join(spare, router);
    const third = await spare.stores.openStandby("t");
    await client.insert("a", 1);
    await world.settle(3_000);
    const nothing = await client.atRisk({ node: "third" });
    if (versionsLost(nothing) !== 0) throw new Error(JSON.stringify(nothing));
    world.network.part("third", router.name);
    world.network.cut("third", router.name);
    const later = world.chance.integer(1, 5);
    for (let i = 0; i < later; i++) await client.insert(`later ${i}`, i);
    await world.settle(1_500);
    world.network.part("first", router.name);
    world.network.part("second", router.name);
    world.network.join("third", router.name);
    await world.settle(2_000);
    if ((await codeOf(client.promote({ timeoutMs: 3_000 }))) !== "NO_AUTHORITY") throw new Error("who agreed?");
    const { node, held } = await client.atRisk();
    if (node !== "third" || held.revision !== third.version.revision) throw new Error(`${node} with ${held.revision}`);
    const promoted = await client.promote({ force: true, agreed: nothing });
    if (promoted.node !== "third" || third.role !== "authority") throw new Error(promoted.node);
    await client.insert("b", 2);
    for (const name of ["first", "second"]) world.network.join(name, router.name);
    await world.settle(20_000);
    const left = first.stores.all()[0]!;
    expectRoles([left, second.stores.all()[0]!, third], "standby standby authority");
    if (left.lookupSync("b") !== 2 || left.lookupSync("later 0") !== undefined) throw new Error("it does not follow");
  },
);

simulate("F4 F6: an authority that waits for its heir in vain goes on by force", { seeds: 10 }, async (world) => {
  const { second, authority, client } = await trio(world);
  await client.insert("a", 1);
  world.kill(second);
  await world.settle(10_000);
  if ((await codeOf(client.insert("b", 2, { timeoutMs: 1_000 }))) === "") throw new Error("it did not wait");
  if ((await codeOf(client.promote({ timeoutMs: 2_000 }))) !== "NO_AUTHORITY") throw new Error("who agreed?");
  const { node, held, newest } = await client.atRisk();
  if (node !== "first" || held.revision < newest.revision) throw new Error("there is nothing to lose that is known");
  const promoted = await client.promote({ force: true });
  if (promoted.node !== "first") throw new Error(promoted.node);
  await client.insert("c", 3);
  if (authority.role !== "authority" || authority.lookupSync("a") !== 1) throw new Error("a is gone");
});

simulate("F7: of two authorities in conflict a client picks one by its name", { seeds: 20 }, async (world) => {
  const [router, guest] = [world.node(), world.node()];
  const nodes = [world.node({ name: "left" }), world.node({ name: "right" })] as const;
  router.topics.forward("*");
  await world.join(guest, router);
  const stores = await Promise.all(nodes.map((node) => node.stores.openAuthoritative("t")));
  for (const [i, store] of stores.entries()) await store.insert(`of ${i}`, i);
  for (const node of nodes) await world.join(node, router);
  await world.settle(5_000);
  const client = await guest.stores.open("t", { mode: "async", timeoutMs: 10_000 });
  for (const force of [true, false]) {
    if ((await codeOf(client.promote({ force }))) !== "AUTHORITY_CONFLICT") throw new Error("one was picked by itself");
  }
  const picked = world.chance.integer(0, 1);
  const promoted = await client.promote({ node: nodes[picked]!.name });
  if (promoted.node !== nodes[picked]!.name) throw new Error(promoted.node);
  await client.insert("more", 1);
  await world.settle(5_000);
  expectRoles([stores[picked]!, stores[1 - picked]!], "authority standby");
  if (stores[1 - picked]!.lookupSync(`of ${picked}`) !== picked) throw new Error("the other one does not follow");
});
