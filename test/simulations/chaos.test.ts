/**
 * Whole clusters in every kind of trouble at once: T1, for messages.
 *
 * Nodes in any graph, with links that break, part and come back, nodes that pause, are killed and start anew, readers
 * that are slow. What is promised all the same: order (M1), no repeats (M3), and whatever is missing is told (M4).
 */
import type { Context } from "../../library/context.ts";
import { matches } from "../../library/core/pattern.ts";
import { string } from "../../library/core/values/index.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Gaps } from "./gaps.ts";
import { Ledger, type Observer, type Raised } from "./ledger.ts";

const topics = ["a", "a.b", "b/c"] as const;
const filler = string("x".repeat(500));

interface Member {
  context: Context;
  readonly location: string;
  readonly peers: string[];
}

class Chaos {
  readonly world: World;
  readonly members: Member[] = [];
  readonly ledger = new Ledger();
  readonly gaps = new Gaps();
  /** Those that are never killed: of them everything is promised. */
  readonly steady = new Set<string>();

  constructor(world: World) {
    this.world = world;
  }

  async build(size: number, extra: number): Promise<void> {
    const { chance } = this.world;
    for (let i = 0; i < size; i++) {
      const member: Member = { context: this.#node(`m${i}`), location: `sim://m${i}`, peers: [] };
      if (i > 0) member.peers.push(chance.pick(this.members).location);
      if (i < 2 || chance.flip()) this.steady.add(member.context.name);
      this.members.push(member);
    }
    for (let i = 0; i < extra; i++) {
      const [a, b] = chance.shuffled(this.members);
      a!.peers.push(b!.location);
    }
    for (const { context, location } of this.members) await context.connections.listen(location);
    for (const { context, peers } of this.members) {
      await Promise.all(peers.map((location) => context.connections.open(location)));
    }
    await Promise.all(
      this.members.flatMap(({ context }) => context.connections.all().map((connection) => connection.settled())),
    );
  }

  #node(name: string): Context {
    const queueMessages = this.world.chance.pick([64, 8_192]);
    const context = this.world.node({ name, queueMessages });
    context.topics.forward("*");
    this.gaps.watch(context);
    return context;
  }

  async killAndRevive(member: Member, downMs: number): Promise<void> {
    this.world.kill(member.context);
    await this.world.settle(downMs);
    member.context = this.#node(`${member.context.name}_`); // another life, which the ledger tells apart
    await member.context.connections.listen(member.location);
    for (const location of member.peers) void this.#dial(member.context, location);
  }

  /** The first attempt must succeed: until it does, it is made again. */
  async #dial(context: Context, location: string): Promise<void> {
    for (let i = 0; i < 20; i++) {
      try {
        await context.connections.open(location);
        return;
      } catch {
        await this.world.settle(500);
      }
    }
  }

  raise(member: Member, value = string("")): void {
    this.ledger.raise(member.context, "event", this.world.chance.pick(topics), value);
  }

  pair(): [string, string] {
    const [a, b] = this.world.chance.shuffled(this.members);
    return [a!.context.name, b!.context.name];
  }
}

async function trouble(chaos: Chaos): Promise<void> {
  const { world, members } = chaos;
  const { chance, network } = world;
  const steady = members.filter(({ context }) => chaos.steady.has(context.name));
  const others = members.filter((each) => !steady.includes(each));
  for (let i = 0; i < 60; i++) {
    const sender = chance.pick(members);
    for (let left = chance.pick([1, 1, 1, 30]); left > 0; left--)
      chaos.raise(sender, chance.pick([filler, string("")]));
    const [a, b] = chaos.pair();
    const choice = chance.next();
    if (choice < 0.08) network.cut(a, b);
    else if (choice < 0.12) network.part(a, b);
    else if (choice < 0.2) network.join(a, b);
    else if (choice < 0.23 && others.length > 0)
      await chaos.killAndRevive(chance.pick(others), chance.between(0, 3_000));
    if (chance.flip(0.4)) await world.settle(chance.pick([chance.between(0, 50), chance.between(0, 2_000)]));
  }
  for (const { context: one } of members) for (const { context: two } of members) network.join(one.name, two.name);
  await world.settle(90_000);
}

