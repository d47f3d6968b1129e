/** Standbys: what was acknowledged outlives the authority, and somebody goes on. */

import type { SwitchyardError } from "../../library/core/errors.ts";
import { type Count, count } from "../../library/core/values/index.ts";
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
