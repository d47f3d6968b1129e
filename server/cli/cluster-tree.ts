/** A cluster as text for people: one block for each node, nearest first. */
import type { ConnectionReport, NodeReport, SubscriptionReport, TopicReport } from "../../library/index.ts";
import { type ClusterView, wantsOf } from "./cluster-view.ts";
import { conflictsIn, storeFacts } from "./store-facts.ts";
import { counted, inGroups, printable, type Style } from "./style.ts";

/** Topics shown of each node, busiest first. */
const topicsShown = 8;

export function readableCluster({ nodes, edges, silent }: ClusterView, style: Style): string {
  const blocks = nodes.map((node) => blockOf(node, style));
  for (const name of silent.values()) {
    blocks.push(`${style.bold(printable(name))}  ${style.warning("does not answer")}`);
  }
  const conflicts = conflictsIn(nodes).map((each) => style.warning(printable(each)));
  if (conflicts.length > 0) blocks.push(conflicts.join("\n"));
  const title = `${counted(nodes.length + silent.size, "node")}, ${counted(edges.length, "connection")}`;
  return `${[style.dim(title), ...blocks].join("\n\n")}\n`;
}

function blockOf(node: NodeReport, style: Style): string {
  const name = style.bold(printable(node.name));
  if (node.isPrivate) return `${name}  ${style.dim(printable(node.version))}  tells nothing of itself`;
  const facts = `${node.version}, pid ${node.pid}, up ${duration(node.uptimeMs)}`;
  const lines = [`${name}  ${style.dim(printable(facts))}`];
  const add = (word: string, texts: readonly string[]) => {
    for (const [i, text] of texts.entries()) lines.push(`  ${(i === 0 ? word : "").padEnd(10)}${text}`);
  };
  add("listens", node.listening.map(printable));
  add(
    "peers",
    node.connections.map((connection) => peerLine(connection, style)),
  );
  add(
    "forwards",
    node.forwards.map(({ pattern, from, to }) => forwardLine(pattern, from, to, style)),
  );
  add(
    "wants",
    wantsOf(node).map((subscription) => wantLine(subscription, style)),
  );
  add(
    "stores",
    (node.stores ?? []).map((store) => `${style.topic(printable(store.topic))}  ${storeFacts(store, style)}`),
  );
  add("topics", topicLines(node, style));
  return lines.join("\n");
}

function peerLine(connection: ConnectionReport, style: Style): string {
  const { peerName, direction, location, state, sentMessages, receivedMessages, droppedMessages } = connection;
  const arrow = direction === "out" ? "→" : "←";
  const counts = `sent ${inGroups(sentMessages)}, received ${inGroups(receivedMessages)}`;
  const dropped = droppedMessages === 0 ? "" : style.warning(`, dropped ${inGroups(droppedMessages)}`);
  const shown = state === "up" ? "" : `${style.warning(printable(state))}  `;
  return `${arrow} ${printable(peerName || "?")}  ${style.dim(printable(location))}  ${shown}${counts}${dropped}`;
}

function forwardLine(pattern: string, from: string | undefined, to: string | undefined, style: Style): string {
  const fromText = from === undefined ? "" : ` from ${printable(from)}`;
  const toText = to === undefined ? "" : ` to ${printable(to)}`;
  return `${style.topic(printable(pattern))}${fromText}${toText}`;
}

function wantLine({ pattern, scope }: SubscriptionReport, style: Style): string {
  const where = scope === "all" ? "" : style.dim(scope === "local" ? " of its own" : " over one connection");
  return `${style.topic(printable(pattern))}${where}`;
}

function topicLines({ topics, topicsLeftOut }: NodeReport, style: Style): string[] {
  const shown = topics.slice(0, topicsShown);
  const width = Math.max(...shown.map(({ topic }) => printable(topic).length), 0);
  const lines = shown.map((report) => topicLine(report, width, style));
  const more = topics.length - shown.length + topicsLeftOut;
  return more > 0 ? [...lines, style.dim(`and ${inGroups(more)} more`)] : lines;
}

function topicLine(
  { topic, raised, delivered, forwarded, dropped, perSecond }: TopicReport,
  width: number,
  style: Style,
) {
  const counts = [
    [raised, "raised"],
    [delivered, "delivered"],
    [forwarded, "forwarded"],
    [dropped, "dropped"],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${word} ${inGroups(count)}`);
  return `${style.topic(printable(topic).padEnd(width))}  ${rate(perSecond).padStart(7)}  ${told.join(", ")}`;
}

/** `12/s`, `0.5/s`. */
function rate(perSecond: number): string {
  return `${perSecond >= 10 ? inGroups(Math.round(perSecond)) : Number(perSecond.toFixed(1))}/s`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
