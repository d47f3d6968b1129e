/**
 * The tree of clusters as the editor asks for it, line by line.
 *
 * Invariant: at most four refreshes a second, each of the lines that changed and no others; none while it is hidden,
 * and then nothing is asked of any cluster on its behalf.
 */
import {
  commands,
  type Disposable,
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from "vscode";
import type { Topology } from "../../server/protocol/topology.ts";
import type { Activation } from "../activation.ts";
import { serverProblem } from "../cluster-state.ts";
import { RequestFailure } from "../failure.ts";
import { profiles } from "../settings.ts";
import type { Branch, Target } from "./branch.ts";
import { buildTree, moreBranch } from "./clusters.ts";
import { Outline } from "./outline.ts";
import { Pace } from "./pace.ts";
import { steady } from "./steady.ts";

type Picture = Topology | RequestFailure | undefined;

export const viewId = "switchyard.clusters";

const refreshPauseMs = 250;

/** Lines are named by their id in the outline. */
export class ClusterTree implements TreeDataProvider<string>, Disposable {
  readonly #activation: Activation;
  readonly #outline = new Outline(moreBranch);
  readonly #changed = new EventEmitter<string[] | undefined>();
  readonly #view: TreeView<string>;
  readonly #subscriptions: Disposable[];
  readonly #pace = new Pace(refreshPauseMs, () => this.#update());
  /** What is shown of each cluster by its name, and the picture that it was made of. */
  readonly #shown = new Map<string, { readonly of: Topology; readonly steadied: Topology }>();
  #filter = "";
  #watch: Disposable | undefined;
  #emptiness: string | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(activation: Activation) {
    this.#activation = activation;
    this.#update();
    this.#view = window.createTreeView(viewId, { treeDataProvider: this, canSelectMany: true, showCollapseAll: true });
    this.#subscriptions = [
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(({ visible }) => this.#setVisible(visible)),
    ];
    this.#setVisible(this.#view.visible);
  }

  get selection(): readonly string[] {
    return this.#view.selection;
  }

  target(id: string): Target | undefined {
    return this.#outline.branch(id)?.target;
  }

  refresh(): void {
    if (this.#view.visible) this.#pace.ask();
  }

  showMore(id: string): void {
    const parent = this.#outline.showMore(id);
    if (parent !== undefined) this.#changed.fire([parent]);
  }

  async askFilter(): Promise<void> {
    const typed = await window.showInputBox({
      title: l10n.t("Filter Tree"),
      prompt: l10n.t("Part of the name of topics and nodes, or a pattern with *"),
      value: this.#filter,
    });
    if (typed !== undefined) this.setFilter(typed.trim());
  }

  setFilter(filter: string): void {
    this.#filter = filter;
    this.#view.message = filter === "" ? "" : l10n.t("Filter: {0}", filter);
    void commands.executeCommand("setContext", "switchyard.isFiltered", filter !== "");
    this.#update();
  }

  getTreeItem(id: string): TreeItem {
    const branch = this.#outline.branch(id);
    return branch === undefined ? new TreeItem("") : treeItem(id, branch);
  }

  getChildren(id?: string): string[] {
    return [...(id === undefined ? this.#outline.roots() : this.#outline.children(id))];
  }

  getParent(id: string): string | undefined {
    return this.#outline.parent(id);
  }

  /** Hovers are made when the pointer rests on a line, not with each refresh. */
  resolveTreeItem(item: TreeItem, id: string): TreeItem {
    const hover = this.#outline.branch(id)?.hover?.();
    if (hover !== undefined) item.tooltip = new MarkdownString(hover);
    return item;
  }

  dispose(): void {
    this.#pace.stop();
    this.#watch?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #setVisible(isVisible: boolean): void {
    if (isVisible) {
      this.#watch ??= this.#activation.topologies.watch();
      this.#pace.ask();
      return;
    }
    this.#pace.stop();
    this.#watch?.dispose();
    this.#watch = undefined;
  }

  #update(): void {
    const { server, clusters, topologies } = this.#activation;
    const problem = serverProblem(server.state);
    const { roots, emptiness } = buildTree({
      ...(problem !== undefined && { serverProblem: problem }),
      clusters: clusters.all(),
      picture: (name) => this.#steadied(name, topologies.get(name)),
      filter: this.#filter,
      nowMs: Date.now(),
    });
    this.#setEmptiness(emptiness ?? (profiles().length === 0 ? "unconfigured" : "disconnected"));
    const change = this.#outline.update(roots);
    if (change === "all") this.#changed.fire(undefined);
    else if (change.length > 0) this.#changed.fire([...change]);
  }

  #steadied(name: string, picture: Picture): Picture {
    if (picture === undefined || picture instanceof RequestFailure) {
      this.#shown.delete(name);
      return picture;
    }
    const before = this.#shown.get(name);
    if (before?.of === picture) return before.steadied;
    const steadied = steady(before?.steadied, picture);
    this.#shown.set(name, { of: picture, steadied });
    return steadied;
  }

  /** Picks the text that stands in an empty tree. */
  #setEmptiness(emptiness: string): void {
    if (emptiness === this.#emptiness) return;
    this.#emptiness = emptiness;
    void commands.executeCommand("setContext", "switchyard.emptiness", emptiness);
  }
}

function treeItem(id: string, branch: Branch): TreeItem {
  const item = new TreeItem(branch.label, collapsibleState(branch));
  item.id = id;
  item.description = branch.description;
  item.iconPath = new ThemeIcon(branch.icon, branch.color === undefined ? undefined : new ThemeColor(branch.color));
  item.contextValue = branch.context === undefined ? branch.kind : `${branch.kind}.${branch.context}`;
  item.accessibilityInformation = { label: branch.spoken ?? `${branch.label} ${branch.description}`.trim() };
  const command = commandOf(id, branch);
  if (command !== undefined) item.command = command;
  return item;
}

function collapsibleState({ children, isExpanded }: Branch): TreeItemCollapsibleState {
  if (children === undefined) return TreeItemCollapsibleState.None;
  return isExpanded === true ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}

/** What a click, or Enter, on a line does. */
function commandOf(id: string, { kind, label }: Branch): TreeItem["command"] | undefined {
  if (kind === "topic") return { command: "switchyard.openMonitorHere", title: label, arguments: [id] };
  if (kind === "more") return { command: "switchyard.loadMore", title: label, arguments: [id] };
  if (kind === "server") return { command: "switchyard.showLog", title: label };
  return undefined;
}
