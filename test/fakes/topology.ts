/** Pictures of clusters, with what a test does not care about filled in. */
import type { ClusterStatus } from "../../server/protocol/clusters.ts";
import type { NodeInfo, TopicInfo, Topology } from "../../server/protocol/topology.ts";

export function topicInfo(topic: string, rest: Partial<TopicInfo> = {}): TopicInfo {
  return { topic, perSecond: 0, raised: 0, dropped: 0, publishers: [], subscribers: [], ...rest };
}

export function nodeInfo(name: string, rest: Partial<NodeInfo> = {}): NodeInfo {
  return {
    id: `id-of-${name}`,
    name,
    version: "0.1.0",
    platform: "linux",
    pid: 1,
    uptimeMs: 1_000,
    listening: [],
    hops: 1,
    isSelf: false,
    connections: [],
    subscriptions: [],
    forwards: [],
    offers: [],
    receivedPerSecond: 0,
    sentPerSecond: 0,
    ...rest,
  };
}

export function topology(topics: readonly (string | TopicInfo)[], rest: Partial<Topology> = {}): Topology {
  return {
    cluster: "c1",
    version: 1,
    nodes: [],
    topics: topics.map((topic) => (typeof topic === "string" ? topicInfo(topic) : topic)),
    topicsLeftOut: 0,
    silent: [],
    ...rest,
  };
}

export function clusterStatus(name: string, rest: Partial<ClusterStatus> = {}): ClusterStatus {
  return { cluster: "c1", name, location: "tcp://127.0.0.1:1", state: "up", ...rest };
}
