/** Surveys of whole clusters: each ends once and in time, of each node one answer counts, and none is lost from sight. */
import type { Context } from "../../library/context.ts";
import { equal, type Value } from "../../library/core/values/index.ts";
import { event } from "../../library/events.ts";
import type { Answer } from "../../library/surveys.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Cluster, closeRings, growTree } from "./cluster.ts";
import { someValues } from "./values.ts";

/** How one node answers every question under its topic. */
interface Habit {
  readonly node: Context;
  readonly topic: string;
  /** When it replies, after the question; twice where there are two. Beyond any time that somebody waits where far. */
  readonly delaysMs: readonly number[];
  readonly value: Value;
}

interface Asked {
  readonly asker: Context;
  readonly topic: string;
  readonly expected: number | undefined;
  readonly timeoutMs: number;
  readonly startedMs: number;
  readonly told: Answer[];
  readonly outcomes: { readonly answers: readonly Answer[]; readonly atMs: number }[];
}

const topics = ["q.a", "q.b"] as const;

class Poll {
  readonly world: World;
  readonly habits: Habit[] = [];
  readonly asked: Asked[] = [];
  /** Those whose own handlers get what they raise. */
  readonly listeningToThemselves = new Set<Context>();
  /** Calls of `reply`. */
  replies = 0;

  constructor(world: World) {
    this.world = world;
  }

  settleHabit(node: Context): void {
    const { chance, time } = this.world;
    const draw = (): number => chance.pick([0, 0, chance.between(0, 300), chance.between(0, 12_000)]);
    const delaysMs = chance.pick([[], [draw()], [draw()], [draw(), draw()]]);
    const habit = { node, topic: chance.pick(topics), delaysMs, value: chance.pick(someValues) };
    this.habits.push(habit);
    void node.events.on(habit.topic, (_event, _topic, reply) => {
      for (const delayMs of delaysMs) {
        const answer = (): void => {
          this.replies += 1;
          reply([habit.value]);
        };
        if (delayMs === 0) answer();
        else time.after(delayMs, answer);
      }
    });
  }

  ask(asker: Context, timeoutMs: number, expected?: number): Asked {
    const { chance, time } = this.world;
    const topic = chance.pick(topics);
    const asked: Asked = { asker, topic, expected, timeoutMs, startedMs: time.nowMs, told: [], outcomes: [] };
    this.asked.push(asked);
    const question = event("who", [chance.pick(someValues)]);
    void asker.events
      .survey(topic, question, { expected, timeoutMs, onAnswer: (answer) => asked.told.push(answer) })
      .then((answers) => asked.outcomes.push({ answers, atMs: time.nowMs }));
    return asked;
  }

  /** What holds whatever the network does. */
  check(): void {
    for (const { expected, timeoutMs, startedMs, told, outcomes, topic } of this.asked) {
      const [outcome, ...others] = outcomes;
      if (outcome === undefined || others.length > 0) throw new Error(`a survey ended ${outcomes.length} times`);
      const { answers, atMs } = outcome;
      if (answers.length !== told.length || answers.some((each, i) => each !== told[i])) {
        throw new Error(`told of ${told.length} answers, given ${answers.length}`);
      }
      const nodes = new Set(answers.map(({ node }) => node.id));
      if (nodes.size !== answers.length) throw new Error("a node's second answer counted");
      if (answers.length > (expected ?? Number.POSITIVE_INFINITY)) throw new Error("more answers than expected");
      if (answers.some(({ afterMs }) => afterMs >= timeoutMs)) throw new Error("an answer counted that came too late");
      const tookMs = atMs - startedMs;
      const isEarly = answers.length === expected;
      if (isEarly ? tookMs > timeoutMs : Math.abs(tookMs - timeoutMs) > 0.25) {
        throw new Error(`a survey of ${timeoutMs} ms with ${answers.length} of ${expected} took ${tookMs} ms`);
      }
      for (const answer of answers) this.#checkContent(topic, answer);
    }
  }

