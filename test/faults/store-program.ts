/**
 * A node with one handle of a store, as a process of its own, for tests that kill and stop it: an authority, a standby,
 * the witness of one, or a client that writes and keeps account of what became of its writes.
 */
import { createInterface } from "node:readline";
import {
  Context,
  count,
  type Durability,
  type Store,
  SwitchyardError,
  systemChance,
  type Value,
  type Version,
  type WitnessHandle,
} from "../../library/index.ts";
import type { Told } from "../rig/program.ts";
import { WriteAccount } from "./write-account.ts";

export interface StoreTask {
  readonly name: string;
  readonly role: "authority" | "standby" | "witness" | "client";
  /** Where it listens; without a port, one is taken. */
  readonly listen?: string;
  readonly dial: readonly string[];
  readonly path?: string;
  readonly durability?: Durability;
  readonly mode?: "sync" | "async";
  readonly onHeirLost?: "proof" | "wait" | "continue";
  readonly arbiter?: "witness";
  /** A pattern of topics that it passes on. */
  readonly forward?: string;
  /** Writes that it has under way at a time. */
  readonly atOnce?: number;
}

const topic = "kept";
/** A client that writes has its own keys, so many. */
const ownKeys = 40;

const task = JSON.parse(process.argv[2] ?? "{}") as StoreTask;
/** Connections are dialled again as early as they ever are: a test has no time for more. */
const context = new Context({ name: task.name, chance: { ...systemChance, next: () => 0 } });
const account = new WriteAccount();
let store: Store | undefined;
let witness: WitnessHandle | undefined;
let isWriting = false;
let awaited = Number.POSITIVE_INFINITY;

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function open(): Promise<Store> {
  const { role, path, durability, onHeirLost, mode, arbiter } = task;
  const options = { persistent: path !== undefined, path, durability, onHeirLost, arbiter };
  if (role === "authority") return context.stores.openAuthoritative(topic, options);
  if (role === "standby") return context.stores.openStandby(topic, options);
  return context.stores.open(topic, { mode });
}

/** One increment that all clients make, and one insert of its own in turn. */
async function write(number: number): Promise<void> {
  const key = number % 3 === 0 ? "sum" : number % 3 === 1 ? `${task.name} sum` : `${task.name} ${number % ownKeys}`;
  const settle = account.send(key, number);
  try {
    if (number % 3 !== 2) await store!.increment(key, count(1));
    else {
      await store!.insert(key, number);
      seeOwn(key, number);
    }
    settle("acknowledged");
    if (account.acknowledged < awaited) return;
    awaited = Number.POSITIVE_INFINITY;
    say({ kind: "when" });
  } catch (error) {
    settle(error instanceof SwitchyardError ? error.code : String(error));
  }
}

/** S3: nobody else writes this key, so what is shown of it is this or newer; none where its history was lost meanwhile. */
function seeOwn(key: string, number: number): void {
  if (store!.mode !== "sync") return;
  const shown = store!.lookupSync(key);
  if (shown !== undefined && Number(shown) < number)
    wrong.push(`${key} is ${Number(shown)} when ${number} is acknowledged`);
}

/** One of those that write beside each other until they are told to stop. */
async function writer(): Promise<void> {
  while (isWriting) {
    const number = account.sent;
    await write(number);
  }
}

let writers: Promise<unknown> = Promise.resolve();

function beginWriting(): void {
  isWriting = task.atOnce !== undefined;
  writers = Promise.all(Array.from({ length: task.atOnce ?? 0 }, writer));
}

function plain(value: Value | undefined): unknown {
  return value === undefined || value === null ? null : Number(value);
}

/** All entries of the copy, as pairs of text and number. */
function content(): unknown {
  return [...store!.entriesSync()].map(({ key, value }) => [String(key), plain(value)]);
}

const orders: Readonly<Record<string, (told: Told) => Promise<Readonly<Record<string, unknown>> | undefined>>> = {
  await: async ({ more }) => {
    awaited = account.acknowledged + Number(more);
    return undefined;
  },
  stop: async () => {
    isWriting = false;
    await writers;
    return { account: account.toTold() };
  },
  /** It goes on writing. */
  resume: async () => {
    beginWriting();
    return {};
  },
  /** Of the writes so far, while it goes on. */
  account: async () => ({ account: account.toTold() }),
  content: async () => ({ content: content(), version: store!.version }),
  digest: async () => ({ digest: await store!.digest(), ...status() }),
  status: async () => status(),
  read: async ({ key }) => {
    const value = await store!.lookup(String(key)).catch((error) => (error as SwitchyardError).code);
    return { value: typeof value === "string" ? value : plain(value) };
  },
  /** One more connection. */
  dial: async ({ location }) => {
    await context.connections.open(String(location));
    return undefined;
  },
  /** Whether a write is taken: no code, or the one of its failure. */
  try: async () => ({
    code: await store!.insert("tried", 1, { timeoutMs: 3_000 }).then(
      () => "",
      (error) => (error as SwitchyardError).code,
    ),
  }),
  /** Of a witness. */
  record: async () => ({ record: witness!.record ?? null, isDisputed: witness!.isDisputed }),
  promote: async ({ force }) => {
    await store!.promote({ force: force === true });
    return {};
  },
};

function status(): Readonly<Record<string, unknown>> {
  const { role, state, version } = store!;
  return { role, state, version, forks, wrong };
}

const forks: unknown[] = [];
/** What S3 or S4 does not allow, in words. */
const wrong: string[] = [];

function isBefore(a: Version, b: Version): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.revision < b.revision);
}

/** S4: versions go on, except across a `reset` that names both. */
function watchVersions(opened: Store): void {
  let last = opened.version;
  const reach = (version: Version, how: string): void => {
    if (isBefore(version, last)) wrong.push(`${how} ${JSON.stringify(version)} after ${JSON.stringify(last)}`);
    last = version;
  };
  opened.on("change", ({ version }) => reach(version, "a change of"));
  opened.on("reset", ({ isFork, from, to }) => {
    reach(from, "a reset from");
    if (isFork)
      last = to; // what was there is no part of what is there now
    else reach(to, "a reset to");
  });
}

function listen(opened: Store): void {
  if (task.role === "client" && opened.mode === "sync") watchVersions(opened);
  opened.on("reset", ({ isFork, from, to }) => {
    if (isFork) forks.push({ from, to });
  });
  opened.on("term", (state, epoch) => say({ kind: "term", state, epoch }));
  opened.on("diverged", (diverged) => say({ kind: "diverged", count: diverged.count }));
}

async function obey(told: Told): Promise<void> {
  const answer = await orders[told.kind]!(told).catch((error) => ({ failed: String(error) }));
  if (answer !== undefined) say({ kind: told.kind, ...answer });
}

async function main(): Promise<void> {
  context.on("authority-conflict", ({ authorities }) => say({ kind: "conflict", authorities }));
  context.on("error", (error) => say({ kind: "error", code: error.code, message: error.message }));
  createInterface({ input: process.stdin })
    .on("line", (line) => void obey(JSON.parse(line) as Told))
    .on("close", () => process.exit());
  if (task.forward !== undefined) context.topics.forward(task.forward);
  const listening = task.listen === undefined ? undefined : await context.connections.listen(task.listen);
  say({ kind: "opening", location: listening?.location });
  for (const location of task.dial) void context.connections.open(location, { retry: true }).catch(() => {});
  if (task.role === "witness") witness = await context.stores.openWitness(topic, { path: task.path! });
  else {
    store = await open();
    listen(store);
  }
  say({ kind: "ready" });
  beginWriting();
}

void main();
