/** The first lines of the tree: what is wrong with the server, then each cluster with its groups. */
import { l10n } from "vscode";
import type { Topology } from "../../server/protocol/topology.ts";
import { clusterLook } from "../cluster-state.ts";
import type { Cluster } from "../clusters.ts";
import { RequestFailure } from "../failure.ts";
import { count, markdown, visible } from "../wording.ts";
import type { Branch } from "./branch.ts";
import { matches } from "./filter.ts";
import { nodeBranches } from "./nodes.ts";
import { securityFacts } from "./security.ts";
import { isReserved, sortTopics, topicBranches, topicCount } from "./topics.ts";

/** All that the tree is made of. */
export interface Scene {
  /** What is wrong with the server, in one sentence. */
  readonly serverProblem?: string;
  readonly clusters: readonly Cluster[];
  /** By the cluster's name. */
  picture(name: string): Topology | RequestFailure | undefined;
  /** What a person looks for; empty: everything is shown. */
  readonly filter: string;
  readonly nowMs: number;
}

/** Why the tree is empty, as `viewsWelcome` distinguishes it; `undefined` while it is not. */
export type Emptiness = "nothing" | "filtered" | undefined;

export interface Built {
  readonly roots: readonly Branch[];
  readonly emptiness: Emptiness;
}

export function buildTree(scene: Scene): Built {
  const problem = scene.serverProblem === undefined ? [] : [serverBranch(scene.serverProblem)];
  const shown = scene.clusters.map((cluster) => shownCluster(cluster, scene));
  const branches = shown.flatMap(({ branch }) => branch ?? []);
  const roots = [...problem, ...branches];
  if (roots.length > 0 || shown.length === 0) return { roots, emptiness: undefined };
  return { roots, emptiness: shown.some(({ isFiltered }) => isFiltered) ? "filtered" : "nothing" };
}

function serverBranch(problem: string): Branch {
  return {
    kind: "server",
    key: "server",
    label: problem,
    description: "",
    icon: "error",
    color: "list.errorForeground",
  };
}

interface Shown {
  /** Absent: there is nothing in it to show. */
  readonly branch?: Branch;
  readonly isFiltered?: boolean;
}

function shownCluster(cluster: Cluster, scene: Scene): Shown {
  const picture = scene.picture(cluster.profile.name);
  const isHealthy = cluster.status.state === "up";
  if (!isHealthy || picture === undefined || picture instanceof RequestFailure) {
    return { branch: clusterBranch(cluster, picture, scene.nowMs) };
  }
  const whole = hasContent(picture);
  const kept = scene.filter === "" ? picture : filtered(picture, scene.filter);
  if (hasContent(kept)) return { branch: clusterBranch(cluster, kept, scene.nowMs) };
  return { isFiltered: whole };
}

function hasContent({ nodes, topics, silent }: Topology): boolean {
  return topics.some(({ topic }) => !isReserved(topic)) || nodes.some(({ isSelf }) => !isSelf) || silent.length > 0;
}

function filtered(picture: Topology, filter: string): Topology {
  return {
    ...picture,
    nodes: picture.nodes.filter(({ name }) => matches(filter, name)),
    topics: picture.topics.filter(({ topic }) => matches(filter, topic)),
    silent: picture.silent.filter((name) => matches(filter, name)),
  };
}

function clusterBranch(cluster: Cluster, picture: Topology | RequestFailure | undefined, nowMs: number): Branch {
  const { profile, isDemo, status } = cluster;
  const { icon, color, words } = clusterLook(cluster, nowMs);
  return {
    kind: "cluster",
    key: profile.name,
    label: visible(profile.name),
    description: words,
    icon,
    ...(color !== undefined && { color }),
    context: `${status.state}${isDemo ? ".demo" : ""}`,
    target: { cluster: profile.name },
    isExpanded: true,
    children: () => [...problemBranches(cluster, picture), ...groups(profile.name, picture)],
    hover: () => clusterHover(cluster, words),
    spoken: l10n.t("Cluster {0}, {1}", visible(profile.name), words),
  };
}

