import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ForwardRule, type Interest, type InterestChange, InterestTable } from "../../../library/core/interest.ts";
import { narrow, overlaps } from "../../../library/core/pattern.ts";

/** Nodes joined by links, each with a table; changes travel as messages, one at a time and in order on each link. */
class Graph {
  readonly nodes = new Map<string, { readonly table: InterestTable; readonly rules: Set<ForwardRule> }>();
  /** By connection: both ends use the same number. */
  readonly links = new Map<number, readonly [string, string]>();
  readonly own = new Map<string, string[]>();
  #underWay: { readonly to: string; readonly change: InterestChange }[] = [];
  #count = 0;

  constructor(names: readonly string[]) {
    for (const name of names) {
      this.nodes.set(name, { table: new InterestTable(name), rules: new Set() });
      this.own.set(name, []);
    }
  }

  join(a: string, b: string): void {
    const connection = this.#count++;
    this.links.set(connection, [a, b]);
    this.#send(a, this.nodes.get(a)!.table.connect(connection, b, this.own.get(a)!));
    this.#send(b, this.nodes.get(b)!.table.connect(connection, a, this.own.get(b)!));
  }

  part(connection: number): void {
    const ends = this.links.get(connection);
    if (ends === undefined) return;
    this.links.delete(connection);
    this.#underWay = this.#underWay.filter(({ change }) => change.connection !== connection);
    for (const end of ends) this.#send(end, this.nodes.get(end)!.table.disconnect(connection));
  }

  want(name: string, pattern: string): void {
    this.own.get(name)!.push(pattern);
    for (const connection of this.linksOf(name))
      this.#send(name, this.nodes.get(name)!.table.want(connection, pattern));
  }

  drop(name: string, pattern: string): void {
    const own = this.own.get(name)!;
    const at = own.indexOf(pattern);
    if (at < 0) return;
    own.splice(at, 1);
    for (const connection of this.linksOf(name))
      this.#send(name, this.nodes.get(name)!.table.drop(connection, pattern));
  }

  forward(name: string, pattern: string): void {
    const rule: ForwardRule = { pattern, from: undefined, to: undefined };
    this.nodes.get(name)!.rules.add(rule);
    this.#send(name, this.nodes.get(name)!.table.addRule(rule));
  }

  stop(name: string): void {
    const { rules, table } = this.nodes.get(name)!;
    for (const rule of [...rules].slice(0, 1)) {
      rules.delete(rule);
      this.#send(name, table.removeRule(rule));
    }
  }

  linksOf(name: string): number[] {
    return [...this.links].filter(([, ends]) => ends.includes(name)).map(([connection]) => connection);
  }

  otherEnd(connection: number, name: string): string {
    const [a, b] = this.links.get(connection)!;
    return a === name ? b : a;
  }

  #send(from: string, changes: readonly InterestChange[]): void {
    for (const change of changes) {
      if (this.links.has(change.connection))
        this.#underWay.push({ to: this.otherEnd(change.connection, from), change });
    }
  }

  /** Delivers one message: the first on the link that `choice` falls on. */
  deliver(choice: number): boolean {
    if (this.#underWay.length === 0) return false;
    const chosen = this.#underWay[choice % this.#underWay.length]!;
    const at = this.#underWay.findIndex(
      ({ to, change }) => to === chosen.to && change.connection === chosen.change.connection,
    );
    const [{ to, change }] = this.#underWay.splice(at, 1) as [{ to: string; change: InterestChange }];
    const { table } = this.nodes.get(to)!;
    if (change.kind === "want") this.#send(to, table.heard(change.connection, change.interest));
    else this.#send(to, table.lost(change.connection, change));
    return true;
  }

  settle(): void {
    for (let steps = 0; this.deliver(steps * 7); steps++) if (steps > 200_000) throw new Error("it never settles");
  }

  /** Who is told what, by connection and listener. */
  state(): string[] {
    return [...this.nodes]
      .flatMap(([name, { table }]) =>
        this.linksOf(name).flatMap((link) => [...table.toldTo(link)].map((each) => line(link, name, each))),
      )
      .sort();
  }
}

function line(connection: number, teller: string, { origin, pattern, path }: Interest): string {
  return `${connection} ${teller} tells ${pattern} of ${origin} by ${path.join("-")}`;
}

/** What each node should tell, worked out from nothing but the graph, over and over until nothing changes. */
function naiveState(graph: Graph): string[] {
  let told = new Map<string, Interest>();
  for (;;) {
    const next = toldAfter(graph, told);
    if (textOf(next) === textOf(told)) break;
    told = next;
  }
  return [...told].map(([key, interest]) => line(Number(key.split(" ")[0]), key.split(" ")[1]!, interest)).sort();
}

