/** The panel that raises an event in a cluster. */
import { commands, l10n } from "vscode";
import type { Activation } from "../activation.ts";
import { isRecord } from "../failure.ts";
import type { PanelSpec, PanelType } from "../panel.ts";
import { visible } from "../wording.ts";
import { chooseCluster } from "./connect.ts";

/** What is filled in at first. */
interface Draft {
  readonly topic?: string;
  readonly name?: string;
  readonly args?: string;
}

interface RaiseSpec extends PanelSpec, Draft {}

export function activate({ subscriptions, clusters, panels }: Activation): void {
  subscriptions.push(
    panels.register(raiseType),
    commands.registerCommand("switchyard.raiseEvent", async (argument?: unknown) => {
      const wanted = isRecord(argument) ? argument["clusterName"] : undefined;
      const name =
        typeof wanted === "string" ? wanted : await chooseCluster(clusters.all(), l10n.t("Raise an event in"));
      const cluster = name === undefined ? undefined : clusters.find(name);
      if (cluster === undefined) {
        await commands.executeCommand("switchyard.connect");
        return;
      }
      const { profile, isDemo } = cluster;
      const draft = isRecord(argument) ? readDraft(argument) : {};
      const spec = { clusterName: profile.name, location: profile.location, isDemo, ...draft };
      if (!panels.reveal(raiseType, spec)) panels.open(raiseType, spec);
    }),
  );
}

const raiseType: PanelType<RaiseSpec> = {
  kind: "raise",
  icon: "raise.svg",
  title: ({ topic, clusterName }) =>
    topic === undefined
      ? l10n.t("Raise event — {0}", visible(clusterName))
      : l10n.t("Raise {0} — {1}", visible(topic), visible(clusterName)),
  read: (base, state) => ({ ...base, ...readDraft(state) }),
  open: async ({ clusterName, topic, name, args }, { cluster }) => ({
    arguments: { cluster, clusterName, topic, name, args },
    scope: { cluster },
    close: () => undefined,
  }),
};

function readDraft(from: Readonly<Record<string, unknown>>): Draft {
  const { topic, name, args } = from;
  return {
    ...(typeof topic === "string" && { topic }),
    ...(typeof name === "string" && { name }),
    ...(typeof args === "string" && { args }),
  };
}
