/** One slow peer hurts itself only: the others lose nothing, memory is bounded, and nobody waits for ever. */
import type { Context } from "../../library/context.ts";
import { string } from "../../library/core/values/index.ts";
import { event } from "../../library/events.ts";
import type { SeededChance } from "../simulator/chance.ts";
import { simulate } from "../simulator/simulate.ts";
import type { World } from "../simulator/world.ts";
import { Ledger, type Observer } from "./ledger.ts";

const queueMessages = 128;
const values = { event: string("x".repeat(1_000)), log: string("x".repeat(20_000)) };

interface Crowd {
  readonly source: Context;
  readonly router: Context | undefined;
  readonly readers: readonly Context[];
  readonly sluggard: Context;
}

/** A source, perhaps a router, some readers, and one that will not read. */
async function crowd(world: World): Promise<Crowd> {
  const { chance } = world;
  world.network.nature = { latencyMs: chance.between(0.1, 3), bytesPerMs: 100_000, chunkBytes: 65_536, singleBytes: 0 };
  const source = world.node({ queueMessages });
  const router = chance.flip() ? world.node({ queueMessages }) : undefined;
  if (router !== undefined) {
    await world.join(source, router);
    router.topics.forward("*");
  }
  const readers = Array.from({ length: chance.integer(1, 2) }, () => world.node());
  const sluggard = world.node();
  for (const reader of [...readers, sluggard]) await world.join(reader, router ?? source);
  return { source, router, readers, sluggard };
}

/** Takes one message, and nothing more until released. */
function stall(context: Context, kind: "event" | "log", pattern: string): () => void {
  let release: () => void = () => {};
  const stalled = new Promise<void>((resolve) => {
    release = resolve;
  });
  const handler = (): Promise<void> => stalled;
  void (kind === "event" ? context.events.on(pattern, handler) : context.logs.on(pattern, handler));
  return release;
}

function checkQueues({ source, router }: Crowd): void {
  for (const node of [source, router]) {
    for (const connection of node?.connections.all() ?? []) {
      const { queuedMessages } = connection.stats();
      if (queuedMessages > queueMessages + 32) throw new Error(`${queuedMessages} messages wait for one peer`);
    }
  }
}

async function pour(world: World, { source }: Crowd, ledger: Ledger, kind: "event" | "log"): Promise<void> {
  const { chance } = world;
  const bursts = kind === "event" ? 40 : 6;
  for (let i = 0; i < bursts; i++) {
    const burst = chance.integer(kind === "event" ? 1 : 15, 40); // log lines fill the queue whatever chance says
    for (let j = 0; j < burst; j++) ledger.raise(source, kind, "t", values[kind]);
    await drainedInTime(world, source);
    await world.settle(chance.between(0, 20));
  }
}

async function drainedInTime(world: World, source: Context): Promise<void> {
  const beforeMs = world.time.nowMs;
  await source.drained();
  const tookMs = world.time.nowMs - beforeMs;
  if (tookMs > 30_000) throw new Error(`drained() took ${tookMs} ms`);
}

function observeAll(crowd: Crowd, ledger: Ledger, kind: "event" | "log", chance: SeededChance): Observer[] {
  return crowd.readers.map((reader) => ledger.observe(reader, kind, chance.pick(["t", "*", "t*"])));
}

simulate("M5: while one peer stalls, the others get every event", {}, async (world) => {
  const present = await crowd(world);
  const ledger = new Ledger();
  const readers = observeAll(present, ledger, "event", world.chance);
  const release = stall(present.sluggard, "event", "t");
  await Promise.all(readers.map(({ isKnown }) => isKnown));
  await world.settle(1_000);
  const watch = setWatch(world, () => checkQueues(present));
  await pour(world, present, ledger, "event");
  await world.settle(1_000);
  watch.stop();
  ledger.check(() => true);
  release();
});

