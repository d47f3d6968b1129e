/** The status bar item: the current cluster, its state, and its rate while that is known. A click leads to everything. */
import {
  commands,
  l10n,
  MarkdownString,
  type QuickPickItem,
  QuickPickItemKind,
  StatusBarAlignment,
  type StatusBarItem,
  ThemeColor,
  ThemeIcon,
  window,
} from "vscode";
import type { ClusterStatus } from "../../server/protocol/clusters.ts";
import type { Activation } from "../activation.ts";
import { clusterLook, serverProblem } from "../cluster-state.ts";
import { RequestFailure } from "../failure.ts";
import { markdown, rate, visible } from "../wording.ts";

export function activate(activation: Activation): void {
  const { subscriptions, clusters, topologies, server } = activation;
  const item = window.createStatusBarItem("switchyard.status", StatusBarAlignment.Left, 10);
  item.name = "Switchyard";
  item.command = "switchyard.showActions";
  const draw = () => drawItem(item, activation);
  subscriptions.push(
    item,
    clusters.onDidChange(draw),
    topologies.onDidChange(draw),
    server.onDidChangeState(draw),
    commands.registerCommand("switchyard.showActions", () => chooseAction(activation)),
  );
  draw();
}

interface Look {
  readonly text: string;
  readonly tooltip: string | MarkdownString;
  readonly background: ThemeColor | undefined;
  readonly spoken: string;
}

/** Nothing is shown while a person has not connected to anything. */
function drawItem(item: StatusBarItem, activation: Activation): void {
  const look = serverLook(activation) ?? currentLook(activation);
  if (look === undefined) {
    item.hide();
    return;
  }
  item.text = look.text;
  item.tooltip = look.tooltip;
  item.backgroundColor = look.background;
  item.accessibilityInformation = { label: look.spoken };
  item.show();
}

function serverLook({ server }: Activation): Look | undefined {
  const problem = serverProblem(server.state);
  if (problem === undefined) return undefined;
  const text = `$(error) ${l10n.t("Switchyard: server stopped")}`;
  return { text, tooltip: problem, background: new ThemeColor("statusBarItem.errorBackground"), spoken: problem };
}

function currentLook({ clusters, topologies }: Activation): Look | undefined {
  const cluster = clusters.current;
  if (cluster === undefined) return undefined;
  const { profile, status } = cluster;
  const { icon, words } = clusterLook(cluster, Date.now());
  const name = visible(profile.name).replaceAll("$(", "$ (");
  const isCurrent = topologies.isWatching && status.state === "up";
  const parts = [name, words, ...totalRate(isCurrent ? topologies.get(profile.name) : undefined)];
  return {
    text: `$(${icon}) ${parts.join(" · ")}`,
    tooltip: new MarkdownString(`**${markdown(profile.name)}** — ${markdown(profile.location)}`),
    background: backgroundOf(status),
    spoken: l10n.t("Switchyard cluster {0}", parts.join(", ")),
  };
}

function totalRate(picture: ReturnType<Activation["topologies"]["get"]>): readonly string[] {
  if (picture === undefined || picture instanceof RequestFailure) return [];
  return [rate(picture.topics.reduce((sum, { perSecond }) => sum + perSecond, 0))];
}

function backgroundOf({ state, problem, isUnverified }: ClusterStatus): ThemeColor | undefined {
  if (isUnverified === true) return new ThemeColor("statusBarItem.errorBackground");
  if (state === "retrying") return new ThemeColor("statusBarItem.warningBackground");
  if (state === "rejected" || (state === "down" && problem !== undefined)) {
    return new ThemeColor("statusBarItem.errorBackground");
  }
  return undefined;
}

interface Action extends QuickPickItem {
  readonly run?: () => unknown;
}

async function chooseAction({ clusters, server }: Activation): Promise<void> {
  const chosen = await window.showQuickPick(actions(), { title: "Switchyard", matchOnDescription: true });
  await chosen?.run?.();

  function actions(): Action[] {
    const all = clusters.all();
    const current = clusters.current?.profile.name;
    const items = all.map((cluster): Action => {
      const { icon, words } = clusterLook(cluster, Date.now());
      const { name, location } = cluster.profile;
      const description = [words, location, ...(name === current ? [l10n.t("current")] : [])].join(" · ");
      return {
        label: name,
        description,
        iconPath: new ThemeIcon(icon.replace("~spin", "")),
        run: () => clusters.select(name),
      };
    });
    const isBroken = serverProblem(server.state) !== undefined;
    return [
      ...items,
      ...(items.length > 0 ? [{ label: l10n.t("Actions"), kind: QuickPickItemKind.Separator }] : []),
      ...(isBroken ? [action(l10n.t("Restart Server"), "debug-restart", "switchyard.restartServer")] : []),
      ...(all.length > 0 ? [action(l10n.t("Open Monitor…"), "eye", "switchyard.openMonitor")] : []),
      ...(all.length > 0 ? [action(l10n.t("Raise Event…"), "send", "switchyard.raiseEvent")] : []),
      action(l10n.t("Connect…"), "plug", "switchyard.connect"),
      ...(all.length > 0 ? [action(l10n.t("Disconnect…"), "debug-disconnect", "switchyard.disconnect")] : []),
      action(l10n.t("Show Log"), "output", "switchyard.showLog"),
    ];
  }
}

function action(label: string, icon: string, command: string): Action {
  return { label, iconPath: new ThemeIcon(icon), run: () => commands.executeCommand(command) };
}
