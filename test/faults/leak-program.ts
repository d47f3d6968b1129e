/**
 * Three nodes in a process of their own, with a bit of everything going on between them in rounds that are all alike, and
 * what the process holds after each few of them. For a test of whether that grows.
 */
import { createInterface } from "node:readline";
import { limits } from "../../library/core/limits.ts";
import { Context, count, event, type Store } from "../../library/index.ts";
import type { Told } from "../rig/program.ts";

export interface LeakTask {
  readonly rounds: number;
  /** A round begins so long after the one before; 0: as soon as it is over. */
  readonly paceMs: number;
  /** A sample is taken after so many rounds. */
  readonly every: number;
}

export interface LeakSample {
  readonly round: number;
  readonly heapBytes: number;
  /** Sockets, timers and the like that keep a process alive. */
  readonly handles: number;
}

/** A node goes and another comes in its place, as rarely as in the field: its name is remembered for a while. */
const roundsOfLife = 40;
const keys = 50;

const task = JSON.parse(process.argv[2] ?? "{}") as LeakTask;
const collect = (globalThis as unknown as { readonly gc: () => void }).gc;

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function sample(round: number): Promise<LeakSample> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return { round, heapBytes: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
}

async function gather() {
  const [hub, near, far] = [new Context({ name: "hub" }), new Context({ name: "near" }), new Context({ name: "far" })];
  hub.topics.forward("*");
  const { location } = await hub.connections.listen("tcp://127.0.0.1:0");
  for (const node of [near, far]) await node.connections.open(location);
  await far.events.on("load/*", () => {});
  await far.events.on("ask", (_event, _topic, answer) => void answer?.([count(1)]));
  await far.logs.on("lines", () => {});
  const kept = await hub.stores.openAuthoritative("kept");
  return { hub, near, far, location, kept, copy: await near.stores.open("kept") };
}

type Company = Awaited<ReturnType<typeof gather>>;

async function messages({ near, far }: Company, round: number): Promise<void> {
  for (let i = 0; i < 10; i++) near.events.raise(`load/${i}`, event("load", [count(round), "some text"]));
  const log = near.logs.open("lines", "Leak::LOG");
  for (let i = 0; i < 5; i++) log.write([count(round)]);
  log.close();
  await near.events.survey("ask", event("who", []), { timeoutMs: 5_000, expected: 1 });
  const pattern = `changing/${round % keys}/*`;
  const handler = (): void => {};
  await far.events.on(pattern, handler);
  await far.events.off(pattern, handler);
}

async function write(store: Store, round: number): Promise<void> {
  const writes: Promise<unknown>[] = [];
  for (let i = 0; i < 5; i++) writes.push(store.insert((round * 5 + i) % keys, `${round}`));
  writes.push(store.increment("rounds", count(1)), store.remove((round * 7) % keys));
  writes.push(store.insert(`short ${round % keys}`, round, { expiresAfter: 20 }));
  await Promise.all(writes);
}

async function storing({ far, copy }: Company, round: number): Promise<void> {
  await write(copy, round);
  const asking = await far.stores.open("kept", { mode: "async" });
  await asking.lookup("rounds");
  await asking.close();
}

/** The log of changes has a bound, and would take hours to come to it: it is filled with what rounds write. */
async function fillLog({ kept }: Company): Promise<void> {
  for (let round = 0; kept.version.revision < limits.storeLogChanges; round++) await write(kept, round);
}

/** A node joins, takes part, and goes. */
async function visit({ location }: Company): Promise<void> {
  const guest = new Context({ name: "guest" });
  await guest.connections.open(location);
  const copy = await guest.stores.open("kept");
  await copy.insert("guest", 1);
  await guest.events.on("load/1", () => {});
  await guest.close();
}

async function main(): Promise<void> {
  createInterface({ input: process.stdin }).on("close", () => process.exit());
  const before = await sample(-1);
  const company = await gather();
  await fillLog(company);
  const samples: LeakSample[] = [];
  for (let round = 0; round < task.rounds; round++) {
    const begun = performance.now();
    await messages(company, round);
    await storing(company, round);
    if (round % roundsOfLife === 0) await visit(company);
    if (round % task.every === 0) samples.push(await sample(round));
    const restMs = task.paceMs - (performance.now() - begun);
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  for (const node of [company.near, company.far, company.hub]) await node.close();
  say({ kind: "held", before, samples, after: await sample(task.rounds) });
}

void main();
