/** A cluster as a graph in the languages of two drawing tools. Nodes are named by number, so that no name can break it. */
import type { NodeReport } from "../../library/index.ts";
import { type ClusterView, type Edge, wantsOf } from "./cluster-view.ts";
import { printable } from "./style.ts";

export function dotGraph(view: ClusterView): string {
  const { names, labels } = named(view);
  const lines = labels.map(({ name, label, isSilent }) => {
    const style = isSilent ? ", style=dashed" : "";
    return `  ${name} [label=${quoted(label.join("\n"))}${style}];`;
  });
  const edges = view.edges.map((edge) => {
    const style = edge.state === "up" ? "" : ", style=dashed";
    return `  ${names.get(edge.from)} -> ${names.get(edge.to)} [label=${quoted(labelOf(edge))}${style}];`;
  });
  return `digraph cluster {\n  node [shape=box];\n${[...lines, ...edges].join("\n")}\n}\n`;
}

export function mermaidGraph(view: ClusterView): string {
  const { names, labels } = named(view);
  const lines = labels.map(({ name, label }) => `  ${name}["${label.map(escapedForMermaid).join("<br/>")}"]`);
  const edges = view.edges.map((edge) => {
    const arrow = edge.state === "up" ? "-->" : "-.->";
    return `  ${names.get(edge.from)} ${arrow}|"${escapedForMermaid(labelOf(edge))}"| ${names.get(edge.to)}`;
  });
  return `graph LR\n${[...lines, ...edges].join("\n")}\n`;
}

interface Labelled {
  readonly name: string;
  readonly label: readonly string[];
  readonly isSilent: boolean;
}

function named({ nodes, silent }: ClusterView): { names: Map<string, string>; labels: Labelled[] } {
  const names = new Map<string, string>();
  const labels: Labelled[] = [];
  const add = (id: string, label: readonly string[], isSilent: boolean) => {
    const name = `n${names.size + 1}`;
    names.set(id, name);
    labels.push({ name, label: label.map(printable), isSilent });
  };
  for (const node of nodes) add(node.id, [node.name, ...summaryOf(node)], node.isPrivate);
  for (const [id, name] of silent) add(id, [name, "does not answer"], true);
  return { names, labels };
}

function summaryOf(node: NodeReport): string[] {
  const { forwards } = node;
  const summary = [];
  if (forwards.length > 0) summary.push(`forwards ${forwards.map(({ pattern }) => pattern).join(", ")}`);
  const wanted = new Set(wantsOf(node).map(({ pattern }) => pattern));
  if (wanted.size > 0) summary.push(`wants ${[...wanted].join(", ")}`);
  return summary;
}

function labelOf({ location, state }: Edge): string {
  return printable(state === "up" ? location : `${location} (${state})`);
}

/** Graphviz takes a backslash and what follows for an escape. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

function escapedForMermaid(text: string): string {
  return text.replace(/[&"<>#]/g, (character) => `#${character.charCodeAt(0)};`);
}