function textOf(told: ReadonlyMap<string, Interest>): string {
  return JSON.stringify([...told].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function toldAfter(graph: Graph, told: ReadonlyMap<string, Interest>): Map<string, Interest> {
  const next = new Map<string, Interest>();
  for (const [name, { rules }] of graph.nodes) {
    for (const to of graph.linksOf(name)) {
      const tell = (interest: Interest): void => keep(next, `${to} ${name}`, interest, graph.otherEnd(to, name));
      for (const pattern of graph.own.get(name)!) tell({ origin: name, pattern, path: [name] });
      for (const from of graph.linksOf(name).filter((link) => link !== to)) {
        const teller = `${from} ${graph.otherEnd(from, name)} `;
        for (const [key, interest] of told) {
          if (!key.startsWith(teller) || interest.path.includes(name)) continue;
          for (const { pattern } of rules) {
            if (!overlaps(interest.pattern, pattern)) continue;
            tell({
              ...interest,
              pattern: narrow(interest.pattern, pattern) ?? interest.pattern,
              path: [...interest.path, name],
            });
          }
        }
      }
    }
  }
  return next;
}

function keep(all: Map<string, Interest>, teller: string, interest: Interest, listener: string): void {
  if (interest.path.includes(listener)) return;
  const key = `${teller} ${interest.origin} ${interest.pattern}`;
  const known = all.get(key);
  const rank = ({ path }: Interest): string => `${String(path.length).padStart(4, "0")} ${path.join()}`;
  if (known === undefined || rank(interest) < rank(known)) all.set(key, interest);
}

const names = ["a", "b", "c", "d", "e"];
const patterns = ["*", "x.*", "x.y", "*.y", "z"];
const name = fc.constantFrom(...names);
const pattern = fc.constantFrom(...patterns);
const steps = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ kind: fc.constant("join" as const), a: name, b: name }), weight: 4 },
    { arbitrary: fc.record({ kind: fc.constant("part" as const), link: fc.nat(12) }), weight: 1 },
    {
      arbitrary: fc.record({
        kind: fc.constantFrom("want" as const, "want" as const, "drop" as const),
        a: name,
        pattern,
      }),
      weight: 4,
    },
    { arbitrary: fc.record({ kind: fc.constant("forward" as const), a: name, pattern }), weight: 4 },
    { arbitrary: fc.record({ kind: fc.constant("stop" as const), a: name }), weight: 1 },
    { arbitrary: fc.record({ kind: fc.constant("deliver" as const), choice: fc.nat(1000) }), weight: 8 },
  ),
  { minLength: 20, maxLength: 60 },
);

type Step = typeof steps extends fc.Arbitrary<(infer Each)[]> ? Each : never;

function take(graph: Graph, step: Step): void {
  if (step.kind === "join" && step.a !== step.b && graph.links.size < 8) graph.join(step.a, step.b);
  else if (step.kind === "part") graph.part(step.link);
  else if (step.kind === "want") graph.want(step.a, step.pattern);
  else if (step.kind === "drop") graph.drop(step.a, step.pattern);
  else if (step.kind === "forward") graph.forward(step.a, step.pattern);
  else if (step.kind === "stop") graph.stop(step.a);
  else if (step.kind === "deliver") graph.deliver(step.choice);
}

describe("interest in any graph, whatever happens in whatever order", () => {
  it("comes to what a recomputation from nothing says", () => {
    let told = 0;
    const run = (all: Step[]): void => {
      const graph = new Graph(names);
      for (const step of all) take(graph, step);
      graph.settle();
      expect(graph.state()).toEqual(naiveState(graph));
      told += graph.state().length;
    };
    fc.assert(fc.property(steps, run), { numRuns: 1_000 });
    expect(told).toBeGreaterThan(10_000);
  }, 60_000);

  it("leaves no ghost behind when the last subscriber leaves, in a ring", () => {
    const ring = fc.tuple(fc.integer({ min: 3, max: 5 }), fc.array(fc.nat(1000), { maxLength: 60 }), pattern);
    const run = ([size, order, wanted]: [number, number[], string]): void => {
      const graph = new Graph(names.slice(0, size));
      for (let i = 0; i < size; i++) {
        graph.forward(names[i]!, "*");
        graph.join(names[i]!, names[(i + 1) % size]!);
      }
      graph.want("a", wanted);
      for (const choice of order) graph.deliver(choice);
      graph.drop("a", wanted);
      graph.settle();
      expect(graph.state()).toEqual([]);
    };
    fc.assert(fc.property(ring, run), { numRuns: 300 });
  });
});

describe("one table", () => {
  it("tells a pattern once for several reasons, and withdraws it with the last", () => {
    const table = new InterestTable("a");
    expect(table.connect(1, "b", ["x"])).toHaveLength(1);
    expect(table.want(1, "x")).toEqual([]);
    expect(table.drop(1, "x")).toEqual([]);
    expect(table.drop(1, "x")).toEqual([{ kind: "drop", connection: 1, origin: "a", pattern: "x", isLost: false }]);
    expect(table.drop(1, "x")).toEqual([]);
  });

  it("passes on only what a rule lets through, in the rule's direction", () => {
    const table = new InterestTable("r");
    table.addRule({ pattern: "x.*", from: 1, to: 2 }); // messages from 1 to 2: interest from 2 to 1
    table.connect(1, "a", []);
    table.connect(2, "b", []);
    const heard = table.heard(2, { origin: "b", pattern: "*", path: ["b"] });
    expect(heard).toEqual([
      { kind: "want", connection: 1, interest: { origin: "b", pattern: "x.*", path: ["b", "r"] } },
    ]);
    expect(table.heard(1, { origin: "a", pattern: "*", path: ["a"] })).toEqual([]);
  });

  it("does not listen to interest that went through itself", () => {
    const table = new InterestTable("r");
    table.connect(1, "a", []);
    table.heard(1, { origin: "z", pattern: "x", path: ["z", "r", "a"] });
    expect(table.hasHeard(1, "z", "x")).toBe(false);
    expect(table.heardCount(1)).toBe(0);
  });
});
