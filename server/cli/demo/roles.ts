/**
 * The nodes of the demo cluster, and what each does.
 *
 * Invariant: sensors and manager know the router only; all that passes between them passes through it.
 */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { type Context, count, event, SwitchyardError, set } from "../../../library/index.ts";
import { runSensor, seenTopic } from "./sensor.ts";

export interface RoleOptions {
  readonly context: Context;
  readonly rate: number;
  readonly stopped: AbortSignal;
}

export interface Role {
  readonly name: string;
  /** How it reaches the router, which listens at both; `undefined` for the router itself. */
  readonly link: "tcp" | "ipc" | undefined;
  /** Does its work until it is stopped; returns when it has begun. */
  begin(options: RoleOptions): Promise<void>;
}

/** What the router passes on, between all of its connections. */
const forwarded = [
  "demo.conn.*",
  "demo.process.*",
  "demo.heartbeat.*",
  "demo.health.sensor-1",
  "demo.summary.*",
  "demo.log.*",
  seenTopic,
];

export const roles: readonly Role[] = [
  {
    name: "router",
    link: undefined,
    async begin({ context }) {
      for (const pattern of forwarded) context.topics.forward(pattern);
    },
  },
  {
    name: "sensor-1",
    link: "tcp",
    begin: (options) => runSensor({ ...options, watches: "connections" }),
  },
  {
    name: "sensor-2",
    link: "ipc",
    begin: (options) => runSensor({ ...options, watches: "processes" }),
  },
  { name: "manager", link: "tcp", begin: manage },
  { name: "logger", link: "ipc", begin: keepLogs },
];

const summaryPeriodMs = 5_000;

/** On disk, but in memory where native code is not to be had, as in the extension. */
async function openSeen(context: Context): Promise<void> {
  try {
    await context.stores.openAuthoritative(seenTopic, { persistent: true, path: await ownFolder("store") });
  } catch (error) {
    if (!(error instanceof SwitchyardError) || error.code !== "UNSUPPORTED") throw error;
    await context.stores.openAuthoritative(seenTopic, { divergedPath: await ownFolder("diverged") });
  }
}

/** Follows all that the sensors tell, and sums it up; keeps the table of what they see. */
async function manage({ context, stopped }: RoleOptions): Promise<void> {
  await openSeen(context);
  let events = 0;
  const healthy = new Set<string>();
  const counted = ["demo.conn.*", "demo.process.*", "demo.heartbeat.*"];
  await Promise.all(counted.map((pattern) => context.events.on(pattern, () => void events++)));
  await context.events.on("demo.health.*", ({ origin }) => void healthy.add(origin.name));
  const timer = setInterval(() => {
    context.events.raise("demo.summary.manager", event("summary", [count(events), set([...healthy])]));
    healthy.clear();
  }, summaryPeriodMs);
  stopped.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** Less than a node may take to start. */
const standbyMs = 12_000;

/** Takes the lines of all logs, and the manager's word. It keeps none: this is a demo. Stands by for the table. */
async function keepLogs({ context }: RoleOptions): Promise<void> {
  await context.stores.openStandby(seenTopic, { openTimeoutMs: standbyMs, divergedPath: await ownFolder("diverged") });
  await context.logs.on("demo.log.*", () => undefined);
  await context.events.on("demo.summary.*", () => undefined);
}

/** A path in a folder that is removed with the process. */
async function ownFolder(name: string): Promise<string> {
  const folder = await mkdtemp(joinPath(tmpdir(), "switchyard-demo-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return joinPath(folder, name);
}

/** Where the router listens. */
export async function routerLocations(): Promise<readonly string[]> {
  const tcp = "tcp://127.0.0.1:0";
  if (process.platform === "win32") return [tcp];
  return [tcp, `ipc://${await ownFolder("router.sock")}`];
}
