/** What is raised arrives: exactly where it was asked for, once, in order, as it was, in any tree. */
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Cluster, drawKind, growTree, patterns, topics } from "./cluster.ts";
import { Ledger } from "./ledger.ts";
import { someValues } from "./values.ts";

async function chatter(world: World, cluster: Cluster, ledger: Ledger, messages: number): Promise<void> {
  const { chance } = world;
  for (let i = 0; i < messages; i++) {
    const node = chance.pick(cluster.nodes);
    const topic = chance.flip(0.05) ? `.node.${chance.pick(cluster.nodes).name}` : chance.pick(topics);
    ledger.raise(node, drawKind(chance), topic, chance.pick(someValues));
    if (chance.flip(0.2)) await world.settle(chance.between(0, 20));
  }
}

/** Handlers, subscriptions, forwards and offers, in any order; joins go on meanwhile. */
async function furnish(world: World, cluster: Cluster, ledger: Ledger, count: number): Promise<void> {
  const { chance } = world;
  for (let i = 0; i < count; i++) {
    const node = chance.pick(cluster.nodes);
    const pattern = chance.pick(patterns);
    const edges = chance.flip(0.6) ? [] : cluster.edgesOf(node);
    const [one, other] = chance.shuffled(edges);
    const choice = chance.next();
    if (choice < 0.45) ledger.observe(node, drawKind(chance), pattern);
    else if (choice < 0.6) await cluster.subscribe(node, pattern, one);
    else if (choice < 0.85)
      cluster.forward(node, pattern, chance.flip() ? one : undefined, chance.flip() ? other : one);
    else if (choice < 0.95) cluster.publish(node, chance.pick(topics), one);
    else cluster.subscribeLocally(node, pattern);
    if (chance.flip(0.3)) await world.settle(chance.between(0, 50));
  }
}

simulate("M1 M2 M3: what is raised in a tree arrives where it was asked for, and nowhere else", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, chance.integer(2, 7));
  const ledger = new Ledger();
  await furnish(world, cluster, ledger, chance.integer(0, 6));
  await growTree(cluster, chance.pick([1, 0.7]));
  await furnish(world, cluster, ledger, chance.integer(1, 12));
  await Promise.all(ledger.observers.map(({ isKnown }) => isKnown));
  await cluster.settled();
  await chatter(world, cluster, ledger, 60);
  await world.settle(30_000);
  ledger.check(({ origin, topic }, observer) => cluster.reaches(origin, topic, observer, ledger));
});

simulate("M2: a direct peer's messages arrive from the moment that subscribe resolves", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, 2);
  const ledger = new Ledger();
  const [a, b] = cluster.nodes as [(typeof cluster.nodes)[0], (typeof cluster.nodes)[0]];
  await cluster.join(a, b);
  ledger.raise(a, "event", "a", chance.pick(someValues));
  const early = ledger.raised.length;
  await ledger.observe(b, "event", "a*").isKnown;
  for (let i = 0; i < 20; i++) {
    ledger.raise(a, "event", chance.pick(["a", "a.b", "b"]), chance.pick(someValues));
    if (chance.flip(0.3)) await world.settle(chance.between(0, 5));
  }
  await world.settle(10_000);
  ledger.check(({ topic }) => topic !== "b", early);
});

simulate("M1 M3: nothing comes twice or out of order while interest comes and goes", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, chance.integer(2, 5));
  const ledger = new Ledger();
  await growTree(cluster);
  for (const node of cluster.nodes) cluster.forward(node, "*");
  for (let round = 0; round < 15; round++) {
    await chatter(world, cluster, ledger, 4);
    const observer = ledger.observe(chance.pick(cluster.nodes), drawKind(chance), chance.pick(patterns));
    await chatter(world, cluster, ledger, 4);
    const old = chance.pick(ledger.observers);
    if (old !== observer) await old.off().catch(() => {}); // it may be off already
  }
  await world.settle(10_000);
  ledger.checkOrder();
});
