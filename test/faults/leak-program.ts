/**
 * Three nodes in a process of their own, with a bit of everything going on between them in rounds that are all alike, and
 * what the process holds after each few of them. For a test of whether that grows.
 *
 * A round is a quarter of a second of the field: where it is over sooner, the clock of the nodes skips the rest, so that
 * what is kept for a time is kept for as many rounds. Before anything is measured, all tables that have a bound are at it.
 */
import { createInterface } from "node:readline";
import { setFlagsFromString } from "node:v8";
import { limits } from "../../library/core/limits.ts";
import { Context, count, event, type Store } from "../../library/index.ts";
import type { Told } from "../rig/program.ts";
import { SkippingClock } from "../rig/skipping-clock.ts";

export interface LeakTask {
  readonly rounds: number;
  /** The time that a round stands for. */
  readonly roundMs: number;
  /** Rounds take the time that they stand for; else what is left of it is skipped. */
  readonly isPaced: boolean;
  /** A sample is taken after so many rounds. */
  readonly every: number;
}

export interface LeakSample {
  readonly round: number;
  readonly heapBytes: number;
  /** Sockets, timers and the like that keep a process alive. */
  readonly handles: number;
}

/** A node goes and another comes in its place, each ten seconds of the field. */
const roundsOfLife = 40;
const keys = 50;
const expiryMs = 20;

setFlagsFromString("--no-opt"); // machine code grows for long, and is not what is looked for
const task = JSON.parse(process.argv[2]!) as LeakTask;
const { roundMs } = task;
const collect = (globalThis as unknown as { readonly gc: () => void }).gc;
const clock = new SkippingClock();

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function sample(round: number): Promise<LeakSample> {
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return { round, heapBytes: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
}

function node(name: string): Context {
  return new Context({ name, clock });
}

async function gather() {
  const [hub, near, far] = [node("hub"), node("near"), node("far")];
  hub.topics.forward("*");
  const { location } = await hub.connections.listen("tcp://127.0.0.1:0");
  for (const each of [near, far]) await each.connections.open(location);
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
  writes.push(store.insert(`short ${round % keys}`, round, { expiresAfter: expiryMs }));
  await Promise.all(writes);
}

async function storing({ far, copy }: Company, round: number): Promise<void> {
  await write(copy, round);
  const asking = await far.stores.open("kept", { mode: "async" });
  await asking.lookup("rounds");
  await asking.close();
}

/** A node joins, takes part, and goes. */
async function visit({ location }: Company): Promise<void> {
  const guest = node("guest");
  await guest.connections.open(location);
  const copy = await guest.stores.open("kept");
  await copy.insert("guest", 1);
  await guest.events.on("load/1", () => {});
  await guest.close();
}

async function play(company: Company, round: number): Promise<void> {
  await messages(company, round);
  await storing(company, round);
  if (round % roundsOfLife === 0) await visit(company);
}

function askNobody(by: Context): Promise<unknown> {
  return by.events.survey("nobody", event("who", []), { timeoutMs: 1 });
}

/** Until what is kept longest for a time, and what is kept up to a number, come and go alike. */
async function warmUp(company: Company): Promise<void> {
  const { hub, near, far, kept, copy } = company;
  const rounds = Math.ceil(limits.partedStreamMs / roundMs) + roundsOfLife;
  const changesPerRound = Math.ceil(limits.storeLogChanges / rounds);
  const surveysPerRound = Math.ceil((2 * limits.surveys) / rounds);
  for (let round = 0; round < rounds; round++) {
    const from = kept.version.revision;
    await play(company, round);
    while (kept.version.revision < from + changesPerRound) {
      await clock.skip(expiryMs + 5); // as far apart as they are later on: entries go in batches of their own
      await write(copy, round);
    }
    const surveys = [hub, near, far].flatMap((each) => Array.from({ length: surveysPerRound }, () => askNobody(each)));
    await clock.skip(roundMs);
    await Promise.all(surveys);
  }
}

async function main(): Promise<void> {
  createInterface({ input: process.stdin }).on("close", () => process.exit());
  void process.stderr; // the process makes it, and its handle, when it is first asked for
  const before = await sample(-1);
  const company = await gather();
  await warmUp(company);
  const samples: LeakSample[] = [];
  const begun = performance.now();
  for (let round = 0; round < task.rounds; round++) {
    await play(company, round);
    const restMs = task.isPaced ? (round + 1) * roundMs - (performance.now() - begun) : 0;
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    else await clock.skip(roundMs);
    if (round % task.every === 0) samples.push(await sample(round));
  }
  for (const each of [company.near, company.far, company.hub]) await each.close();
  let after = await sample(task.rounds);
  for (let i = 0; i < 100 && after.handles > before.handles; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10)); // the system takes its time with sockets
    after = await sample(task.rounds);
  }
  say({ kind: "held", before, samples, after });
}

void main();