function clusterHover({ profile, status }: Cluster, words: string): string {
  const { peer, problem, code, isUnverified = false } = status;
  const facts = [
    markdown(profile.location),
    ...(peer === undefined ? [] : [l10n.t("Peer {0}, version {1}", markdown(peer.name), markdown(peer.version))]),
    ...(peer === undefined ? [] : securityFacts(peer, isUnverified)),
    ...(problem === undefined ? [] : [markdown(problem)]),
    ...(code === undefined ? [] : [l10n.t("Code {0}", markdown(code))]),
  ];
  return `**${markdown(profile.name)}** — ${markdown(words)}\n\n${facts.map((fact) => `- ${fact}`).join("\n")}`;
}

/** What went wrong stands under the cluster concerned, with *Retry* and *Show log*. */
function problemBranches(
  { profile, status }: Cluster,
  picture: Topology | RequestFailure | undefined,
): readonly Branch[] {
  const problem = status.state === "up" && picture instanceof RequestFailure ? picture.message : status.problem;
  if (problem === undefined) return [];
  const { what, how } = splitProblem(problem);
  return [
    {
      kind: "problem",
      key: "problem",
      label: visible(how),
      description: visible(what),
      icon: "error",
      color: "list.errorForeground",
      target: { cluster: profile.name },
      hover: () => markdown(problem),
      spoken: visible(problem),
    },
  ];
}

/** The library says what failed, a colon, and what it means. A narrow tree shows the beginning: the meaning goes first. */
function splitProblem(problem: string): { readonly what: string; readonly how: string } {
  const at = problem.lastIndexOf(": ");
  return at === -1 ? { what: "", how: problem } : { what: problem.slice(0, at), how: problem.slice(at + 2) };
}

function groups(cluster: string, picture: Topology | RequestFailure | undefined): readonly Branch[] {
  if (picture === undefined || picture instanceof RequestFailure) return [];
  const topics = sortTopics(picture.topics);
  const reserved = topics.filter(({ topic }) => isReserved(topic));
  const own = topics.filter(({ topic }) => !isReserved(topic));
  const nodes = picture.nodes.length + picture.silent.length;
  return [
    {
      kind: "nodes",
      key: "nodes",
      label: l10n.t("Nodes"),
      description: count(nodes),
      icon: "server",
      isExpanded: true,
      target: { cluster },
      children: () => nodeBranches(cluster, picture.nodes, picture.silent),
    },
    topicsBranch(cluster, own, picture.topicsLeftOut),
    ...(reserved.length === 0 ? [] : [reservedBranch(cluster, reserved)]),
  ];
}

function topicsBranch(cluster: string, topics: Topology["topics"], leftOut: number): Branch {
  const tooMany = l10n.t("{0} more", topicCount(leftOut));
  const note = leftOut === 0 ? [] : [noteBranch(tooMany, l10n.t("too many to show"))];
  const none = topics.length > 0 ? [] : [noteBranch(l10n.t("No topics yet"), l10n.t("nothing was raised here so far"))];
  return {
    kind: "topics",
    key: "topics",
    label: l10n.t("Topics"),
    description: count(topics.length + leftOut),
    icon: "list-tree",
    isExpanded: true,
    target: { cluster },
    children: () => [...topicBranches(cluster, topics), ...none, ...note],
  };
}

function reservedBranch(cluster: string, topics: Topology["topics"]): Branch {
  return {
    kind: "reserved",
    key: "reserved",
    label: l10n.t("Reserved"),
    description: count(topics.length),
    icon: "lock",
    target: { cluster },
    children: () => topicBranches(cluster, topics),
    hover: () => l10n.t("Topics that nodes use among themselves."),
  };
}

function noteBranch(label: string, description: string): Branch {
  return { kind: "note", key: "note", label, description, icon: "info" };
}

/** Stands for the children of a line that are not shown yet. */
export function moreBranch(left: number): Branch {
  return {
    kind: "more",
    key: "more",
    label: l10n.t("Load more ({0})", count(left)),
    description: "",
    icon: "ellipsis",
  };
}
