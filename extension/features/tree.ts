/** The tree of clusters, nodes and topics, and the commands that act on its lines. */
import { commands, type Disposable, env, workspace } from "vscode";
import type { Activation } from "../activation.ts";
import type { Target } from "../tree/branch.ts";
import { ClusterTree } from "../tree/cluster-tree.ts";

export function activate(activation: Activation): void {
  const { subscriptions, clusters, topologies, server } = activation;
  const tree = new ClusterTree(activation);
  subscriptions.push(
    tree,
    clusters.onDidChange(() => tree.refresh()),
    topologies.onDidChange(() => tree.refresh()),
    server.onDidChangeState(() => tree.refresh()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("switchyard.connections")) tree.refresh();
    }),
    commands.registerCommand("switchyard.loadMore", (id: string) => tree.showMore(id)),
    commands.registerCommand("switchyard.filterTree", () => tree.askFilter()),
    commands.registerCommand("switchyard.clearFilter", () => tree.setFilter("")),
    commands.registerCommand("switchyard.copyTopic", (id?: unknown, ids?: unknown) =>
      copy(targetsOf(tree, id, ids).flatMap(({ topic }) => topic ?? [])),
    ),
    commands.registerCommand("switchyard.copyPattern", (id?: unknown, ids?: unknown) =>
      copy(targetsOf(tree, id, ids).flatMap(({ pattern }) => pattern ?? [])),
    ),
    commands.registerCommand("switchyard.openMonitorHere", (id?: unknown, ids?: unknown) =>
      commands.executeCommand("switchyard.openMonitor", ...targetsOf(tree, id, ids)),
    ),
    commands.registerCommand("switchyard.raiseEventHere", (id?: unknown) => {
      const target = targetsOf(tree, id, undefined)[0];
      return commands.executeCommand(
        "switchyard.raiseEvent",
        target && { clusterName: target.cluster, topic: target.topic },
      );
    }),
    ...onClusterOf(tree, {
      "switchyard.disconnectHere": "switchyard.disconnect",
      "switchyard.retryHere": "switchyard.retry",
      "switchyard.saveConnectionHere": "switchyard.saveConnection",
      "switchyard.setTokenHere": "switchyard.setToken",
      "switchyard.forgetTokenHere": "switchyard.forgetToken",
    }),
  );
}

/** Commands of a cluster's line: what they act on is the cluster's name. */
function onClusterOf(tree: ClusterTree, names: Readonly<Record<string, string>>): Disposable[] {
  return Object.entries(names).map(([here, command]) =>
    commands.registerCommand(here, (id?: unknown) => {
      const target = targetsOf(tree, id, undefined)[0];
      return commands.executeCommand(command, target && { clusterName: target.cluster });
    }),
  );
}

/** Of the lines a command was called on: all that are selected when the one under the pointer is among them. */
function targetsOf(tree: ClusterTree, id: unknown, ids: unknown): readonly Target[] {
  const chosen =
    Array.isArray(ids) && ids.length > 0 ? (ids as readonly unknown[]) : id === undefined ? tree.selection : [id];
  return chosen.flatMap((one) => (typeof one === "string" ? (tree.target(one) ?? []) : []));
}

async function copy(texts: readonly string[]): Promise<void> {
  if (texts.length > 0) await env.clipboard.writeText(texts.join("\n"));
}
