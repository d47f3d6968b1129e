/**
 * How the state of a cluster or of the server is shown: one icon and one word each, the same in tree and status bar.
 */
import { l10n } from "vscode";
import type { ServerState } from "./client.ts";
import type { Cluster } from "./clusters.ts";
import { span } from "./wording.ts";

export interface Look {
  /** A codicon; with a theme colour where the state has one. */
  readonly icon: string;
  readonly color?: string;
  readonly words: string;
}

export function clusterLook({ status, dueMs }: Cluster, nowMs: number): Look {
  switch (status.state) {
    case "connecting":
      return { icon: "loading~spin", words: l10n.t("connecting") };
    case "up":
      if (status.isUnverified === true) {
        return { icon: "warning", color: "list.errorForeground", words: l10n.t("up, certificate not verified") };
      }
      return { icon: "pass-filled", color: "testing.iconPassed", words: l10n.t("up") };
    case "retrying":
      return {
        icon: "sync",
        color: "list.warningForeground",
        words: retryWords(status.attempt, (dueMs ?? nowMs) - nowMs),
      };
    case "rejected":
      return { icon: "circle-slash", color: "list.errorForeground", words: l10n.t("rejected") };
    case "down":
      return status.problem === undefined
        ? { icon: "debug-disconnect", words: l10n.t("down") }
        : { icon: "debug-disconnect", color: "list.errorForeground", words: l10n.t("down") };
  }
}

/** What is wrong with the server, in one sentence; `undefined` while nothing is. */
export function serverProblem(state: ServerState): string | undefined {
  if (state.kind === "failed") return l10n.t("Server did not start: {0}", state.why);
  if (state.kind === "waiting")
    return l10n.t("Server stopped and starts again (attempt {0}): {1}", state.attempt, state.why);
  return undefined;
}

function retryWords(attempt: number | undefined, inMs: number): string {
  if (inMs <= 0) return attempt === undefined ? l10n.t("retrying") : l10n.t("retrying (attempt {0})", attempt);
  return attempt === undefined
    ? l10n.t("retrying in {0}", span(inMs))
    : l10n.t("retrying in {0} (attempt {1})", span(inMs), attempt);
}
