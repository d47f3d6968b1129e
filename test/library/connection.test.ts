/** A connection at the moments between its states: while it breaks, while it is closed, while its node closes. */
import { expect, it } from "vitest";
import type { Link, Transport } from "../../library/transports/transport.ts";
import { World } from "../simulator/world.ts";
import { Company } from "./company.ts";

it("settles while its link is closing but not yet closed", async () => {
  await new World(2).run(async (world) => {
    const [a, b] = [world.node(), world.node()];
    const { out } = await world.join(a, b);
    world.network.part("n0", "n1");
    // The link cannot be closed in good order, and is cut when there is no more patience with it.
    const closed = out.close(5_000);
    await world.settle(1_000);
    const isSettled = out.settled().then(() => true);
    expect(await Promise.race([isSettled, world.settle(1_000)])).toBe(true);
    world.network.join("n0", "n1");
    await world.settle(30_000);
    await closed;
  });
});

/** A link that tells only whether it was destroyed. */
class IdleLink implements Link {
  readonly remote = "idle";
  isDestroyed = false;
  start(): void {}
  send(): boolean {
    return true;
  }
  pause(): void {}
  resume(): void {}
  close(): void {}
  destroy(): void {
    this.isDestroyed = true;
  }
}

it("drops a link that comes after it was closed", async () => {
  const link = new IdleLink();
  let arrive: (link: Link) => void = () => {};
  const late: Transport = {
    schemes: ["late"],
    connect: () => new Promise((resolve) => (arrive = resolve)),
    listen: () => Promise.reject(new Error("not needed")),
  };
  const a = new Company().node("a", { transports: [late] });
  const opening = a.connections.open("late://x");
  opening.catch(() => {});
  const [connection] = a.connections.all();
  arrive(link);
  await connection?.close();
  await expect(opening).rejects.toMatchObject({ code: "CLOSED" });
  expect(link.isDestroyed).toBe(true);
  expect(a.connections.all()).toEqual([]);
});

it("drops a link that a listener still hands over after the node was closed", async () => {
  const link = new IdleLink();
  let accept: (link: Link) => void = () => {};
  const tardy: Transport = {
    schemes: ["tardy"],
    connect: () => Promise.reject(new Error("not needed")),
    listen: async (location, handOver) => {
      accept = handOver;
      return { location: location.href, close: () => Promise.resolve() };
    },
  };
  const a = new Company().node("a", { transports: [tardy] });
  await a.connections.listen("tardy://x");
  await a.close();
  accept(link);
  expect(link.isDestroyed).toBe(true);
  expect(a.connections.all()).toEqual([]);
});
