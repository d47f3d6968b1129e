/**
 * Topics as folders: `zeek.conn.closed` and `zeek/conn/closed` are each a folder in a folder with a topic in it.
 *
 * A slash stays at the end of its folder's label, which tells the two apart.
 *
 * Invariant: a folder is a run of the sorted topics, so opening one reads only its own run.
 * A topic that is also the beginning of others stands beside the folder of the same name.
 */
import { l10n } from "vscode";
import type { TopicInfo } from "../../server/protocol/topology.ts";
import { count, markdown, rate, span, visible } from "../wording.ts";
import type { Branch } from "./branch.ts";

/** A topic that has not moved for this long fades. */
const quietAfterMs = 30_000;

/** The lines for all topics that begin with `prefix`, which ends with a separator or is empty. */
export function topicBranches(cluster: string, sorted: readonly TopicInfo[], prefix = ""): readonly Branch[] {
  const branches: Branch[] = [];
  for (let start = 0; start < sorted.length; ) {
    const first = sorted[start];
    if (first === undefined) break;
    const folder = folderOf(first.topic, prefix.length);
    if (folder === undefined) {
      branches.push(topicBranch(cluster, first, prefix));
      start += 1;
      continue;
    }
    const end = endOfRun(sorted, start, folder);
    branches.push(folderBranch(cluster, sorted.slice(start, end), prefix, folder));
    start = end;
  }
  return branches;
}

/** Sorted as folders need it: by code units. The server's order is that already, and is taken as it is. */
export function sortTopics(topics: readonly TopicInfo[]): readonly TopicInfo[] {
  const isSorted = topics.every((info, index) => index === 0 || (topics[index - 1]?.topic ?? "") <= info.topic);
  return isSorted ? topics : topics.toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** Topics of the nodes themselves, such as those that introspection uses. */
export function isReserved(topic: string): boolean {
  return topic.startsWith(".");
}

/** The prefix up to and with the first separator that has something on both sides; none in the last segment. */
function folderOf(topic: string, from: number): string | undefined {
  for (let at = from + 1; at < topic.length - 1; at++) {
    const char = topic[at];
    if (char === "." || char === "/") return topic.slice(0, at + 1);
  }
  return undefined;
}

function endOfRun(sorted: readonly TopicInfo[], start: number, prefix: string): number {
  let end = start + 1;
  while (sorted[end]?.topic.startsWith(prefix)) end += 1;
  return end;
}

function folderBranch(cluster: string, run: readonly TopicInfo[], prefix: string, folder: string): Branch {
  return {
    kind: "folder",
    key: `${folder}*`,
    label: visible(folder.slice(prefix.length, folder.endsWith("/") ? undefined : -1)),
    description: topicCount(run.length),
    icon: "folder",
    target: { cluster, pattern: `${folder}*` },
    children: () => topicBranches(cluster, run, folder),
    hover: () => `**${markdown(`${folder}*`)}**\n\n${topicCount(run.length)} · ${rate(total(run))}`,
  };
}

function topicBranch(cluster: string, info: TopicInfo, prefix: string): Branch {
  const { topic, perSecond, subscribers, quietMs } = info;
  const isQuiet = perSecond === 0 && (quietMs === undefined || quietMs >= quietAfterMs);
  const description = `${rate(perSecond)} · ${subscriberCount(subscribers.length)}`;
  return {
    kind: "topic",
    key: topic,
    label: visible(topic.slice(prefix.length)),
    description,
    icon: "symbol-event",
    ...(isQuiet && { color: "disabledForeground" }),
    target: { cluster, topic, pattern: topic },
    hover: () => topicHover(info),
    spoken: l10n.t("Topic {0}, {1}", visible(topic), description),
  };
}

function topicHover({ topic, perSecond, raised, dropped, publishers, subscribers, quietMs }: TopicInfo): string {
  const facts = [
    l10n.t("Raised: {0}, now {1}", count(raised), rate(perSecond)),
    l10n.t("Publishers: {0}", names(publishers)),
    l10n.t("Subscribers: {0}", names(subscribers)),
    ...(dropped > 0 ? [l10n.t("Dropped: {0}", count(dropped))] : []),
    quietMs === undefined ? l10n.t("Not seen moving yet") : l10n.t("Last moved {0} ago", span(quietMs)),
  ];
  return `**${markdown(topic)}**\n\n${facts.map((fact) => `- ${fact}`).join("\n")}`;
}

/** At most ten names, and how many more there are. */
function names(all: readonly string[]): string {
  if (all.length === 0) return l10n.t("nobody");
  const shown = all.slice(0, 10).map(markdown).join(", ");
  return all.length > 10 ? l10n.t("{0} and {1} more", shown, count(all.length - 10)) : shown;
}

function total(run: readonly TopicInfo[]): number {
  return run.reduce((sum, { perSecond }) => sum + perSecond, 0);
}

export function topicCount(topics: number): string {
  return topics === 1 ? l10n.t("1 topic") : l10n.t("{0} topics", count(topics));
}

function subscriberCount(subscribers: number): string {
  return subscribers === 1 ? l10n.t("1 subscriber") : l10n.t("{0} subscribers", count(subscribers));
}
