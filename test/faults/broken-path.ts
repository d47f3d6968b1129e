/** Two nodes with a bad network between them: one raises, one listens, and either may be the one that dials. */
import { type Connection, Context, type ContextOptions, tcp } from "../../library/index.ts";
import { type Direction, FaultProxy } from "../rig/fault-proxy.ts";
import { SkippingClock } from "../rig/skipping-clock.ts";
import type { SeededChance } from "../simulator/chance.ts";
import { turns } from "./until.ts";

export class BrokenPath {
  readonly clock = new SkippingClock();
  readonly source: Context;
  readonly sink: Context;
  /** What the dialling node has; the other one has a new connection for each link. */
  readonly connection: Connection;
  readonly proxy: FaultProxy;
  readonly isSourceDialling: boolean;

  private constructor(nodes: { source: Context; sink: Context; clock: SkippingClock }, rest: Rest) {
    this.source = nodes.source;
    this.sink = nodes.sink;
    this.clock = nodes.clock;
    this.connection = rest.connection;
    this.proxy = rest.proxy;
    this.isSourceDialling = rest.isSourceDialling;
  }

  static async open(
    chance: SeededChance,
    isSourceDialling: boolean,
    options: ContextOptions = {},
  ): Promise<BrokenPath> {
    const clock = new SkippingClock();
    const make = (name: string): Context =>
      new Context({ name, clock, chance: chance.fork(), transports: [tcp()], ...options });
    const source = make("source");
    const sink = make("sink");
    const [opener, listener] = isSourceDialling ? [source, sink] : [sink, source];
    const { location } = await listener.connections.listen("tcp://127.0.0.1:0");
    const proxy = await FaultProxy.open(location);
    const connection = await opener.connections.open(proxy.location);
    return new BrokenPath({ source, sink, clock }, { connection, proxy, isSourceDialling });
  }

  get opener(): Context {
    return this.isSourceDialling ? this.source : this.sink;
  }

  get listener(): Context {
    return this.isSourceDialling ? this.sink : this.source;
  }

  /** The way that messages take. */
  get forth(): Direction {
    return this.isSourceDialling ? "toListener" : "toOpener";
  }

  /** Are both ends of the opinion that there is a connection? */
  get isUp(): boolean {
    return this.connection.state === "up" && this.acceptedUp > 0;
  }

  /** Connections that the listening node takes for being up. */
  get acceptedUp(): number {
    return this.listener.connections.all().filter(({ state }) => state === "up").length;
  }

  /** Lets time pass until both ends have a connection again. */
  async untilUp(): Promise<void> {
    await this.#until("up again", () => this.isUp);
  }

  /** Lets time pass until the dialling end knows that its connection is down. */
  async untilDown(): Promise<void> {
    await this.#until("down", () => this.connection.state !== "up");
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    await turns(20); // most things need no time
    await this.clock.skip(300_000, { isEnough: isSo });
    if (!isSo()) throw new Error(`not ${what} within 300 s`);
  }

  async close(): Promise<void> {
    this.proxy.close();
    await Promise.all([this.source.close({ graceMs: 0 }), this.sink.close({ graceMs: 0 })]);
  }
}

interface Rest {
  readonly connection: Connection;
  readonly proxy: FaultProxy;
  readonly isSourceDialling: boolean;
}
