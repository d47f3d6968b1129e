/**
 * A sensor of the demo cluster: looks at this machine and tells what it sees, as events, as lines of a log, and in a
 * table of what is there now.
 *
 * Invariant: what it tells is true. Where the machine shows nothing, it says `synthetic_heartbeat` and nothing else.
 * Knows nothing of who listens.
 */
import { freemem, loadavg, totalmem, uptime } from "node:os";
import {
  addr,
  type Column,
  type Context,
  count,
  enumValue,
  event,
  type Input,
  type Interval,
  interval,
  port,
  type Store,
  time,
} from "../../../library/index.ts";
import { type Change, changeBetween, connectionKey, type SeenConnection, type SeenProcess } from "./observation.ts";
import { findObserver } from "./observers.ts";

/** The store that all sensors write to. */
export const seenTopic = "demo.seen";

/** What was not seen again for so long is not there. */
const rememberedMs = 120_000;

/** What a sensor watches: how to look, and how to tell. */
export interface Watch<Thing> {
  /** Its events go to `demo.<subject>.<sensor>`, its log to `demo.log.<subject>`. */
  readonly subject: string;
  readonly columns: readonly Column[];
  readonly look: () => Promise<readonly Thing[]>;
  readonly keyOf: (thing: Thing) => string;
  /** Names of the events for one that came, one that went, and one that is still there. */
  readonly names: { readonly appeared: string; readonly vanished: string; readonly seen: string };
  readonly args: (thing: Thing) => readonly Input[];
  readonly line: (thing: Thing, what: string, since: Interval) => readonly Input[];
}

const connectionWatch = (look: () => Promise<readonly SeenConnection[]>): Watch<SeenConnection> => ({
  subject: "conn",
  columns: [
    { name: "ts", type: "time" },
    { name: "what", type: "enum" },
    { name: "id.orig_h", type: "addr" },
    { name: "id.orig_p", type: "port" },
    { name: "id.resp_h", type: "addr" },
    { name: "id.resp_p", type: "port" },
    { name: "proto", type: "enum" },
    { name: "conn_state", type: "string" },
    { name: "orig_queued", type: "count" },
    { name: "resp_queued", type: "count" },
    { name: "watched", type: "interval" },
  ],
  look,
  keyOf: connectionKey,
  names: { appeared: "conn_opened", vanished: "conn_closed", seen: "conn_seen" },
  args: ({ localAddress, localPort, remoteAddress, remotePort, state }) => [
    addr(localAddress),
    port(localPort, "tcp"),
    addr(remoteAddress),
    port(remotePort, "tcp"),
    state,
  ],
  line: (seen, what, since) => [
    time(new Date()),
    enumValue(what),
    addr(seen.localAddress),
    port(seen.localPort, "tcp"),
    addr(seen.remoteAddress),
    port(seen.remotePort, "tcp"),
    enumValue("tcp"),
    seen.state,
    count(seen.queuedOut),
    count(seen.queuedIn),
    since,
  ],
});

const processWatch = (look: () => Promise<readonly SeenProcess[]>): Watch<SeenProcess> => ({
  subject: "process",
  columns: [
    { name: "ts", type: "time" },
    { name: "what", type: "enum" },
    { name: "pid", type: "count" },
    { name: "parent", type: "count" },
    { name: "name", type: "string" },
    { name: "memory", type: "count" },
    { name: "watched", type: "interval" },
  ],
  look,
  keyOf: ({ pid, name }) => `${pid} ${name}`,
  names: { appeared: "process_started", vanished: "process_ended", seen: "process_seen" },
  args: ({ pid, name, memoryBytes }) => [count(pid), name, count(memoryBytes)],
  line: ({ pid, parent, name, memoryBytes }, what, since) => [
    time(new Date()),
    enumValue(what),
    count(pid),
    count(parent),
    name,
    count(memoryBytes),
    since,
  ],
});

export interface SensorOptions {
  readonly context: Context;
  readonly watches: "connections" | "processes";
  /** Events a second while nothing happens. */
  readonly rate: number;
  readonly stopped: AbortSignal;
}

/** Watches until it is stopped. */
export async function runSensor(options: SensorOptions): Promise<void> {
  const stopHealth = every(healthPeriodMs, () => raiseHealth(options.context));
  options.stopped.addEventListener("abort", stopHealth, { once: true });
  const observer = await findObserver(options.watches);
  const seen = await options.context.stores.open(seenTopic, { mode: "async" });
  if (observer === undefined) startHeartbeat(options, seen);
  else if (options.watches === "connections") new Sensor(options, connectionWatch(observer.connections), seen).start();
  else new Sensor(options, processWatch(observer.processes), seen).start();
}

