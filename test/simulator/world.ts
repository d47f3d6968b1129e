/**
 * A world: real nodes on simulated time and a simulated network, in one thread, from a seed.
 *
 * While the code of a simulation waits for anything, the world goes on: the next thing that is due happens, then all
 * promises that follow from it, until nothing moves but time. Invariant: the same seed and code, the same world.
 */
import type { Connection } from "../../library/connection.ts";
import type { ListenOptions, OpenOptions } from "../../library/connections.ts";
import { Context, type ContextOptions } from "../../library/context.ts";
import type { SwitchyardError } from "../../library/core/errors.ts";
import { noProcesses } from "../../library/processes.ts";
import { memoryStorage } from "../../library/storage/memory.ts";
import { SeededChance } from "./chance.ts";
import { SimulatedTime } from "./clock.ts";
import { Network } from "./network.ts";
import { NodeClock } from "./node-clock.ts";
import { Trace } from "./trace.ts";

/** Longer than any simulation takes: whoever still waits then waits for ever. */
const endOfTimeMs = 24 * 60 * 60 * 1000;

/** Two nodes that were connected, and the connection at both. */
export interface Joint {
  readonly opener: Context;
  readonly listener: Context;
  readonly out: Connection;
  /** The present one; another after each reconnect. */
  readonly in: () => Connection;
}

export interface JoinOptions {
  readonly open?: OpenOptions;
  readonly listen?: ListenOptions;
}

export class World {
  readonly seed: number;
  readonly chance: SeededChance;
  readonly time = new SimulatedTime();
  readonly trace = new Trace();
  readonly network: Network;
  readonly nodes: Context[] = [];
  /** What nodes told as `error`, those of lost links included. */
  readonly errors: SwitchyardError[] = [];
  readonly #clocks = new Map<string, NodeClock>();
  #locations = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.chance = new SeededChance(seed);
    this.network = new Network(this.time, this.chance.fork(), this.trace, (name) => this.clockOf(name));
  }

  /** By which the node of that name lives, in this life and the next. */
  clockOf(name: string): NodeClock {
    const known = this.#clocks.get(name);
    if (known !== undefined) return known;
    const clock = new NodeClock(this.time);
    this.#clocks.set(name, clock);
    return clock;
  }

  /** A node named `n0`, `n1`, … */
  node(options: Omit<ContextOptions, "transports" | "clock" | "chance"> = {}): Context {
    const name = options.name ?? `n${this.nodes.length}`;
    const context = new Context({
      storage: memoryStorage(), // nothing touches the disk of this machine
      ...options,
      name,
      transports: [this.network.transportOf(name)],
      clock: this.clockOf(name).clock,
      chance: this.chance.fork(),
      processes: options.processes ?? noProcesses,
    });
    context.on("error", (error) => this.errors.push(error));
    this.nodes.push(context);
    return context;
  }

  /** The first node connects to the second, which listens for it. */
  async join(opener: Context, listener: Context, { open, listen }: JoinOptions = {}): Promise<Joint> {
    const { location } = await listener.connections.listen(`sim://at-${this.#locations++}`, listen);
    const out = await opener.connections.open(location, open);
    const accepted = () => listener.connections.all().filter((each) => each.location === location);
    await this.until(() => accepted().some(({ state }) => state === "up"));
    return { opener, listener, out, in: () => accepted().find(({ state }) => state === "up")! };
  }

  /** Kills a node: nobody hears a word of it. What it can no longer do is done away with. */
  kill(context: Context): void {
    this.network.kill(context.name);
    context.close({ graceMs: 0 }).catch(() => {});
    this.clockOf(context.name).goOn();
  }

  /** Stops the node's process, as SIGSTOP does: it does nothing, and what comes in waits, until it goes on. */
  stopProcess(name: string): void {
    this.clockOf(name).stop();
  }

  continueProcess(name: string): void {
    this.clockOf(name).goOn();
    this.network.wake(name);
  }

  /** Lets time pass. */
  settle(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.time.after(durationMs, resolve));
  }

  /** Lets time pass until it is so; looks every millisecond. */
  async until(isSo: () => boolean, timeoutMs = 60_000): Promise<void> {
    const endMs = this.time.nowMs + timeoutMs;
    while (!isSo()) {
      if (this.time.nowMs > endMs) throw new Error(`not so after ${timeoutMs} simulated ms: ${String(isSo)}`);
      await this.settle(1);
    }
  }

  /** Closes every node. Nothing may be left then: no timer, no link. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.settle(60_000);
    if (this.network.openLinks > 0) throw new Error(`${this.network.openLinks} links are left after all nodes closed`);
    if (this.time.pending > 0) throw new Error(`${this.time.pending} timers are left after all nodes closed`);
  }

  /** Runs the code in this world, and the world while the code waits; stops every node afterwards. */
  async run(live: (world: World) => Promise<void>): Promise<void> {
    let isOver = false;
    const lived = live(this)
      .then(() => this.stop())
      .finally(() => {
        isOver = true;
      });
    lived.catch(() => {}); // awaited below
    for (;;) {
      await quiet();
      if (isOver) break;
      if (!this.time.step()) throw new Error("the simulation waits for something that will never happen");
      if (this.time.nowMs > endOfTimeMs) throw new Error("the simulation waited for a day");
    }
    await lived;
  }
}

/** Node runs this queue only when no promise is left to follow up. */
function quiet(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
