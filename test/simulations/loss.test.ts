/** What is lost is told, exactly; and what must arrive is not lost, whatever breaks between the nodes. */
import type { Context } from "../../library/context.ts";
import { matches } from "../../library/core/pattern.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Cluster, closeRings, growTree, topics } from "./cluster.ts";
import { Gaps } from "./gaps.ts";
import { type Kind, Ledger, type Observer, type Raised } from "./ledger.ts";

const patterns = ["*", "a*", "a.b", "b", "*/*"] as const;

/** A cluster that forwards everything, observers that are known everywhere, and one message of each kind and topic. */
async function stage(
  world: World,
  kind: Kind,
  rings: number,
): Promise<{ cluster: Cluster; ledger: Ledger; gaps: Gaps }> {
  const { chance } = world;
  const cluster = new Cluster(world, chance.integer(2, 6));
  const ledger = new Ledger();
  const gaps = new Gaps();
  for (const node of cluster.nodes) {
    cluster.forward(node, "*");
    gaps.watch(node);
  }
  await growTree(cluster);
  await closeRings(cluster, cluster.nodes.length > 2 ? rings : 0);
  for (let i = 0; i < 4; i++) ledger.observe(chance.pick(cluster.nodes), kind, chance.pick(patterns));
  await Promise.all(ledger.observers.map(({ isKnown }) => isKnown));
  await cluster.settled();
  await world.settle(3_000);
  raiseAll(cluster, ledger, kind);
  await world.settle(3_000);
  return { cluster, ledger, gaps };
}

function raiseAll(cluster: Cluster, ledger: Ledger, kind: Kind): void {
  for (const node of cluster.nodes) for (const topic of topics) ledger.raise(node, kind, topic);
}

async function trouble(world: World, cluster: Cluster, ledger: Ledger, kind: Kind): Promise<void> {
  const { chance, network } = world;
  for (let i = 0; i < 80; i++) {
    ledger.raise(chance.pick(cluster.nodes), kind, chance.pick(topics));
    const { joint } = chance.pick(cluster.edges);
    const [a, b] = [joint.opener.name, joint.listener.name];
    const choice = chance.next();
    if (choice < 0.08) network.cut(a, b);
    else if (choice < 0.11) network.part(a, b);
    else if (choice < 0.2) network.join(a, b);
    if (chance.flip(0.3)) await world.settle(chance.pick([chance.between(0, 50), chance.between(0, 1_000)]));
  }
  for (const { joint } of cluster.edges) network.join(joint.opener.name, joint.listener.name);
  await world.settle(60_000); // the longest wait before another try, and whatever is sent again
}

/** Of each sender and topic, from the first that arrived: what came and what is told as lost is what was raised. */
function checkExact(ledger: Ledger, gaps: Gaps, cluster: Cluster): void {
  ledger.checkOrder();
  for (const observer of ledger.observers) {
    for (const { name } of cluster.nodes) for (const topic of topics) checkStream(ledger, gaps, observer, name, topic);
  }
}

function checkStream({ raised }: Ledger, gaps: Gaps, observer: Observer, origin: string, topic: string): void {
  if (observer.node === origin || !matches(observer.pattern, topic)) return;
  const isOf = (each: Raised) => each.origin === origin && each.topic === topic;
  const arrived = observer.received.filter(isOf);
  const first = arrived[0]?.number ?? 0;
  const due = raised.filter((each) => isOf(each) && each.number >= first).length;
  const missing = gaps.missing(observer.node, origin, topic);
  // What was lost before the first that arrived may be known, too.
  if (arrived.length + missing >= due && arrived.length + missing <= raised.filter(isOf).length) return;
  throw new Error(`${observer.node} got ${arrived.length} of ${due} of ${origin} under ${topic}, and lost ${missing}`);
}