const healthPeriodMs = 2_000;

/** How the machine is: by its own account, so the same from every sensor on it. */
function raiseHealth(context: Context): void {
  const [load = 0] = loadavg();
  const args = [load, count(freemem()), count(totalmem()), interval({ seconds: Math.round(uptime()) })];
  context.events.raise(`demo.health.${context.name}`, event("health", args));
}

function startHeartbeat({ context, rate, stopped }: SensorOptions, seen: Store): void {
  let beats = 0;
  const stop = every(1000 / rate, () => {
    context.events.raise(`demo.heartbeat.${context.name}`, event("synthetic_heartbeat", [count(beats++)]));
    void seen.insert(`heartbeat ${context.name}`, [count(beats)], { expiresAfter: rememberedMs });
  });
  stopped.addEventListener("abort", stop, { once: true });
}

const lookPeriodMs = 1_000;
/** Steps of a fast sensor are taken several at a time: timers are no finer. */
const stepMs = 10;
/** Changes told of one look; a machine that is busier than this is told of in part. */
const changesTold = 200;

class Sensor<Thing> {
  #seen: readonly Thing[] = [];
  #next = 0;
  #due = 0;
  #isLooking = false;
  readonly #since = new Map<string, number>();

  readonly #options: SensorOptions;
  readonly #watch: Watch<Thing>;
  readonly #write: (values: readonly Input[]) => void;
  readonly #table: Store;

  constructor(options: SensorOptions, watch: Watch<Thing>, table: Store) {
    this.#options = options;
    this.#table = table;
    this.#watch = watch;
    const { subject, columns } = watch;
    const log = options.context.logs.open(`demo.log.${subject}`, subject, undefined, { columns });
    this.#write = (values) => log.write(values);
  }

  start(): void {
    const { rate, stopped } = this.#options;
    const periodMs = Math.max(stepMs, 1000 / rate);
    const stops = [
      every(lookPeriodMs, () => void this.#look()),
      every(periodMs, () => {
        for (this.#due += (rate * periodMs) / 1000; this.#due >= 1; this.#due--) this.#tellNext();
      }),
    ];
    stopped.addEventListener(
      "abort",
      () => {
        for (const stop of stops) stop();
      },
      { once: true },
    );
    void this.#look();
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const before = this.#seen;
    this.#seen = await this.#watch.look().catch(() => before);
    this.#isLooking = false;
    if (this.#options.stopped.aborted) return;
    // What was there at the first look did not appear just then.
    if (before.length > 0) this.#tellChange(changeBetween(before, this.#seen, this.#watch.keyOf));
  }

  #tellChange({ appeared, vanished }: Change<Thing>): void {
    const { names } = this.#watch;
    for (const thing of appeared.slice(0, changesTold)) this.#tell(thing, names.appeared);
    for (const thing of vanished.slice(0, changesTold)) this.#tell(thing, names.vanished);
    for (const thing of vanished) this.#since.delete(this.#watch.keyOf(thing));
  }

  /** One after the other of all that is there. */
  #tellNext(): void {
    const thing = this.#seen[this.#next++ % Math.max(this.#seen.length, 1)];
    if (thing !== undefined) this.#tell(thing, this.#watch.names.seen);
  }

  #tell(thing: Thing, what: string): void {
    const { context } = this.#options;
    const { subject, keyOf, args, line, names } = this.#watch;
    const key = keyOf(thing);
    const nowMs = Date.now();
    if (!this.#since.has(key)) this.#since.set(key, nowMs);
    const since = interval({ milliseconds: nowMs - (this.#since.get(key) ?? nowMs) });
    context.events.raise(`demo.${subject}.${context.name}`, event(what, args(thing)));
    this.#write(line(thing, what, since));
    // Whether it arrives is for the table's next update to mend.
    if (what === names.vanished) void this.#table.remove(`${subject} ${key}`);
    else void this.#table.insert(`${subject} ${key}`, args(thing), { expiresAfter: rememberedMs });
  }
}

function every(periodMs: number, task: () => void): () => void {
  const timer = setInterval(task, periodMs);
  return () => clearInterval(timer);
}
