/** Interest spreads to whoever must know, and disappears with the last who had it: no ghosts, in rings neither. */
import { matches } from "../../library/core/pattern.ts";
import type { NodeReport } from "../../library/node-report.ts";
import type { Forwarding } from "../../library/topics.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Cluster, closeRings, drawKind, growTree, patterns, topics } from "./cluster.ts";
import { Ledger } from "./ledger.ts";

/** Every node knows of each neighbour's own topic, and of nothing else. */
async function checkNoGhosts(cluster: Cluster): Promise<void> {
  for (const node of cluster.nodes) {
    const [own] = await node.cluster.nodes({ timeoutMs: 5_000 });
    for (const { peerName, state, wants } of own!.connections) {
      if (state !== "up" || String(wants) === `.node.${peerName}`) continue;
      throw new Error(`${node.name} still believes that ${peerName} wants ${wants.join()}`);
    }
  }
}

/** Handlers, subscriptions and forwards that come and go; whatever is left in the end is taken away. */
async function churn(world: World, cluster: Cluster, rounds: number, shake: () => void): Promise<void> {
  const { chance } = world;
  const ends: (() => unknown)[] = [];
  for (let i = 0; i < rounds; i++) {
    const node = chance.pick(cluster.nodes);
    const pattern = chance.pick(patterns);
    const choice = chance.next();
    if (choice < 0.3) {
      const handler = (): void => {};
      void node.events.on(pattern, handler);
      ends.push(() => node.events.off(pattern, handler));
    } else if (choice < 0.5) {
      void node.topics.subscribe(pattern);
      ends.push(() => node.topics.unsubscribe(pattern));
    } else if (choice < 0.65) {
      const forwarding: Forwarding = node.topics.forward(pattern);
      ends.push(() => forwarding.stop());
    } else if (choice < 0.9) {
      const [end] = ends.splice(chance.integer(0, ends.length - 1), 1);
      end?.();
    } else {
      shake();
    }
    if (chance.flip()) await world.settle(chance.between(0, 100));
  }
  await Promise.all(chance.shuffled(ends).map((end) => end()));
}

simulate("interest is gone when its last subscriber is, in any graph", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, chance.integer(2, 6));
  const standing = chance.some(cluster.nodes).map((node) => node.topics.forward("*"));
  await growTree(cluster);
  await closeRings(cluster, chance.integer(0, 3));
  await churn(world, cluster, 30, () => {});
  await world.settle(10_000);
  await checkNoGhosts(cluster);
  for (const forwarding of standing) forwarding.stop();
});

simulate("interest is gone when its last subscriber is, though links break meanwhile", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, chance.integer(3, 6));
  for (const node of cluster.nodes) node.topics.forward("*");
  await growTree(cluster);
  await closeRings(cluster, chance.integer(1, 3));
  await churn(world, cluster, 30, () => {
    const [a, b] = chance.shuffled(cluster.nodes);
    world.network.cut(a!.name, b!.name);
  });
  await world.settle(60_000);
  await checkNoGhosts(cluster);
});

simulate("interest of a node that leaves goes with it", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, chance.integer(3, 6));
  for (const node of cluster.nodes) node.topics.forward(chance.pick(["*", "*", "a*"]));
  await growTree(cluster);
  await closeRings(cluster, chance.integer(0, 4));
  const leaving = chance.some(cluster.nodes);
  for (const node of leaving) void node.events.on(chance.pick(patterns), () => {});
  await world.settle(chance.between(0, 500));
  for (const node of leaving) void node.close();
  cluster.nodes.splice(0, cluster.nodes.length, ...cluster.nodes.filter((node) => !leaving.includes(node)));
  await world.settle(30_000);
  await checkNoGhosts(cluster);
});

simulate(
  "M2 M3: in rings all that is raised once interest is settled arrives, once and in order",
  {},
  async (world) => {
    const { chance } = world;
    const cluster = new Cluster(world, chance.integer(3, 6));
    const ledger = new Ledger();
    for (const node of cluster.nodes) cluster.forward(node, "*");
    await growTree(cluster);
    await closeRings(cluster, chance.integer(1, 4));
    for (let i = 0; i < 6; i++) ledger.observe(chance.pick(cluster.nodes), drawKind(chance), chance.pick(patterns));
    await Promise.all(ledger.observers.map(({ isKnown }) => isKnown));
    await cluster.settled();
    for (let i = 0; i < 60; i++) {
      ledger.raise(chance.pick(cluster.nodes), drawKind(chance), chance.pick(topics));
      if (chance.flip(0.3)) await world.settle(chance.between(0, 30));
    }
    await world.settle(30_000);
    ledger.check(({ origin, topic }, observer) => origin !== observer.node && matches(observer.pattern, topic));
  },
);

simulate("every node of the connected part sees every other", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, chance.integer(1, 7));
  await growTree(cluster);
  await closeRings(cluster, cluster.nodes.length < 2 ? 0 : chance.integer(0, 4));
  await Promise.all(cluster.nodes.map((node) => node.cluster.nodes({ timeoutMs: 20_000 }).then(checkSeen)));

  function checkSeen(reports: readonly NodeReport[]): void {
    const seen = reports.map(({ name }) => name).sort();
    const expected = cluster.nodes.map(({ name }) => name).sort();
    if (String(seen) !== String(expected))
      throw new Error(`${reports[0]!.name} sees ${seen.join()}, not ${expected.join()}`);
    for (const { name, connections } of reports) {
      const of = cluster.edges.filter(({ flags }) => [...flags.keys()].some((node) => node.name === name));
      if (connections.length !== of.length) throw new Error(`${name} tells of ${connections.length} connections`);
    }
  }
});
