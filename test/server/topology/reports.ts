/** What nodes would report, for tests of the picture that is made of it. */
import type { ConnectionReport, NodeReport, TopicReport } from "../../../library/index.ts";

export function report(name: string, parts: Partial<NodeReport> = {}): NodeReport {
  return {
    name,
    id: `id-of-${name}`,
    isPrivate: false,
    version: "0.1.0",
    protocol: 1,
    platform: "linux",
    pid: 7,
    startedAtMs: 0,
    uptimeMs: 60_000,
    listening: [],
    connections: [],
    subscriptions: [],
    offers: [],
    forwards: [],
    topics: [],
    topicsLeftOut: 0,
    hops: 1,
    ...parts,
  };
}

export function connection(id: number, peerName: string, parts: Partial<ConnectionReport> = {}): ConnectionReport {
  return {
    id,
    peerName,
    peerId: `id-of-${peerName}`,
    location: "tcp://127.0.0.1:1",
    direction: "out",
    state: "up",
    sinceMs: 0,
    sentMessages: 0,
    sentBytes: 0,
    receivedMessages: 0,
    receivedBytes: 0,
    queuedMessages: 0,
    queuedBytes: 0,
    droppedMessages: 0,
    wants: [],
    ...parts,
  };
}

export function topic(name: string, parts: Partial<TopicReport> = {}): TopicReport {
  return { topic: name, raised: 0, delivered: 0, forwarded: 0, dropped: 0, perSecond: 0, ...parts };
}
