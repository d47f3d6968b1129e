/** Links break and come back by themselves; what is raised afterwards arrives, and nothing comes twice or out of order. */
import { matches } from "../../library/core/pattern.ts";
import type { SeededChance } from "../simulator/chance.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Cluster, closeRings, drawKind, growTree, patterns, topics } from "./cluster.ts";
import { Ledger, type Raised } from "./ledger.ts";

/** Traffic, and links that break in the middle of it. */
async function breakLinks(world: World, cluster: Cluster, ledger: Ledger): Promise<void> {
  const { chance, network } = world;
  for (let i = 0; i < 60; i++) {
    ledger.raise(chance.pick(cluster.nodes), drawKind(chance), chance.pick(topics));
    const [a, b] = namesOf(chance, cluster);
    const choice = chance.next();
    if (choice < 0.1) network.cut(a, b);
    else if (choice < 0.15) network.part(a, b);
    else if (choice < 0.18) network.refuse(a, true);
    else if (choice < 0.21) network.refuse(a, false);
    if (chance.flip(0.3)) await world.settle(chance.pick([chance.between(0, 50), chance.between(0, 5_000)]));
  }
}

function namesOf(chance: SeededChance, cluster: Cluster): [string, string] {
  const { joint } = chance.pick(cluster.edges);
  return [joint.opener.name, joint.listener.name];
}

async function heal(world: World, cluster: Cluster): Promise<void> {
  const { network } = world;
  for (const { joint } of cluster.edges) {
    network.join(joint.opener.name, joint.listener.name);
    network.refuse(joint.opener.name, false);
    network.refuse(joint.listener.name, false);
  }
  // A dead link may not be noticed yet, and the next try may be the longest wait away.
  await world.settle(60_000);
  for (const { joint } of cluster.edges) {
    if (joint.out.state !== "up") throw new Error(`${joint.opener.name}'s connection is ${joint.out.state}`);
  }
}

async function checkReconnects(world: World, cluster: Cluster): Promise<void> {
  const { chance } = world;
  const ledger = new Ledger();
  for (const node of cluster.nodes) cluster.forward(node, "*");
  for (let i = 0; i < 5; i++) ledger.observe(chance.pick(cluster.nodes), drawKind(chance), chance.pick(patterns));
  await breakLinks(world, cluster, ledger);
  await heal(world, cluster);
  ledger.checkOrder();

  const since = ledger.raised.length;
  for (const { received } of ledger.observers) received.length = 0;
  for (let i = 0; i < 20; i++) ledger.raise(chance.pick(cluster.nodes), drawKind(chance), chance.pick(topics));
  await world.settle(30_000);
  const isWanted = ({ origin, topic }: Raised, { node, pattern }: { node: string; pattern: string }): boolean =>
    origin !== node && matches(pattern, topic);
  ledger.check(isWanted, since);
}

simulate("T1, M7: links that break in a tree come back, and then everything arrives again", {}, async (world) => {
  const cluster = new Cluster(world, world.chance.integer(2, 5));
  await growTree(cluster);
  await checkReconnects(world, cluster);
});

simulate("T1, M7: links that break in rings come back, and then everything arrives again", {}, async (world) => {
  const cluster = new Cluster(world, world.chance.integer(3, 5));
  await growTree(cluster);
  await closeRings(cluster, world.chance.integer(1, 3));
  await checkReconnects(world, cluster);
});

simulate("M7: subscriptions are restored before `up` is told", {}, async (world) => {
  const { chance } = world;
  const cluster = new Cluster(world, 2);
  const { joint } = await cluster.join(...(cluster.nodes as [(typeof cluster.nodes)[0], (typeof cluster.nodes)[0]]));
  const ledger = new Ledger();
  ledger.observe(joint.listener, "event", "*");
  await world.settle(1_000);
  joint.out.on("up", () => ledger.raise(joint.opener, "event", "a"));
  for (let i = 0; i < 5; i++) {
    world.network.cut(joint.opener.name, joint.listener.name);
    await world.until(() => joint.out.state !== "up");
    await world.until(() => joint.out.state === "up");
    await world.settle(chance.between(1_000, 3_000)); // it arrives before the next cut
  }
  ledger.check(() => true);
  if (ledger.raised.length !== 5) throw new Error(`${ledger.raised.length} times up, not 5`);
});

simulate("M6: a dead link is noticed in time, and no later", {}, async (world) => {
  const cluster = new Cluster(world, 2);
  const { joint } = await cluster.join(...(cluster.nodes as [(typeof cluster.nodes)[0], (typeof cluster.nodes)[0]]));
  await world.settle(world.chance.between(0, 20_000));
  if (joint.out.state !== "up") throw new Error("an idle connection went down");
  world.network.part(joint.opener.name, joint.listener.name);
  await world.settle(21_000); // 15 s of silence, and 5 s for a close in good order that cannot be
  if (joint.out.state === "up") throw new Error("a dead connection is still up after 21 s");
  world.network.join(joint.opener.name, joint.listener.name);
  await world.settle(30_000);
  if (joint.out.state !== "up") throw new Error("the connection did not come back");
});
