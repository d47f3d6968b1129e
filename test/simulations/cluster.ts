/**
 * Random clusters, and a naive answer to who should get what in them.
 *
 * Invariant: every setting is written down here as it is made, so that `reaches` follows from what was asked for, and
 * never from what the library made of it. Only in trees is there one way between two nodes, and so one answer.
 */
import type { Context, ContextOptions } from "../../library/context.ts";
import { matches } from "../../library/core/pattern.ts";
import type { SeededChance } from "../simulator/chance.ts";
import type { Joint, World } from "../simulator/world.ts";
import type { Kind, Ledger, Observer } from "./ledger.ts";

export const topics = ["a", "a.b", "a.b.c", "b", "b.c", "zeek/cluster"] as const;
export const patterns = [...topics, "*", "*", "a*", "a.*", "*.b*", "*c", "b.*", "*/*", ".other"] as const;

/** What one side of an edge was opened or listened with. */
interface Flags {
  readonly autoPublish: boolean;
  readonly autoSubscribe: boolean;
}

export interface Edge {
  readonly joint: Joint;
  readonly flags: ReadonlyMap<Context, Flags>;
}

interface Ask {
  readonly node: Context;
  readonly pattern: string;
  /** `undefined`: of all. */
  readonly edge: Edge | undefined;
}

interface Forward {
  readonly node: Context;
  readonly pattern: string;
  readonly from: Edge | undefined;
  readonly to: Edge | undefined;
}

export class Cluster {
  readonly world: World;
  readonly nodes: Context[] = [];
  readonly edges: Edge[] = [];
  readonly #asks: Ask[] = [];
  readonly #offers: Ask[] = [];
  readonly #locals: Ask[] = [];
  readonly #forwards: Forward[] = [];

  constructor(world: World, size: number, options: Omit<ContextOptions, "name"> = {}) {
    this.world = world;
    for (let i = 0; i < size; i++) this.nodes.push(world.node(options));
  }

  get #chance(): SeededChance {
    return this.world.chance;
  }

  /** Connects two nodes; either may be the one that dials. */
  async join(a: Context, b: Context, onProbability = 1): Promise<Edge> {
    const [opener, listener] = this.#chance.flip() ? [a, b] : [b, a];
    const [open, listen] = [this.#flags(onProbability), this.#flags(onProbability)];
    const joint = await this.world.join(opener, listener, { open, listen });
    const flags = new Map([
      [opener, open],
      [listener, listen],
    ]);
    const edge = { joint, flags };
    this.edges.push(edge);
    return edge;
  }

  edgesOf(node: Context): Edge[] {
    return this.edges.filter(({ flags }) => flags.has(node));
  }

  async subscribe(node: Context, pattern: string, edge?: Edge): Promise<void> {
    this.#asks.push({ node, pattern, edge });
    await node.topics.subscribe(pattern, edge && sideOf(edge, node));
  }

  publish(node: Context, topic: string, edge?: Edge): void {
    this.#offers.push({ node, pattern: topic, edge });
    node.topics.publish(topic, edge && sideOf(edge, node));
  }

  subscribeLocally(node: Context, pattern: string): void {
    this.#locals.push({ node, pattern, edge: undefined });
    node.topics.subscribeLocally(pattern);
  }

  forward(node: Context, pattern: string, from?: Edge, to?: Edge): void {
    this.#forwards.push({ node, pattern, from, to });
    node.topics.forward(pattern, {
      ...(from && { from: sideOf(from, node) }),
      ...(to && { to: sideOf(to, node) }),
    });
  }

  /** Resolves when all interest has reached everybody, as each node sees it. */
  async settled(): Promise<void> {
    const waits = this.edges.flatMap(({ joint }) => [joint.out.settled(), joint.in().settled()]);
    await Promise.all(waits);
  }

  /** In a tree: should the observer get what this node raises under this topic? */
  reaches(origin: string, topic: string, observer: Observer, ledger: Ledger): boolean {
    if (!matches(observer.pattern, topic)) return false;
    const [from, to] = [this.#named(origin), this.#named(observer.node)];
    if (from === to) return this.#locals.some((it) => it.node === from && matches(it.pattern, topic));
    const way = this.#way(from, to);
    if (way === undefined || !this.#isOffered(from, topic, way[0]!)) return false;
    let at = from;
    for (let i = 0; i + 1 < way.length; i++) {
      at = otherEnd(way[i]!, at);
      if (!this.#isForwarded(at, topic, way[i]!, way[i + 1]!)) return false;
    }
    return this.#isAsked(to, topic, way.at(-1)!, ledger);
  }

  #isOffered(node: Context, topic: string, edge: Edge): boolean {
    const byName = (it: Ask): boolean => it.node === node && it.pattern === topic && (it.edge ?? edge) === edge;
    return edge.flags.get(node)!.autoPublish || this.#offers.some(byName);
  }

  #isForwarded(node: Context, topic: string, from: Edge, to: Edge): boolean {
    return this.#forwards.some(
      (it) => it.node === node && matches(it.pattern, topic) && (it.from ?? from) === from && (it.to ?? to) === to,
    );
  }

  #isAsked(node: Context, topic: string, edge: Edge, ledger: Ledger): boolean {
    if (topic === `.node.${node.name}`) return true;
    const isAuto = edge.flags.get(node)!.autoSubscribe;
    const byHandler = ledger.observers.some((it) => it.node === node.name && matches(it.pattern, topic));
    if (isAuto && byHandler) return true;
    return this.#asks.some((it) => it.node === node && matches(it.pattern, topic) && (it.edge ?? edge) === edge);
  }

  #named(name: string): Context {
    return this.nodes.find((node) => node.name === name)!;
  }

  #way(from: Context, to: Context, before?: Edge): Edge[] | undefined {
    for (const edge of this.edgesOf(from)) {
      if (edge === before) continue;
      const next = otherEnd(edge, from);
      if (next === to) return [edge];
      const rest = this.#way(next, to, edge);
      if (rest !== undefined) return [edge, ...rest];
    }
    return undefined;
  }

  #flags(onProbability: number): Flags {
    return { autoPublish: this.#chance.flip(onProbability), autoSubscribe: this.#chance.flip(onProbability) };
  }
}

/** The connection as this node has it. */
export function sideOf({ joint }: Edge, node: Context): Joint["out"] {
  return joint.opener === node ? joint.out : joint.in();
}

export function otherEnd({ joint }: Edge, node: Context): Context {
  return joint.opener === node ? joint.listener : joint.opener;
}

/** Joins each node to one of those before it, in this order. */
export async function growTree(cluster: Cluster, onProbability = 1): Promise<void> {
  const { chance } = cluster.world;
  const [first, ...rest] = chance.shuffled(cluster.nodes);
  const grown = [first!];
  for (const node of rest) {
    await cluster.join(node, chance.pick(grown), onProbability);
    grown.push(node);
  }
}

/** Joins some more pairs, so that there are rings; some pairs twice. */
export async function closeRings(cluster: Cluster, extra: number): Promise<void> {
  const { chance } = cluster.world;
  for (let i = 0; i < extra; i++) {
    const [a, b] = chance.shuffled(cluster.nodes);
    await cluster.join(a!, b!);
  }
}

export function drawKind(chance: SeededChance): Kind {
  return chance.flip(0.7) ? "event" : "log";
}
