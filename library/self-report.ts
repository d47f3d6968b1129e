/** What this node tells of itself: gathered when somebody asks, and only then. */
import type { Connections } from "./connections.ts";
import { isStoreTopic } from "./core/topic.ts";
import type { Node } from "./node.ts";
import type {
  ConnectionReport,
  ForwardReport,
  NodeReport,
  StoreReport,
  SubscriptionReport,
  TopicReport,
} from "./node-report.ts";
import { software } from "./software.ts";
import type { Store } from "./store.ts";
import type { Stores } from "./stores.ts";
import { protocolVersions } from "./wire/frames.ts";

/** Most patterns told for one peer. */
const wantsLimit = 1000;

export class SelfReport {
  readonly #node: Node;
  readonly #connections: () => Connections;
  readonly #stores: () => Stores;
  /** Totals by topic when somebody asked last: rates are since then. */
  #before = new Map<string, number>();
  #beforeMs: number;

  constructor(node: Node, connections: () => Connections, stores: () => Stores) {
    this.#node = node;
    this.#connections = connections;
    this.#stores = stores;
    this.#beforeMs = node.clock.nowMs();
  }

  make(topicLimit: number): NodeReport {
    const { origin, clock, startedAtMs } = this.#node;
    const topics = this.#topics();
    const told = topics.slice(0, topicLimit);
    const insecure = this.#connections().insecure();
    const stores = this.#storeReports();
    return {
      ...this.makePrivate(),
      isPrivate: false,
      platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
      pid: process.pid,
      startedAtMs,
      uptimeMs: clock.wallMs() - startedAtMs,
      listening: this.#connections().listening(),
      ...(insecure.length > 0 && { insecure }),
      connections: this.#connectionReports(),
      subscriptions: this.#subscriptions(),
      offers: this.#offers(origin.id).slice(0, topicLimit),
      forwards: this.#forwards(),
      ...(stores.length > 0 && { stores }),
      topics: told,
      topicsLeftOut: topics.length - told.length,
    };
  }

  /** No more than its name. */
  makePrivate(): NodeReport {
    const { name, id } = this.#node.origin;
    return {
      ...{ name, id, isPrivate: true, version: software, protocol: protocolVersions.max },
      ...{ platform: "", pid: 0, startedAtMs: 0, uptimeMs: 0, listening: [], connections: [], subscriptions: [] },
      ...{ offers: [], forwards: [], topics: [], topicsLeftOut: 0, hops: 0 },
    };
  }

  #storeReports(): StoreReport[] {
    return this.#stores()
      .all()
      .map((store) => ({
        ...successionOf(store),
        ...{ topic: store.topic, role: store.role, state: store.state, version: store.version },
        ...(store.mode === "sync" && store.state !== "closed" && { entries: store.sizeSync(), lag: store.lag }),
        ...(store.state === "stale" && { ageMs: Math.round(store.ageMs) }),
        isPersistent: store.isPersistent,
      }));
  }

  #connectionReports(): ConnectionReport[] {
    return this.#connections()
      .all()
      .map((connection) => ({
        id: connection.id,
        peerName: connection.peer?.name ?? "",
        peerId: connection.peer?.id ?? "",
        location: connection.location,
        direction: connection.direction,
        state: connection.state,
        sinceMs: connection.sinceMs,
        ...connection.stats(),
        wants:
          connection.neighbour === undefined
            ? []
            : this.#node.routes.wantedBy(connection.neighbour).slice(0, wantsLimit),
      }));
  }

  #subscriptions(): SubscriptionReport[] {
    const { interest, registrations, routes } = this.#node;
    const found = new Map<string, SubscriptionReport>();
    const add = (pattern: string, scope: SubscriptionReport["scope"], handlers: number) => {
      const before = found.get(`${scope} ${pattern}`);
      found.set(`${scope} ${pattern}`, { pattern, scope, handlers: (before?.handlers ?? 0) + handlers });
    };
    for (const { pattern, connection, byHandler } of interest.subscriptions) {
      if (!byHandler && !isStoreTopic(pattern)) add(pattern, connection === undefined ? "all" : "connection", 0);
    }
    for (const { handler } of registrations) if (!isStoreTopic(handler.pattern)) add(handler.pattern, "all", 1);
    for (const pattern of routes.locally) if (!isStoreTopic(pattern)) add(pattern, "local", 0);
    return [...found.values()];
  }

  #offers(self: string): string[] {
    const offers = new Set(this.#node.routes.published);
    for (const connection of this.#connections().all()) {
      for (const topic of connection.published) offers.add(topic);
    }
    for (const stream of this.#node.messages.streams) if (stream.origin.id === self) offers.add(stream.topic);
    return [...offers].filter((topic) => !isStoreTopic(topic));
  }

  #forwards(): ForwardReport[] {
    const nameOf = (id: number) => {
      const connection = this.#connections().byId(id);
      return connection?.peer?.name ?? connection?.location ?? `connection ${id}`;
    };
    return [...this.#node.routes.rules].map(({ pattern, from, to }) => ({
      pattern,
      ...(from !== undefined && { from: nameOf(from) }),
      ...(to !== undefined && { to: nameOf(to) }),
    }));
  }

  /** Busiest first. */
  #topics(): TopicReport[] {
    const nowMs = this.#node.clock.nowMs();
    const seconds = Math.max((nowMs - this.#beforeMs) / 1000, 0.001);
    const sums = new Map<string, { raised: number; delivered: number; forwarded: number; dropped: number }>();
    for (const { topic, raised, delivered, forwarded, dropped } of this.#node.messages.streams) {
      const sum = sums.get(topic) ?? { raised: 0, delivered: 0, forwarded: 0, dropped: 0 };
      sum.raised += raised;
      sum.delivered += delivered;
      sum.forwarded += forwarded;
      sum.dropped += dropped;
      sums.set(topic, sum);
    }
    const after = new Map<string, number>();
    const topics = [...sums].map(([topic, sum]) => {
      const total = Math.max(sum.raised, sum.delivered, sum.forwarded);
      after.set(topic, total);
      const perSecond = Math.max(total - (this.#before.get(topic) ?? 0), 0) / seconds;
      return { topic, ...sum, perSecond };
    });
    this.#before = after;
    this.#beforeMs = nowMs;
    return topics.sort((a, b) => b.perSecond - a.perSecond || b.raised - a.raised);
  }
}

function successionOf({ succession }: Store): Pick<StoreReport, "standing" | "heir" | "heirOf" | "rival" | "diverged"> {
  if (succession === undefined) return {};
  const { standing, heir, heirOf, rival, diverged } = succession;
  const heirs = { ...(heir !== undefined && { heir }), ...(heirOf !== undefined && { heirOf }) };
  return { standing, ...heirs, ...(rival !== undefined && { rival }), ...(diverged > 0 && { diverged }) };
}
