/**
 * The picture of a cluster, made from what its nodes report of themselves.
 *
 * Pure: the same reports give the same picture. Rates are differences of the nodes' own counters over the nodes' own
 * clocks between two looks, so neither a late answer nor a slow network distorts them.
 * Knows nothing of how reports are asked for.
 */
import type { ConnectionReport, NodeReport, StoreReport, TopicReport } from "../../library/index.ts";
import type { ConnectionInfo, NodeInfo, StoreInfo, TopicInfo, Topology } from "../protocol/topology.ts";
import { Subscribers } from "./subscribers.ts";

/** Topics shown; beyond them the busiest are kept and the rest counted. */
export const mostTopics = 10_000;

/** One look at a cluster, with what the next one needs to know of it. */
export interface Look {
  readonly atMs: number;
  readonly reports: readonly NodeReport[];
  readonly topology: Omit<Topology, "cluster" | "version">;
  /** When each topic last moved, as far as looks could tell. */
  readonly movedMs: ReadonlyMap<string, number>;
}

export function buildTopology(
  reports: readonly NodeReport[],
  selfId: string,
  previous: Look | undefined,
  nowMs: number,
): Look {
  const before = new Map(previous?.reports.map((report) => [report.id, report]));
  const sums = sumTopics(reports, before);
  const movedMs = new Map<string, number>();
  for (const [topic, sum] of sums) {
    const lastMs = sum.isMoving ? nowMs : previous?.movedMs.get(topic);
    if (lastMs !== undefined) movedMs.set(topic, lastMs);
  }

  const shown = busiest(sums);
  const subscribers = new Subscribers(reports, selfId);
  const topics = shown.map(([topic, sum]) =>
    topicInfo(topic, sum, subscribers.of(topic, sum.publishers), nowMs, movedMs.get(topic)),
  );
  const leftOut = reports.reduce((sum, report) => sum + report.topicsLeftOut, sums.size - shown.length);
  const open = reports.filter(({ isPrivate }) => !isPrivate);
  const nodes = open.map((report) => nodeInfo(report, before.get(report.id), selfId));
  return {
    atMs: nowMs,
    reports,
    movedMs,
    topology: { nodes, topics, topicsLeftOut: leftOut, silent: silentPeers(reports) },
  };
}

interface TopicSum {
  raised: number;
  perSecond: number;
  dropped: number;
  isMoving: boolean;
  readonly publishers: Set<string>;
}

/** What all nodes tell of each topic, put together. */
function sumTopics(reports: readonly NodeReport[], before: ReadonlyMap<string, NodeReport>): Map<string, TopicSum> {
  const sums = new Map<string, TopicSum>();
  for (const report of reports) {
    for (const topic of report.offers) sumOf(sums, topic).publishers.add(report.name);
    const last = before.get(report.id);
    const lastRaised = new Map(last?.topics.map(({ topic, raised }) => [topic, raised]));
    for (const counters of report.topics) {
      const sum = sumOf(sums, counters.topic);
      sum.raised += counters.raised;
      sum.dropped += counters.dropped;
      sum.perSecond += raisedPerSecond(counters, report, last, lastRaised.get(counters.topic));
      sum.isMoving ||= last !== undefined && counters.raised > (lastRaised.get(counters.topic) ?? 0);
      if (counters.raised > 0) sum.publishers.add(report.name);
    }
  }
  return sums;
}

function sumOf(sums: Map<string, TopicSum>, topic: string): TopicSum {
  const known = sums.get(topic);
  if (known !== undefined) return known;
  const sum = { raised: 0, perSecond: 0, dropped: 0, isMoving: false, publishers: new Set<string>() };
  sums.set(topic, sum);
  return sum;
}

/** At the first look at a node, or at a topic, only the node itself can tell. */
function raisedPerSecond(topic: TopicReport, report: NodeReport, last?: NodeReport, lastRaised?: number): number {
  if (last === undefined || lastRaised === undefined) return topic.perSecond;
  return rate(topic.raised, lastRaised, report, last);
}

