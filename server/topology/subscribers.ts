/**
 * Who has a subscription that matches a topic, as far as the nodes of a cluster tell.
 *
 * A node that tells nothing of itself is known by what its peers say that it wants.
 * Invariant: the node that looks is never among them. Knows nothing of how reports are asked for.
 */
import { matches, type NodeReport } from "../../library/index.ts";

interface Subscriber {
  readonly name: string;
  /** Only messages of this very node: its name matters where it raises the topic itself. */
  readonly isLocal: boolean;
}

export class Subscribers {
  readonly #byPattern = new Map<string, Subscriber[]>();
  /** The patterns with a `*`; the others are found by the topic itself. */
  readonly #wide: string[] = [];

  constructor(reports: readonly NodeReport[], selfId: string) {
    const open = new Set(reports.filter(({ isPrivate }) => !isPrivate).map(({ id }) => id));
    for (const { id, name, subscriptions, connections } of reports) {
      if (id === selfId) continue;
      for (const { pattern, scope } of subscriptions) this.#add(pattern, { name, isLocal: scope === "local" });
      for (const { peerId, peerName, wants } of connections) {
        if (open.has(peerId) || peerId === selfId) continue;
        for (const pattern of wants) this.#add(pattern, { name: peerName, isLocal: false });
      }
    }
  }

  /** Names of nodes, sorted. `publishers` are the names of nodes that raise the topic. */
  of(topic: string, publishers: ReadonlySet<string> = new Set()): string[] {
    const names = new Set<string>();
    for (const pattern of [topic, ...this.#wide]) {
      if (!matches(pattern, topic)) continue;
      for (const { name, isLocal } of this.#byPattern.get(pattern) ?? []) {
        if (!isLocal || publishers.has(name)) names.add(name);
      }
    }
    return [...names].sort();
  }

  #add(pattern: string, subscriber: Subscriber): void {
    const known = this.#byPattern.get(pattern);
    if (known !== undefined) {
      known.push(subscriber);
      return;
    }
    this.#byPattern.set(pattern, [subscriber]);
    if (pattern.includes("*")) this.#wide.push(pattern);
  }
}
