/** A node as a process of its own, for tests that kill it: one that raises, passes on or listens. */
import { createInterface } from "node:readline";
import { Context, count, event, type Log, type Value } from "../../library/index.ts";
import type { Told } from "../rig/program.ts";

export interface NodeTask {
  readonly name: string;
  readonly role: "publisher" | "router" | "subscriber";
  /** Where it listens; without a port, one is taken. */
  readonly listen?: string;
  readonly dial: readonly string[];
}

/** What a subscriber has of one node life and kind. */
export interface Tally {
  readonly first: number;
  readonly last: number;
  readonly received: number;
  /** Came after a later one, or for the second time. */
  readonly misplaced: number;
  readonly missing: number;
}

type Counted = { -readonly [Field in keyof Tally]: Tally[Field] };

const task = JSON.parse(process.argv[2] ?? "{}") as NodeTask;
const context = new Context({ name: task.name });

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

/** By kind and origin's id. */
const tallies: Record<string, Counted> = {};
let received = 0;
let awaited = Number.POSITIVE_INFINITY;

function tallyOf(kind: string, origin: string, first: number): Counted {
  const key = `${kind} ${origin}`;
  tallies[key] ??= { first, last: first - 1, received: 0, misplaced: 0, missing: 0 };
  return tallies[key];
}

function take(kind: string, origin: string, values: readonly Value[]): void {
  const number = Number(values[0]);
  const tally = tallyOf(kind, origin, number);
  if (number <= tally.last) tally.misplaced += 1;
  tally.last = Math.max(tally.last, number);
  tally.received += 1;
  received += 1;
  if (received < awaited) return;
  awaited = Number.POSITIVE_INFINITY;
  say({ kind: "when" });
}

async function subscribe(): Promise<void> {
  const emitter: { on(name: string, listener: (gap: Gap) => void): unknown } = context as never;
  emitter.on("gap", ({ origin, topic, missing }) => {
    tallyOf(topic, origin.id, 0).missing += missing;
  });
  await context.events.on("event", ({ args, origin }) => take("event", origin.id, args));
  await context.logs.on("log", ({ values, origin }) => take("log", origin.id, values));
}

interface Gap {
  readonly origin: { readonly id: string };
  readonly topic: string;
  readonly missing: number;
}

const raised = { event: 0, log: 0 };
let log: Log | undefined;

function raise(): void {
  for (let i = 0; i < 5; i++) context.events.raise("event", event("e", [count(raised.event++)]));
  log ??= context.logs.open("log", "Fault::LOG");
  log.write([count(raised.log++)]);
}

/** Until it works: the peer may be about to start. */
async function again(attempt: () => Promise<void>): Promise<void> {
  for (let left = 200; ; left--) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

let traffic: NodeJS.Timeout | undefined;

function obey({ kind, ...rest }: Told): void {
  if (kind === "report") say({ kind, id: context.id, raised, tallies });
  if (kind === "await") awaited = received + Number(rest["more"]);
  if (kind === "stop") {
    clearInterval(traffic);
    raise(); // the last of both, behind whatever was lost
    say({ kind, id: context.id, raised });
  }
}

async function main(): Promise<void> {
  createInterface({ input: process.stdin })
    .on("line", (line) => obey(JSON.parse(line) as Told))
    .on("close", () => process.exit());
  if (task.role === "subscriber") await subscribe();
  if (task.role === "router") context.topics.forward("*");
  let { listen } = task;
  if (listen !== undefined) {
    await again(async () => {
      listen = (await context.connections.listen(task.listen!)).location;
    });
  }
  for (const location of task.dial) await again(async () => void (await context.connections.open(location)));
  if (task.role === "publisher") traffic = setInterval(raise, 1);
  say({ kind: "ready", location: listen });
}

void main();
