/** The nodes of a cluster, and what each tells of itself: connections, subscriptions, forwards and what it publishes. */
import { l10n } from "vscode";
import type {
  ConnectionInfo,
  ForwardInfo,
  NodeInfo,
  StoreInfo,
  SubscriptionInfo,
} from "../../server/protocol/topology.ts";
import { count, markdown, rate, span, visible } from "../wording.ts";
import type { Branch } from "./branch.ts";

/** By name, the server's own node last, and those that answer nothing after them all. */
export function nodeBranches(
  cluster: string,
  nodes: readonly NodeInfo[],
  silent: readonly string[],
): readonly Branch[] {
  const inOrder = nodes.toSorted((a, b) => Number(a.isSelf) - Number(b.isSelf) || (a.name < b.name ? -1 : 1));
  return [...inOrder.map((node) => nodeBranch(cluster, node)), ...silent.map(silentBranch)];
}

function nodeBranch(cluster: string, node: NodeInfo): Branch {
  const flow = l10n.t("{0} in · {1} out", rate(node.receivedPerSecond), rate(node.sentPerSecond));
  const isSafe = node.insecure === undefined;
  const spoken = l10n.t("Node {0}, {1}", visible(node.name), flow);
  return {
    kind: node.isSelf ? "self" : "node",
    key: node.id,
    label: visible(node.name),
    description: node.isSelf ? l10n.t("this editor") : flow,
    icon: isSafe ? (node.isSelf ? "device-desktop" : "server-process") : "warning",
    ...(!isSafe && { color: "list.warningForeground" }),
    target: { cluster },
    children: () => factGroups(node),
    hover: () => nodeHover(node),
    spoken: isSafe ? spoken : l10n.t("{0}, not safe", spoken),
  };
}

function silentBranch(name: string): Branch {
  return {
    kind: "silent",
    key: `silent ${name}`,
    label: visible(name),
    description: l10n.t("tells nothing of itself"),
    icon: "question",
    color: "list.warningForeground",
    hover: () => l10n.t("This node has introspection switched off, or is too slow to answer."),
  };
}

function nodeHover({ name, id, version, platform, pid, uptimeMs, listening, insecure = [], hops }: NodeInfo): string {
  const facts = [
    l10n.t("Version {0} on {1}, process {2}", markdown(version), markdown(platform), pid),
    l10n.t("Up for {0}", span(uptimeMs)),
    listening.length === 0 ? l10n.t("Listens nowhere") : l10n.t("Listens on {0}", listening.map(markdown).join(", ")),
    ...(insecure.length === 0 ? [] : [notSafe(insecure)]),
    hops === 1 ? l10n.t("A direct peer") : l10n.t("{0} hops away", hops),
    l10n.t("Id {0}", markdown(id)),
  ];
  return `**${markdown(name)}**\n\n${facts.map((fact) => `- ${fact}`).join("\n")}`;
}

function notSafe(locations: readonly string[]): string {
  return l10n.t("Not safe: anybody may connect, or read what is said, on {0}", locations.map(markdown).join(", "));
}

/** What a node has none of is left out. */
function factGroups({ connections, subscriptions, forwards, offers, stores = [] }: NodeInfo): readonly Branch[] {
  return [
    group("connections", l10n.t("Connections"), "plug", connections.map(connectionBranch)),
    group("subscriptions", l10n.t("Subscribes"), "inbox", subscriptions.map(subscriptionBranch)),
    group("offers", l10n.t("Publishes"), "broadcast", offers.map(offerBranch)),
    group("forwards", l10n.t("Forwards"), "arrow-swap", forwards.map(forwardBranch)),
    group("stores", l10n.t("Stores"), "database", stores.map(storeBranch)),
  ].filter(({ description }) => description !== "0");
}

function group(key: string, label: string, icon: string, facts: readonly Branch[]): Branch {
  return { kind: "facts", key, label, description: count(facts.length), icon, children: () => facts };
}

function fact(key: string, label: string, description: string, icon: string, hover?: () => string): Branch {
  return { kind: "fact", key, label: visible(label), description, icon, ...(hover && { hover }) };
}

function connectionBranch(connection: ConnectionInfo): Branch {
  const { peerName, peerId, direction, receivedPerSecond, sentPerSecond, droppedMessages, queuedMessages } = connection;
  const flow = l10n.t("{0} in · {1} out", rate(receivedPerSecond), rate(sentPerSecond));
  const trouble = droppedMessages > 0 ? ` · ${l10n.t("{0} dropped", count(droppedMessages))}` : "";
  const hover = () =>
    [
      `**${markdown(peerName)}** ${markdown(connection.location)}\n`,
      `- ${direction === "out" ? l10n.t("Opened by this node") : l10n.t("Opened by the peer")}`,
      `- ${l10n.t("State: {0}", markdown(connection.state))}`,
      `- ${l10n.t("Queued: {0}, dropped: {1}", count(queuedMessages), count(droppedMessages))}`,
      `- ${l10n.t("The peer wants: {0}", connection.wants.slice(0, 10).map(markdown).join(", ") || l10n.t("nothing"))}`,
    ].join("\n");
  return fact(
    `${peerId} ${direction}`,
    peerName,
    flow + trouble,
    direction === "out" ? "arrow-right" : "arrow-left",
    hover,
  );
}

function subscriptionBranch({ pattern, scope, handlers }: SubscriptionInfo): Branch {
  const where = { all: "", connection: l10n.t("one connection"), local: l10n.t("local") }[scope];
  const who = handlers === 1 ? l10n.t("1 handler") : l10n.t("{0} handlers", count(handlers));
  return fact(`${scope} ${pattern}`, pattern, [where, who].filter((part) => part !== "").join(" · "), "filter");
}

function offerBranch(topic: string): Branch {
  return fact(topic, topic, "", "symbol-event");
}

function forwardBranch({ pattern, from, to }: ForwardInfo): Branch {
  const route = l10n.t("{0} → {1}", visible(from ?? l10n.t("all peers")), visible(to ?? l10n.t("all peers")));
  return fact(`${pattern} ${from ?? ""} ${to ?? ""}`, pattern, route, "arrow-swap");
}

/** What a node has of a store; one that takes no writes, because there are two authorities, is not to be overlooked. */
function storeBranch(store: StoreInfo, place: number): Branch {
  const { topic, role, standing, rival, entries, diverged = 0 } = store;
  const held = entries === undefined ? "" : l10n.t("{0} entries", count(entries));
  const saved = diverged === 0 ? "" : l10n.t("{0} entries saved that only it had", count(diverged));
  const trouble = troubleOf(standing, rival);
  const facts = [visible(role), held, trouble ?? "", saved].filter((part) => part !== "");
  return {
    ...fact(`${topic} ${place}`, topic, facts.join(" · "), trouble === undefined ? "database" : "warning"),
    ...(trouble !== undefined && { color: "list.warningForeground" }),
  };
}

function troubleOf(standing: string | undefined, rival: string | undefined): string | undefined {
  if (standing === "conflicted") return l10n.t("in conflict with {0}, takes no writes", visible(rival ?? "?"));
  if (standing === "unsaved") return l10n.t("cannot save what only it has");
  if (standing === "waiting-for-heir") return l10n.t("waits for its standby, answers nothing");
  return undefined;
}
