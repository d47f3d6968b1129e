/** Nodes that come and go: whoever they were connected with holds nothing of them. */
import { expect, it } from "vitest";
import type { Connection } from "../../library/connection.ts";
import { Context, count, event } from "../../library/index.ts";
import { collected } from "../rig/memory.ts";

const guests = 12;

/** How many of the connections with nodes that took part and left are still held by the one that they were with. */
async function heldAfter(takePart: (guest: Context, hub: Context) => Promise<void>): Promise<number> {
  const hub = new Context({ name: "hub" });
  const met: WeakRef<Connection>[] = [];
  hub.on("peer", (connection) => met.push(new WeakRef(connection)));
  hub.topics.forward("*");
  await hub.events.on("load/*", () => {});
  await hub.events.on("ask", (_event, _topic, answer) => void answer?.([count(1)]));
  const { location } = await hub.connections.listen("tcp://127.0.0.1:0");
  for (let i = 0; i < guests; i++) {
    const guest = new Context({ name: `guest-${i}` });
    await guest.connections.open(location);
    await takePart(guest, hub);
    await guest.close();
  }
  while (hub.connections.all().length > 0) await new Promise((resolve) => setImmediate(resolve));
  await collected();
  const held = met.filter((each) => each.deref() !== undefined).length;
  expect(met.length).toBe(guests);
  await hub.close();
  return held;
}

it("T24: a node that raised events is let go of when it left", async () => {
  const held = await heldAfter(async (guest) => {
    guest.events.raise("load/1", event("load", [count(1)]));
    await guest.events.survey("ask", event("who", []), { expected: 1 });
  });
  expect(held).toBe(0);
});

it("T24: a node to which something was raised, of which nothing is raised any more, is let go of", async () => {
  const held = await heldAfter(async (guest, hub) => {
    const heard = new Promise((resolve) => void guest.events.on(`for/${guest.name}`, resolve));
    await guest.connections.all()[0]!.settled();
    hub.events.raise(`for/${guest.name}`, event("for", []));
    await heard;
  });
  expect(held).toBe(0);
});

it("T24: a node with a store, logs and files is let go of when it left", async () => {
  const held = await heldAfter(async (guest, hub) => {
    if (hub.stores.all().length === 0) await hub.stores.openAuthoritative("kept");
    const copy = await guest.stores.open("kept");
    await copy.insert(guest.name, 1);
    await hub.logs.on("lines", () => {});
    const log = guest.logs.open("lines", "Leak::LOG");
    log.write([count(1)]);
    log.close();
  });
  expect(held).toBe(0);
});
