/**
 * Clients of one store, all in one process, that write and read without a pause and hold what one is told against what
 * all others were told before: for tests that cut off or stop those who keep the store.
 *
 * Invariant: `acknowledged` is what any of them knows to be done, so an answer to a question that was asked later must
 * have it. Nothing is compared with the clock of another process.
 */
import { createInterface } from "node:readline";
import { Context, count, type Store, SwitchyardError, systemChance, type Value } from "../../library/index.ts";
import type { Told } from "../rig/program.ts";

export interface TraderTask {
  readonly clients: readonly ClientTask[];
}

interface ClientTask {
  readonly name: string;
  readonly dial: readonly string[];
  readonly mode: "sync" | "async";
}

/** What they were told, and what was wrong with it. */
export interface TraderReport {
  readonly acknowledged: number;
  /** Writes that may have taken effect. */
  readonly uncertain: number;
  readonly reads: number;
  /** How often writes and reads failed, by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Answers that were older than what was known when they were asked for, in words. */
  readonly stale: readonly string[];
  /** Acknowledgements that cannot both be true, in words. */
  readonly doubled: readonly string[];
}

const topic = "kept";
const sum = "sum";
/** Between two writes of one client, and between two reads. */
const paceMs = 30;
/** Questions of one client that may be open: one is asked while others wait at a process that is stopped. */
const openReads = 40;

const task = JSON.parse(process.argv[2] ?? "{}") as TraderTask;
const failures: Record<string, number> = {};
const stale: string[] = [];
const doubled: string[] = [];
const stores: { readonly name: string; readonly store: Store }[] = [];
/** By revision: whose write it was. */
const acknowledgedAt = new Map<number, string>();
let acknowledged = 0;
let sent = 0;
let uncertain = 0;
let reads = 0;
let isWriting = true;
let underWay = 0;
let awaited = Number.POSITIVE_INFINITY;

function say(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

function fail(error: unknown): string {
  const code = error instanceof SwitchyardError ? error.code : String(error);
  failures[code] = (failures[code] ?? 0) + 1;
  return code;
}

function numberOf(value: Value | undefined): number {
  return value === undefined || value === null ? 0 : Number(value);
}

async function write(name: string, store: Store): Promise<void> {
  const least = acknowledged;
  sent += 1;
  underWay += 1;
  try {
    const { epoch, revision, value } = await store.increment(sum, count(1));
    acknowledged += 1;
    check(name, `${epoch}.${revision}`, revision, numberOf(value), least);
    if (store.mode === "sync" && numberOf(store.lookupSync(sum)) < numberOf(value)) {
      stale.push(`${name} does not see its own write of ${epoch}.${revision}`);
    }
  } catch (error) {
    if (fail(error) !== "NO_AUTHORITY") uncertain += 1;
  }
  underWay -= 1;
  if (acknowledged < awaited) return;
  awaited = Number.POSITIVE_INFINITY;
  say({ kind: "when" });
}

/** S1, F2: one history only has this acknowledgement and all others. */
function check(name: string, version: string, revision: number, value: number, least: number): void {
  const before = acknowledgedAt.get(revision);
  if (before !== undefined) doubled.push(`${version} was acknowledged to ${name}, and ${before}`);
  acknowledgedAt.set(revision, `${version} to ${name}`);
  if (value <= least) doubled.push(`the sum was ${value} at ${name} after ${least} were acknowledged`);
  if (value > sent) doubled.push(`the sum was ${value} at ${name}, of ${sent} sent`);
}

/** S6, F3. */
async function read(name: string, store: Store): Promise<void> {
  const least = acknowledged;
  const value = await store.lookup(sum).then(numberOf, fail);
  if (typeof value === "string") return;
  reads += 1;
  if (value < least) stale.push(`${name} was told ${value} after ${least} were acknowledged`);
  if (value > sent) doubled.push(`${name} was told ${value}, of ${sent} sent`);
}

function trade(name: string, store: Store): void {
  let asked = 0;
  let isBusy = false;
  setInterval(() => {
    if (asked < openReads) {
      asked += 1;
      void read(name, store).finally(() => {
        asked -= 1;
      });
    }
    if (isBusy || !isWriting) return;
    isBusy = true;
    void write(name, store).finally(() => {
      isBusy = false;
    });
  }, paceMs);
}

async function copies(): Promise<readonly unknown[]> {
  const followers = stores.filter(({ store }) => store.mode === "sync");
  return Promise.all(
    followers.map(async ({ name, store }) => ({ name, version: store.version, digest: await store.digest() })),
  );
}

const report = (): TraderReport => ({ acknowledged, uncertain, reads, failures, stale, doubled });

const orders: Readonly<Record<string, (told: Told) => Promise<Readonly<Record<string, unknown>> | undefined>>> = {
  await: async ({ more }) => {
    awaited = acknowledged + Number(more);
    return undefined;
  },
  pause: async () => {
    isWriting = false;
    return {};
  },
  resume: async () => {
    isWriting = true;
    return {};
  },
  status: async () => ({ copies: await copies(), underWay, acknowledged }),
  report: async () => ({ report: report() }),
};

async function obey(told: Told): Promise<void> {
  const answer = await orders[told.kind]!(told);
  if (answer !== undefined) say({ kind: told.kind, ...answer });
}

async function begin({ name, dial, mode }: ClientTask): Promise<void> {
  const context = new Context({ name, chance: { ...systemChance, next: () => 0 } });
  context.on("error", () => {}); // what matters becomes of a write or a read
  for (const location of dial) void context.connections.open(location, { retry: true }).catch(() => {});
  const store = await context.stores.open(topic, { mode });
  stores.push({ name, store });
  trade(name, store);
}

createInterface({ input: process.stdin })
  .on("line", (line) => void obey(JSON.parse(line) as Told))
  .on("close", () => process.exit());
void Promise.all(task.clients.map(begin)).then(() => say({ kind: "ready" }));
