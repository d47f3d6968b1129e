/** A ring of nodes that forward everything, over tcp: whatever goes round in it, each message arrives once and in order. */
import { expect, it } from "vitest";
import { Context, count, event } from "../../library/index.ts";
import { repeats } from "../rig/repeats.ts";

const size = 4;

async function ring(): Promise<Context[]> {
  const nodes = Array.from({ length: size }, (_, i) => new Context({ name: `ring-${i}` }));
  const locations: string[] = [];
  for (const node of nodes) {
    node.topics.forward("*");
    locations.push((await node.connections.listen("tcp://127.0.0.1:0")).location);
  }
  for (const [i, node] of nodes.entries()) await node.connections.open(locations[(i + 1) % size]!);
  return nodes;
}

/** Resolves when so many have come, in order, each once; rejects with the first that did not. */
function arrival(node: Context, events: number): { readonly handler: (args: bigint) => void; done: Promise<void> } {
  let next = 0n;
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const done = new Promise<void>((...ends) => {
    [resolve, reject] = ends;
  });
  node.on("gap", ({ missing }) => reject(new Error(`${node.name} lost ${missing}`)));
  const handler = (number: bigint): void => {
    if (number !== next++) reject(new Error(`${node.name} got ${number} in place of ${next - 1n}`));
    if (next === BigInt(events)) resolve();
  };
  return { handler, done };
}

async function settle(nodes: readonly Context[]): Promise<void> {
  await Promise.all(nodes.flatMap((node) => node.connections.all().map((connection) => connection.settled())));
}

const events = repeats(100_000, 1_000_000);

it(`M1, M2, M3: ${events} events of one node arrive at the other three, and then nobody holds their interest`, async () => {
  const nodes = await ring();
  const [source, ...others] = nodes;
  const arrivals = others.map((node) => arrival(node, events));
  await Promise.all(
    others.map((node, i) => node.events.on("ring.*", ({ args }) => arrivals[i]!.handler(BigInt(Number(args[0]))))),
  );
  await settle(nodes);
  for (let i = 0; i < events; i++) {
    source!.events.raise("ring.events", event("went_round", [count(i)]));
    if (i % 100 === 99) await source!.drained();
    if (i % 2_000 === 1_999) await new Promise(setImmediate);
  }
  await Promise.all(arrivals.map(({ done }) => done));
  expect(source!.stats().dropped).toBe(0);
  await Promise.all(others.map((node) => node.events.off("ring.*")));
  await settle(nodes);
  for (const node of nodes) {
    const [own] = await node.cluster.nodes();
    for (const { peerName, wants } of own!.connections) expect(wants).toEqual([`.node.${peerName}`]);
  }
  await Promise.all(nodes.map((node) => node.close()));
}, 120_000);
