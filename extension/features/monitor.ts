/** Monitors: panels that show the events and log lines of some patterns of one cluster. */
import { commands, l10n, window } from "vscode";
import { closeMonitor, openMonitor } from "../../server/protocol/monitor.ts";
import type { Activation } from "../activation.ts";
import type { Server } from "../client.ts";
import type { Cluster } from "../clusters.ts";
import { isRecord } from "../failure.ts";
import type { PanelSpec, PanelType } from "../panel.ts";
import { patternProblem, readPatterns } from "../patterns.ts";
import { monitorRows } from "../settings.ts";
import { visible } from "../wording.ts";
import { chooseCluster } from "./connect.ts";

interface MonitorSpec extends PanelSpec {
  readonly patterns: readonly string[];
}

export function activate({ subscriptions, server, clusters, panels }: Activation): void {
  const type = monitorType(server);
  const open = (cluster: Cluster, patterns: readonly string[]) => {
    const spec = specOf(cluster, patterns);
    if (!panels.reveal(type, spec)) panels.open(type, spec);
  };
  subscriptions.push(
    panels.register(type),
    commands.registerCommand("switchyard.openMonitor", async (...targets: readonly unknown[]) => {
      const chosen = targets.flatMap(readTarget);
      const name = chosen[0]?.cluster ?? (await chooseCluster(clusters.all(), l10n.t("Open a monitor on")));
      const cluster = name === undefined ? undefined : clusters.find(name);
      if (cluster === undefined) {
        await commands.executeCommand("switchyard.connect");
        return;
      }
      const ofCluster = chosen.filter((target) => target.cluster === name).map(({ pattern }) => pattern);
      const patterns = ofCluster.length > 0 ? ofCluster : await askPatterns();
      if (patterns !== undefined) open(cluster, patterns);
    }),
    commands.registerCommand("switchyard.duplicateMonitor", () => {
      const spec = panels.active(type);
      if (spec !== undefined) panels.open(type, spec);
    }),
  );
}

function monitorType(server: Server): PanelType<MonitorSpec> {
  return {
    kind: "monitor",
    icon: "monitor.svg",
    title: ({ patterns, clusterName }) => `${visible(shortList(patterns))} — ${visible(clusterName)}`,
    read: (base, { patterns }) => {
      const isList = Array.isArray(patterns) && patterns.length > 0 && patterns.every((one) => typeof one === "string");
      return isList ? { ...base, patterns: patterns as readonly string[] } : undefined;
    },
    open: async ({ patterns, clusterName }, { cluster }) => {
      const info = await server.request(openMonitor, { cluster, patterns, maxRows: monitorRows() });
      const { monitor } = info;
      return {
        arguments: { monitor: info, clusterName },
        scope: { cluster, monitor },
        close: () => void server.request(closeMonitor, { monitor }).catch(() => undefined), // Gone is as good as closed.
      };
    },
  };
}

function specOf({ profile, isDemo }: Cluster, patterns: readonly string[]): MonitorSpec {
  return { clusterName: profile.name, location: profile.location, isDemo, patterns };
}

/** A line of the tree that has a pattern. */
function readTarget(target: unknown): readonly { readonly cluster: string; readonly pattern: string }[] {
  if (!isRecord(target)) return [];
  const { cluster, pattern } = target;
  return typeof cluster === "string" && typeof pattern === "string" ? [{ cluster, pattern }] : [];
}

/** Nothing is filled in: a monitor of everything is opened only by who types a `*`. */
async function askPatterns(): Promise<readonly string[] | undefined> {
  const typed = await window.showInputBox({
    title: l10n.t("Open Monitor"),
    prompt: l10n.t("Topics or patterns to watch, separated by spaces; * stands for anything"),
    placeHolder: "zeek.conn.* zeek.dns.*",
    validateInput: patternProblem,
  });
  return typed === undefined ? undefined : readPatterns(typed);
}

function shortList(patterns: readonly string[]): string {
  const [first = "", ...rest] = patterns;
  return rest.length === 0 ? first : `${first} +${rest.length}`;
}