  #checkContent(topic: string, { node, name, args }: Answer): void {
    const habit = this.habits.find((each) => each.node.id === node.id && each.topic === topic);
    if (habit === undefined) throw new Error(`${node.name} answered, which was not asked`);
    if (habit.node.name !== node.name || name !== "who" || args.length !== 1 || !equal(args[0]!, habit.value)) {
      throw new Error(`${node.name} is said to have answered something else`);
    }
  }

  /** Without faults every answer is in some count. */
  checkCounts(): void {
    let counted = 0;
    for (const { outcomes } of this.asked) counted += outcomes[0]!.answers.length;
    for (const node of this.world.nodes) {
      const { answersLate, answersRepeated, answersRefused, answersDropped } = node.stats();
      if (answersRefused > 0) throw new Error(`${node.name} refused ${answersRefused} answers`);
      counted += answersLate + answersRepeated + answersDropped;
    }
    if (counted !== this.replies) throw new Error(`${this.replies} answers were given, ${counted} are accounted for`);
  }
}

async function prepare(world: World, size: number): Promise<{ cluster: Cluster; poll: Poll }> {
  const cluster = new Cluster(world, size);
  const poll = new Poll(world);
  for (const node of cluster.nodes) {
    cluster.forward(node, "*");
    if (world.chance.flip(0.8)) poll.settleHabit(node);
    if (world.chance.flip(0.2)) {
      poll.listeningToThemselves.add(node);
      node.topics.subscribeLocally("*");
    }
  }
  return { cluster, poll };
}

async function pollAll(world: World, cluster: Cluster, poll: Poll): Promise<void> {
  const { chance } = world;
  for (let i = 0; i < 8; i++) {
    const expected = chance.flip() ? undefined : chance.integer(1, cluster.nodes.length);
    poll.ask(chance.pick(cluster.nodes), chance.pick([chance.between(1, 300), chance.between(300, 9_000)]), expected);
    if (chance.flip()) await world.settle(chance.between(0, 500));
  }
  await world.settle(120_000);
}

simulate("M8: surveys in a tree end once, and every answer counts or is counted", {}, async (world) => {
  const { cluster, poll } = await prepare(world, world.chance.integer(2, 7));
  await growTree(cluster);
  await cluster.settled();
  await pollAll(world, cluster, poll);
  poll.check();
  poll.checkCounts();
});

simulate("M8: whoever is asked in a tree and answers in time is heard", {}, async (world) => {
  const { cluster, poll } = await prepare(world, world.chance.integer(2, 7));
  await growTree(cluster);
  await cluster.settled();
  for (let i = 0; i < 4; i++) poll.ask(world.chance.pick(cluster.nodes), 80_000);
  await world.settle(120_000);
  poll.check();
  for (const { asker, topic, outcomes } of poll.asked) {
    const heard = new Set(outcomes[0]!.answers.map(({ node }) => node.name));
    const should = poll.habits.filter((habit) => habit.topic === topic && habit.delaysMs.length > 0);
    const others = should.filter(({ node }) => node !== asker);
    for (const { node } of others) if (!heard.has(node.name)) throw new Error(`${node.name} was not heard`);
    const hasAnsweredItself = poll.listeningToThemselves.has(asker) && should.some(({ node }) => node === asker);
    if (heard.size !== others.length + (hasAnsweredItself ? 1 : 0)) throw new Error(`${heard.size} were heard`);
  }
});

simulate("M8: surveys in rings end once, with one answer of each", {}, async (world) => {
  const { cluster, poll } = await prepare(world, world.chance.integer(3, 6));
  await growTree(cluster);
  await closeRings(cluster, world.chance.integer(1, 4));
  await world.settle(10_000);
  await pollAll(world, cluster, poll);
  poll.check();
  poll.checkCounts();
});

simulate("M8: surveys end once and in time however often links break", {}, async (world) => {
  const { chance, network } = world;
  const { cluster, poll } = await prepare(world, chance.integer(3, 6));
  await growTree(cluster);
  if (chance.flip()) await closeRings(cluster, chance.integer(1, 3));
  await cluster.settled();
  for (let i = 0; i < 40; i++) {
    const expected = chance.flip() ? undefined : chance.integer(1, cluster.nodes.length);
    if (chance.flip(0.4)) poll.ask(chance.pick(cluster.nodes), chance.between(1, 3_000), expected);
    const { opener, listener } = chance.pick(cluster.edges).joint;
    if (chance.flip(0.2)) network.cut(opener.name, listener.name);
    else if (chance.flip(0.1)) network.part(opener.name, listener.name);
    else network.join(opener.name, listener.name);
    await world.settle(chance.pick([chance.between(0, 20), chance.between(0, 1_500)]));
  }
  for (const { joint } of cluster.edges) network.join(joint.opener.name, joint.listener.name);
  await world.settle(120_000);
  poll.check();
});
