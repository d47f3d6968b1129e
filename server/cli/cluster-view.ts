/**
 * What the nodes of a cluster told, put together: without whoever asked, and with each connection once.
 *
 * Knows nothing of how it is shown.
 */
import { type ConnectionReport, type NodeReport, nodeTopic, type SubscriptionReport } from "../../library/index.ts";

export interface ClusterView {
  /** By distance from where we asked, then by name. */
  readonly nodes: readonly NodeReport[];
  readonly edges: readonly Edge[];
  /** Ids of nodes that others are connected to and that did not answer, with their names. */
  readonly silent: ReadonlyMap<string, string>;
}

/** Two nodes that are connected, `from` being the one that opened the connection. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly location: string;
  readonly state: string;
}

/** @param self the id of the node that asked: it is only a visitor */
export function clusterOf(reports: readonly NodeReport[], self: string): ClusterView {
  const nodes = reports.filter(({ id }) => id !== self).map((node) => withoutPeer(node, self));
  const known = new Set(nodes.map(({ id }) => id));
  const silent = new Map<string, string>();
  for (const { connections } of nodes) {
    for (const { peerId, peerName } of connections) {
      if (peerId !== "" && !known.has(peerId)) silent.set(peerId, peerName);
    }
  }
  return { nodes, edges: edgesOf(nodes), silent };
}

function withoutPeer(node: NodeReport, id: string): NodeReport {
  return { ...node, connections: node.connections.filter(({ peerId }) => peerId !== id) };
}

/** What a node asked for; not its own reserved topic, which every node has. */
export function wantsOf({ name, subscriptions }: NodeReport): readonly SubscriptionReport[] {
  return subscriptions.filter(({ pattern }) => pattern !== nodeTopic(name));
}

function edgesOf(nodes: readonly NodeReport[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const node of nodes) {
    for (const connection of node.connections) {
      const edge = edgeOf(node.id, connection);
      // Both ends tell of it; the one that opened it knows best where.
      if (edge !== undefined && (connection.direction === "out" || !edges.has(`${edge.from} ${edge.to}`))) {
        edges.set(`${edge.from} ${edge.to}`, edge);
      }
    }
  }
  return [...edges.values()];
}

function edgeOf(id: string, { peerId, direction, location, state }: ConnectionReport): Edge | undefined {
  if (peerId === "") return undefined; // it never got through
  return direction === "out" ? { from: id, to: peerId, location, state } : { from: peerId, to: id, location, state };
}