for (const rings of [0, 2]) {
  const where = rings === 0 ? "a tree" : "rings";

  simulate(
    `T1, M4: in ${where} whose links break, what arrives and what is told as lost is what was raised`,
    {},
    async (world) => {
      const { cluster, ledger, gaps } = await stage(world, "event", rings);
      await trouble(world, cluster, ledger, "event");
      raiseAll(cluster, ledger, "event"); // so that what is missing at the end is seen
      await world.settle(30_000);
      checkExact(ledger, gaps, cluster);
    },
  );

  simulate(`T1, M3 M4: in ${where} whose links break, every log line arrives, once and in order`, {}, async (world) => {
    const { cluster, ledger } = await stage(world, "log", rings);
    await trouble(world, cluster, ledger, "log");
    await world.settle(60_000);
    ledger.check(({ origin, topic }, { node, pattern }) => origin !== node && matches(pattern, topic));
    for (const node of cluster.nodes) {
      const { messages } = node.stats().unacknowledged;
      if (messages > 0) throw new Error(`${node.name} still keeps ${messages} lines`);
    }
  });
}

for (const kind of ["event", "log"] as const) {
  simulate(`M4: a router is killed and starts anew; of ${kind}s nothing is lost unsaid`, {}, async (world) => {
    const { chance } = world;
    const [source, sink] = [world.node(), world.node()];
    const ledger = new Ledger();
    const gaps = new Gaps();
    gaps.watch(sink);
    let router = startRouter(world);
    const location = (await router.connections.listen("sim://router")).location;
    await Promise.all([source, sink].map((node) => node.connections.open(location)));
    const observer = ledger.observe(sink, kind, "a*");
    await observer.isKnown;
    await world.settle(1_000);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) {
        ledger.raise(source, kind, chance.pick(["a", "a.b"]));
        if (chance.flip(0.5)) await world.settle(chance.between(0, 20));
      }
      world.kill(router);
      for (let i = 0; i < 10; i++) {
        ledger.raise(source, kind, "a");
        await world.settle(chance.between(0, 200));
      }
      router = startRouter(world);
      await router.connections.listen("sim://router");
      await world.settle(30_000);
    }
    for (const topic of ["a", "a.b"]) ledger.raise(source, kind, topic);
    await world.settle(30_000);
    ledger.checkOrder();
    for (const topic of ["a", "a.b"]) checkStream(ledger, gaps, observer, source.name, topic);
    if (kind === "log") ledger.check(() => true);
  });
}

function startRouter(world: World): Context {
  const router = world.node({ name: "router" });
  router.topics.forward("*");
  return router;
}

simulate(
  "M7: what is raised while a connection is down arrives when it is up, as much as the queue holds",
  {},
  async (world) => {
    const { chance } = world;
    const source = world.node({ queueMessages: 64, onOverflow: chance.pick(["drop-oldest", "drop-newest"]) });
    const sink = world.node();
    const joint = await world.join(source, sink);
    const ledger = new Ledger();
    const gaps = new Gaps();
    gaps.watch(sink);
    const observer = ledger.observe(sink, "event", "a");
    await observer.isKnown;
    ledger.raise(source, "event", "a");
    await world.settle(1_000);
    world.network.cut(source.name, sink.name);
    world.network.refuse(sink.name, true);
    await world.until(() => joint.out.state !== "up");
    const count = chance.pick([10, 64, 200]);
    for (let i = 0; i < count; i++) ledger.raise(source, "event", "a");
    await world.settle(chance.between(0, 5_000));
    world.network.refuse(sink.name, false);
    await world.until(() => joint.out.state === "up");
    ledger.raise(source, "event", "a");
    await world.settle(5_000);
    ledger.checkOrder();
    const kept = Math.min(count, 64);
    const arrived = observer.received.length - 2; // but for the first and the last
    const announcements = 4; // may take a place in the queue, if the link is lost again
    if (arrived > kept || arrived < kept - announcements) throw new Error(`${arrived} arrived, not ${kept}`);
    checkStream(ledger, gaps, observer, source.name, "a");
    const { dropped, drops } = source.stats();
    if (dropped !== count - arrived) throw new Error(`${dropped} counted as dropped, not ${count - arrived}`);
    if (drops.some(({ peer, topic }) => peer !== sink.name || topic !== "a")) {
      throw new Error(`drops are told as ${JSON.stringify(drops)}`);
    }
  },
);
