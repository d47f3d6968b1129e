/**
 * The simulated network: who listens where, the links between them, and what goes wrong.
 *
 * Each node has a transport of its own for `sim://name`, so that the network knows who speaks with whom.
 * Invariant: while two nodes are parted nothing moves between them, and nothing of it is lost; a cut link is lost with
 * all that was under way. Knows nothing of what nodes say.
 */
import { SwitchyardError } from "../../library/core/errors.ts";
import { aborted, failureToConnect } from "../../library/transports/failures.ts";
import type { Link, Listener, Transport } from "../../library/transports/transport.ts";
import type { SeededChance } from "./chance.ts";
import type { SimulatedTime } from "./clock.ts";
import { type LinkNature, SimulatedLink } from "./link.ts";
import type { NodeClock } from "./node-clock.ts";
import type { Trace } from "./trace.ts";

interface Listening {
  readonly owner: string;
  readonly accept: (link: Link) => void;
}

interface OpenLink {
  readonly between: string;
  readonly ends: readonly [SimulatedLink, SimulatedLink];
}

export class Network {
  /** Overrides what chance would choose for links from now on. */
  nature: Partial<LinkNature> = {};
  readonly #time: SimulatedTime;
  readonly #chance: SeededChance;
  readonly #trace: Trace;
  readonly #clockOf: (node: string) => NodeClock;
  readonly #listening = new Map<string, Listening>();
  readonly #links = new Set<OpenLink>();
  readonly #parted = new Set<string>();
  /** `from to`: what the first says does not reach the second. */
  readonly #unheard = new Set<string>();
  readonly #refusing = new Set<string>();
  /** How often each node was killed: one of an earlier life reaches nobody, whatever it still tries. */
  readonly #kills = new Map<string, number>();
  #count = 0;

  constructor(time: SimulatedTime, chance: SeededChance, trace: Trace, clockOf: (node: string) => NodeClock) {
    this.#time = time;
    this.#chance = chance;
    this.#trace = trace;
    this.#clockOf = clockOf;
  }

  get openLinks(): number {
    return this.#links.size;
  }

  transportOf(node: string): Transport {
    const kills = this.#kills.get(node);
    return {
      schemes: ["sim"],
      connect: async (location, { signal } = {}) => {
        if (this.#kills.get(node) !== kills) throw failureToConnect(location, undefined);
        return this.#connect(node, location, signal);
      },
      listen: (location, accept) => this.#listen(node, location, accept),
    };
  }

  /** Breaks every link between the two. Returns how many there were. */
  cut(a: string, b: string): number {
    const found = [...this.#links].filter(({ between }) => between === pairOf(a, b));
    for (const { ends } of found) ends[0].cut();
    return found.length;
  }

  /** Nothing gets through between the two until they are joined again. */
  part(a: string, b: string): void {
    this.#parted.add(pairOf(a, b));
  }

  /** Nothing gets through from the one to the other until they are joined again; the other way it does. */
  deafen(from: string, to: string): void {
    this.#unheard.add(`${from} ${to}`);
  }

  join(a: string, b: string): void {
    this.#parted.delete(pairOf(a, b));
    this.#unheard.delete(`${a} ${b}`);
    this.#unheard.delete(`${b} ${a}`);
    for (const { between, ends } of this.#links) {
      if (between === pairOf(a, b)) for (const end of ends) end.move();
    }
  }

  /** The node's process goes on: it takes what waits for it. */
  wake(node: string): void {
    for (const { between, ends } of [...this.#links]) {
      if (between.split(" ").includes(node)) for (const end of ends) end.move();
    }
  }

  /** The node's process is killed: it listens no more, and its links break without a word. */
  kill(node: string): void {
    this.#kills.set(node, (this.#kills.get(node) ?? 0) + 1);
    for (const [host, { owner }] of this.#listening) if (owner === node) this.#listening.delete(host);
    for (const { between, ends } of [...this.#links]) if (between.split(" ").includes(node)) ends[0].cut();
  }

  /** Turns away whoever tries to reach the node, until it is told otherwise. */
  refuse(node: string, isRefusing: boolean): void {
    if (isRefusing) this.#refusing.add(node);
    else this.#refusing.delete(node);
  }

  async #connect(from: string, location: URL, signal: AbortSignal | undefined): Promise<Link> {
    await this.#wait(from, this.#chance.between(0.1, 3));
    const there = this.#listening.get(location.host);
    if (there !== undefined && !this.#isWayThere(from, there.owner)) await endOf(signal);
    if (signal?.aborted) throw aborted(location, signal);
    if (there === undefined || this.#refusing.has(there.owner)) throw failureToConnect(location, undefined);
    const [ours, theirs] = this.#open(from, there.owner);
    const arrivesMs = this.#chance.between(0, 1);
    this.#time.after(arrivesMs, () => this.#clockOf(there.owner).run(() => there.accept(theirs)));
    return ours;
  }

  /** Whoever dials has to be answered, too. */
  #isWayThere(from: string, to: string): boolean {
    if (this.#parted.has(pairOf(from, to))) return false;
    return !this.#unheard.has(`${from} ${to}`) && !this.#unheard.has(`${to} ${from}`);
  }

  async #listen(owner: string, location: URL, accept: (link: Link) => void): Promise<Listener> {
    const { host } = location;
    if (this.#listening.has(host)) throw new SwitchyardError("LOCATION_IN_USE", location.href);
    this.#listening.set(host, { owner, accept });
    return {
      location: `sim://${host}`,
      close: async () => {
        this.#listening.delete(host);
      },
    };
  }

  #open(from: string, to: string): readonly [SimulatedLink, SimulatedLink] {
    const between = pairOf(from, to);
    const common = {
      ...{ time: this.#time, chance: this.#chance.fork(), trace: this.#trace, nature: this.#draw() },
      over: () => this.#links.delete(open),
    };
    const end = (owner: string, other: string): SimulatedLink =>
      new SimulatedLink(this.#count++, other, {
        ...common,
        isSevered: () => this.#parted.has(between) || this.#unheard.has(`${other} ${owner}`),
        process: this.#clockOf(owner),
      });
    const ends = [end(from, to), end(to, from)] as const;
    const open: OpenLink = { between, ends };
    ends[0].pairWith(ends[1]);
    this.#links.add(open);
    return ends;
  }

  #draw(): LinkNature {
    const chance = this.#chance;
    return {
      latencyMs: chance.pick([0.1, 1, chance.between(0.1, 10), chance.between(0.1, 80)]),
      bytesPerMs: chance.pick([10_000, 1_000, 100]),
      congestedBytes: chance.pick([1, 300, 5_000, 100_000]),
      chunkBytes: chance.pick([40, 400, 4_000, 65_536]),
      singleBytes: chance.pick([0, 0, 0, 0, 40, 200]),
      ...this.nature,
    };
  }

  #wait(node: string, delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#time.after(delayMs, () => this.#clockOf(node).run(resolve)));
  }
}

function endOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
