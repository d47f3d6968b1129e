/**
 * Forwarding between connections that are told by name: rules for peers that may come, go, and come again.
 *
 * Invariant: for each rule with a `from` or a `to`, what is passed on is what the connections that are there now and
 * match say; a rule that names nobody who is there passes on nothing. A peer may believe itself connected a moment before
 * a rule that names it begins to hold.
 */
import type { Connection, Context, Forwarding } from "../../library/index.ts";
import type { ForwardConfig } from "./node-config/node-config.ts";

export function forwardAll(context: Context, rules: readonly ForwardConfig[]): void {
  const named: NamedRule[] = [];
  for (const rule of rules) {
    if (rule.from === undefined && rule.to === undefined) context.topics.forward(rule.pattern);
    else named.push(new NamedRule(context, rule));
  }
  if (named.length === 0) return;
  const seen = new WeakSet<Connection>();
  const update = () => {
    for (const rule of named) rule.update();
  };
  context.on("peer", (connection) => {
    update();
    if (seen.has(connection)) return;
    seen.add(connection);
    connection.on("closed", update);
  });
}

class NamedRule {
  readonly #context: Context;
  readonly #rule: ForwardConfig;
  readonly #active = new Map<string, Forwarding>();

  constructor(context: Context, rule: ForwardConfig) {
    this.#context = context;
    this.#rule = rule;
  }

  /** Forwards between those that match now, and no longer between others. */
  update(): void {
    const wanted = new Map(this.#pairs().map((pair) => [`${pair.from?.id} ${pair.to?.id}`, pair]));
    for (const [key, forwarding] of this.#active) {
      if (wanted.has(key)) continue;
      forwarding.stop();
      this.#active.delete(key);
    }
    for (const [key, pair] of wanted) {
      if (!this.#active.has(key)) this.#active.set(key, this.#context.topics.forward(this.#rule.pattern, pair));
    }
  }

  #pairs(): { from?: Connection; to?: Connection }[] {
    const { from, to } = this.#rule;
    const sources = this.#matching(from).map((connection) => (connection === undefined ? {} : { from: connection }));
    const sinks = this.#matching(to).map((connection) => (connection === undefined ? {} : { to: connection }));
    return sources.flatMap((source) => sinks.map((sink) => ({ ...source, ...sink })));
  }

  #matching(name: string | undefined): readonly (Connection | undefined)[] {
    if (name === undefined) return [undefined];
    const connections = this.#context.connections.all().filter(({ state }) => state !== "closed");
    return connections.filter(({ peer, location }) => peer?.name === name || location === name);
  }
}