simulate("M4: what a slow reader did not get is counted, to the last message", {}, async (world) => {
  const present = await crowd(world);
  const { source, router, sluggard } = present;
  const ledger = new Ledger();
  const release = stall(sluggard, "event", "t");
  const slow = ledger.observe(sluggard, "event", "t");
  await slow.isKnown;
  await world.settle(1_000);
  await pour(world, present, ledger, "event");
  release();
  await world.settle(20_000);
  ledger.raise(source, "event", "t"); // shows what is missing before it
  await world.settle(20_000);
  ledger.checkOrder();
  const { delivered, missing } = sluggard.stats();
  const dropped = source.stats().dropped + (router?.stats().dropped ?? 0);
  const raised = ledger.raised.length;
  if (slow.received.length !== delivered) throw new Error(`${slow.received.length} seen, ${delivered} counted`);
  if (delivered + missing !== raised) throw new Error(`${delivered} delivered + ${missing} missing of ${raised}`);
  if (dropped !== missing) throw new Error(`${dropped} dropped, but ${missing} missing`);
});

simulate("log lines are not dropped while the connection lives", {}, async (world) => {
  const present = await crowd(world);
  const ledger = new Ledger();
  observeAll(present, ledger, "log", world.chance);
  const release = stall(present.sluggard, "log", "t");
  const slow = ledger.observe(present.sluggard, "log", "t");
  await slow.isKnown;
  await world.settle(1_000);
  world.time.after(world.chance.between(0, 8_000), release);
  await pour(world, present, ledger, "log");
  await world.settle(20_000);
  ledger.check(() => true);
});

simulate(
  "a peer that takes no log lines is disconnected, and nobody waits for it longer",
  { seeds: 300 },
  async (world) => {
    const present = await crowd(world);
    const ledger = new Ledger();
    const readers = observeAll(present, ledger, "log", world.chance);
    const release = stall(present.sluggard, "log", "t");
    await Promise.all(readers.map(({ isKnown }) => isKnown));
    await world.settle(1_000);
    await pour(world, present, ledger, "log");
    await world.settle(40_000);
    ledger.check(() => true);
    if (!world.errors.some(({ code }) => code === "PEER_SLOW")) throw new Error("the stalled peer was kept");
    release();
  },
);

/** How long events take to nine readers, beside one more that stalls or not: 99 of 100 take no longer. */
async function latencyOf(world: World, isStalling: boolean, hasRouter: boolean): Promise<number> {
  const source = world.node({ queueMessages });
  const router = hasRouter ? world.node({ queueMessages }) : source;
  if (hasRouter) {
    router.topics.forward("*");
    await world.join(source, router);
  }
  const tookMs: number[] = [];
  const first = hasRouter ? 600 : 0; // whoever raises does not wait; a router is patient for a moment
  const raisedMs: number[] = [];
  for (let i = 0; i < 9; i++) {
    const reader = world.node();
    await world.join(reader, router);
    await reader.events.on("t", ({ args: [number] }) => {
      if (Number(number) >= first) tookMs.push(world.time.nowMs - raisedMs[Number(number)]!);
    });
  }
  const tenth = world.node();
  await world.join(tenth, router);
  const stalled = isStalling ? new Promise<void>(() => {}) : undefined;
  await tenth.events.on("t", () => stalled);
  await world.settle(1_000);
  for (let i = 0; i < 1_200; i++) {
    source.events.raise("t", event("e", [i, values.event]));
    raisedMs.push(world.time.nowMs);
    await world.settle(2);
  }
  await world.settle(1_000);
  if (tookMs.length !== 9 * (1_200 - first)) throw new Error(`${tookMs.length} events arrived`);
  if (isStalling !== router.stats().dropped > 0) throw new Error(`${router.stats().dropped} were dropped`);
  return tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.99)]!;
}

for (const [where, hasRouter] of [
  ["its peers", false],
  ["a router's peers", true],
] as const) {
  simulate(`M5: one that stalls among ${where} does not make the others wait`, { seeds: 10 }, async (world) => {
    const latencyMs = world.chance.between(0.5, 3);
    const nature = { latencyMs, bytesPerMs: 100_000, congestedBytes: 5_000, chunkBytes: 65_536, singleBytes: 0 };
    world.network.nature = nature;
    const [without, beside] = [await latencyOf(world, false, hasRouter), await latencyOf(world, true, hasRouter)];
    if (beside >= 2 * without) throw new Error(`${beside} ms beside one that stalls, ${without} ms without`);
  });
}

/** Looks every now and then, until it is stopped. */
function setWatch(world: World, look: () => void): { stop(): void } {
  let cancel: () => void = () => {};
  const again = (): void => {
    look();
    cancel = world.time.after(7, again);
  };
  again();
  return { stop: () => cancel() };
}