/** Between steady nodes: what came, and what was told as lost, is what was raised since the first that came. */
function check(chaos: Chaos): void {
  chaos.ledger.checkOrder();
  for (const observer of chaos.ledger.observers) {
    if (!chaos.steady.has(observer.node)) continue;
    for (const origin of chaos.steady) for (const topic of topics) checkStream(chaos, observer, origin, topic);
  }
}

function checkStream({ ledger, gaps }: Chaos, observer: Observer, origin: string, topic: string): void {
  if (observer.node === origin || !matches(observer.pattern, topic)) return;
  const isOf = (each: Raised) => each.origin === origin && each.topic === topic;
  const arrived = observer.received.filter(isOf);
  const first = arrived[0]?.number;
  if (first === undefined) throw new Error(`${observer.node} got nothing of ${origin} under ${topic}`);
  const due = ledger.raised.filter((each) => isOf(each) && each.number >= first).length;
  const missing = gaps.missing(observer.node, origin, topic);
  // What was lost before the first that arrived may be known, too.
  if (arrived.length + missing >= due && arrived.length + missing <= ledger.raised.filter(isOf).length) return;
  throw new Error(`${observer.node} got ${arrived.length} of ${due} of ${origin} under ${topic}, and lost ${missing}`);
}

async function live(world: World, size: number): Promise<void> {
  const { chance } = world;
  const chaos = new Chaos(world);
  await chaos.build(size, chance.integer(0, size));
  const steady = chaos.members.filter(({ context }) => chaos.steady.has(context.name));
  for (let i = 0; i < 4; i++)
    chaos.ledger.observe(chance.pick(steady).context, "event", chance.pick(["*", "a*", "b/c"]));
  await Promise.all(chaos.ledger.observers.map(({ isKnown }) => isKnown));
  await Promise.all(
    chaos.members.flatMap(({ context }) => context.connections.all().map((connection) => connection.settled())),
  );
  raiseAll(chaos);
  await world.settle(5_000);
  await trouble(chaos);
  raiseAll(chaos); // so that what is missing at the end is seen
  await world.settle(60_000);
  check(chaos);
}

function raiseAll({ ledger, members }: Chaos): void {
  for (const { context } of members) for (const topic of topics) ledger.raise(context, "event", topic);
}

simulate(
  "T1: M1 M3 M4 hold in clusters of 3 to 7 whatever goes wrong",
  { seeds: 500, patienceMs: 2_000 },
  async (world) => {
    await live(world, world.chance.integer(3, 7));
  },
);

simulate("T1: M1 M3 M4 hold in a cluster of 30", { seeds: 5, patienceMs: 30_000 }, async (world) => {
  await live(world, 30);
});

simulate(
  "T1: M1 M2 M3: a cluster of 100 delivers, once and in order, to whoever subscribed",
  { seeds: 2, patienceMs: 30_000 },
  async (world) => {
    const { chance } = world;
    world.network.nature = {
      latencyMs: 2,
      bytesPerMs: 10_000,
      congestedBytes: 100_000,
      chunkBytes: 65_536,
      singleBytes: 0,
    };
    const chaos = new Chaos(world);
    await chaos.build(100, 20);
    for (let i = 0; i < 10; i++)
      chaos.ledger.observe(chance.pick(chaos.members).context, "event", chance.pick(["*", "a*"]));
    await Promise.all(chaos.ledger.observers.map(({ isKnown }) => isKnown));
    await Promise.all(
      chaos.members.flatMap(({ context }) => context.connections.all().map((connection) => connection.settled())),
    );
    for (let i = 0; i < 100; i++) chaos.raise(chance.pick(chaos.members));
    await world.settle(30_000);
    chaos.ledger.check(({ origin, topic }, { node, pattern }) => origin !== node && matches(pattern, topic));
  },
);