/** Sorted by topic. */
function busiest(sums: ReadonlyMap<string, TopicSum>): [topic: string, sum: TopicSum][] {
  const topics = [...sums];
  if (topics.length > mostTopics) {
    topics.sort(([, a], [, b]) => b.perSecond - a.perSecond || b.raised - a.raised);
    topics.length = mostTopics;
  }
  return topics.sort(([a], [b]) => (a < b ? -1 : 1));
}

function topicInfo(
  topic: string,
  { raised, perSecond, dropped, publishers }: TopicSum,
  subscribers: readonly string[],
  nowMs: number,
  lastMs: number | undefined,
): TopicInfo {
  return {
    topic,
    perSecond: rounded(perSecond),
    raised,
    dropped,
    publishers: [...publishers].sort(),
    subscribers,
    ...(lastMs === undefined ? {} : { quietMs: Math.round(nowMs - lastMs) }),
  };
}

/** All but the version, which is another one after each write. */
function storeInfo({ topic, role, state, standing, rival, diverged, entries, isPersistent }: StoreReport): StoreInfo {
  return {
    ...{ topic, role, state },
    ...(standing !== undefined && { standing }),
    ...(rival !== undefined && { rival }),
    ...(diverged !== undefined && { diverged }),
    ...(entries !== undefined && { entries }),
    isPersistent,
  };
}

function nodeInfo(report: NodeReport, last: NodeReport | undefined, selfId: string): NodeInfo {
  const before = new Map(last?.connections.map((connection) => [connection.id, connection]));
  const connections = report.connections.map((connection) => {
    const lastOne = before.get(connection.id);
    const perSecond = (counter: "receivedMessages" | "sentMessages"): number =>
      last === undefined || lastOne === undefined ? 0 : rate(connection[counter], lastOne[counter], report, last);
    return connectionInfo(connection, perSecond);
  });
  return {
    id: report.id,
    name: report.name,
    version: report.version,
    platform: report.platform,
    pid: report.pid,
    uptimeMs: report.uptimeMs,
    listening: report.listening,
    ...(report.insecure !== undefined && { insecure: report.insecure }),
    hops: report.hops,
    isSelf: report.id === selfId,
    connections,
    subscriptions: report.subscriptions,
    forwards: report.forwards,
    offers: report.offers,
    ...(report.stores !== undefined && { stores: report.stores.map(storeInfo) }),
    receivedPerSecond: rounded(sum(connections, (connection) => connection.receivedPerSecond)),
    sentPerSecond: rounded(sum(connections, (connection) => connection.sentPerSecond)),
  };
}

function connectionInfo(
  connection: ConnectionReport,
  perSecond: (counter: "receivedMessages" | "sentMessages") => number,
): ConnectionInfo {
  const { peerId, peerName, location, direction, state, queuedMessages, droppedMessages, wants } = connection;
  return {
    peerId,
    peerName,
    location,
    direction,
    state,
    receivedPerSecond: rounded(perSecond("receivedMessages")),
    sentPerSecond: rounded(perSecond("sentMessages")),
    queuedMessages,
    droppedMessages,
    wants,
  };
}

/** Names of nodes that tell nothing of themselves, or did not answer a question that their peers answered. */
function silentPeers(reports: readonly NodeReport[]): string[] {
  const heard = new Set(reports.map((report) => report.id));
  const silent = new Map(reports.filter(({ isPrivate }) => isPrivate).map(({ id, name }) => [id, name]));
  for (const report of reports) {
    for (const { peerId, peerName, state } of report.connections) {
      if (state === "up" && !heard.has(peerId)) silent.set(peerId, peerName);
    }
  }
  return [...silent.values()].sort();
}

/** Growth of a counter per second of the node's own clock; 0 when the counter began anew. */
function rate(counter: number, before: number, report: NodeReport, last: NodeReport): number {
  const passedMs = report.uptimeMs - last.uptimeMs;
  return passedMs > 0 && counter > before ? ((counter - before) * 1000) / passedMs : 0;
}

/** One decimal is what people read, and keeps two looks at a steady flow alike. */
function rounded(perSecond: number): number {
  return perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond);
}

function sum<T>(list: readonly T[], of: (item: T) => number): number {
  return list.reduce((total, item) => total + of(item), 0);
}
