/** Topology: what the nodes of a cluster tell of themselves, as the tree and the status bar show it. */
import type { ClusterId } from "./clusters.ts";
import { notification, request } from "./descriptors.ts";

export interface NodeInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly listening: readonly string[];
  /** Those of `listening` where anybody may connect, or read what is said. Absent: none. */
  readonly insecure?: readonly string[];
  /** Connections away from the server's own node. */
  readonly hops: number;
  /** The server's own node: shown apart. */
  readonly isSelf: boolean;
  readonly connections: readonly ConnectionInfo[];
  readonly subscriptions: readonly SubscriptionInfo[];
  readonly forwards: readonly ForwardInfo[];
  readonly offers: readonly string[];
  /** Stores that are open there. Absent: none. */
  readonly stores?: readonly StoreInfo[];
  /** Messages in and out over all its connections, per second since the last look. */
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
}

export interface ConnectionInfo {
  readonly peerId: string;
  readonly peerName: string;
  readonly location: string;
  readonly direction: "in" | "out";
  readonly state: string;
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
  readonly queuedMessages: number;
  readonly droppedMessages: number;
  /** Patterns that the peer asked this node for. */
  readonly wants: readonly string[];
}

export interface SubscriptionInfo {
  readonly pattern: string;
  readonly scope: "all" | "connection" | "local";
  readonly handlers: number;
}

export interface ForwardInfo {
  readonly pattern: string;
  /** Names of peers; absent: all. */
  readonly from?: string;
  readonly to?: string;
}

export interface StoreInfo {
  readonly topic: string;
  /** `authority`, `standby`, `replica`, `client`; others may come. */
  readonly role: string;
  readonly state: string;
  /** Of an authority or a standby: what it is in the succession; `conflicted` and `unsaved` want somebody to look. */
  readonly standing?: string;
  /** Name of the other authority, where there are two and neither takes writes. */
  readonly rival?: string;
  /** Entries that only it had when another authority went on: they are in a file there. Absent: none. */
  readonly diverged?: number;
  /** How many entries are held there; absent where there is no copy. */
  readonly entries?: number;
  readonly isPersistent: boolean;
}

/** One topic, summed over the cluster. */
export interface TopicInfo {
  readonly topic: string;
  /** Messages raised a second, over all nodes. */
  readonly perSecond: number;
  readonly raised: number;
  readonly dropped: number;
  /** Names of nodes that raise it, and of nodes with a matching subscription (the server's own left out). */
  readonly publishers: readonly string[];
  readonly subscribers: readonly string[];
  /** When it last moved, in ms before the snapshot; absent: not since the server looks. */
  readonly quietMs?: number;
}

export interface Topology {
  readonly cluster: ClusterId;
  /** Grows with every look that found a change. */
  readonly version: number;
  readonly nodes: readonly NodeInfo[];
  /** Sorted by topic; reserved topics included. */
  readonly topics: readonly TopicInfo[];
  /** How many topics were left out, beyond 10,000. */
  readonly topicsLeftOut: number;
  /** Peers that answered nothing: they have introspection switched off, or are too slow. By name. */
  readonly silent: readonly string[];
}

/** The newest picture. The server looks once a second while somebody watches. */
export const getTopology = request<{ readonly cluster: ClusterId }, Topology>("switchyard/topology/get");

/** Starts and stops looking: nothing is asked of a cluster that nobody watches. */
export const watchTopology = request<{ readonly cluster: ClusterId; readonly watch: boolean }, null>(
  "switchyard/topology/watch",
);

/** A newer picture is there. At most twice a second for each cluster. */
export const topologyChanged = notification<{ readonly cluster: ClusterId; readonly version: number }>(
  "switchyard/topology/changed",
);
