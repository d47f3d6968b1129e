/** S12 of stores that are kept: what was told to be gone is gone, whatever befalls who told so. */
import { SimulatedDisk } from "../simulator/disk.ts";
import { simulate } from "../simulator/simulate.ts";

simulate(
  "S9 S12: an entry that was told to have expired has expired when the power was lost right then",
  { seeds: 60 },
  async (world) => {
    const { chance } = world;
    const disk = new SimulatedDisk(world.time, chance.fork());
    const options = { persistent: true, path: "t" };
    const [router, guest] = [world.node(), world.node()];
    await world.join(guest, router);
    router.topics.forward("*");
    const begin = async () => {
      const node = world.node({ name: "authority", storage: disk.storage });
      await world.join(node, router);
      return { node, store: await node.stores.openAuthoritative("t", options) };
    };
    const before = await begin();
    const copy = await guest.stores.open("t", { mode: "sync" });
    let isForked = false;
    copy.on("reset", ({ isFork }) => {
      isForked ||= isFork;
    });
    for (let key = 0; key < 3; key++) await before.store.insert(key, "v", { expiresAfter: chance.between(100, 2_000) });
    const gone = chance.integer(0, 2);
    await world.until(() => copy.sizeSync() <= gone, 10_000);
    world.kill(before.node);
    disk.crash();
    const { revision } = copy.version;
    const after = await begin();
    if (after.store.version.revision < revision)
      throw new Error(`${revision} was told, ${after.store.version.revision} is`);
    await world.until(() => after.store.sizeSync() === 0 && copy.sizeSync() === 0, 10_000);
    if (isForked) throw new Error("the copy had what there is no more");
  },
);
