/**
 * Entry of the extension: puts the parts together, then starts each feature.
 *
 * Activation waits for nothing: the server starts with the first request that a feature makes of it.
 */
import { type ExtensionContext, Uri, window } from "vscode";
import { accessOf } from "./access.ts";
import type { Activation } from "./activation.ts";
import { ServerClient } from "./client.ts";
import { Clusters } from "./clusters.ts";
import * as connect from "./features/connect.ts";
import * as log from "./features/log.ts";
import * as monitor from "./features/monitor.ts";
import * as raise from "./features/raise.ts";
import * as status from "./features/status.ts";
import * as token from "./features/token.ts";
import * as tree from "./features/tree.ts";
import { Panels } from "./panels.ts";
import { Tokens } from "./tokens.ts";
import { Topologies } from "./topologies.ts";

let running: ServerClient | undefined;

export function activate(context: ExtensionContext): void {
  const { subscriptions, extensionUri, workspaceState, globalState, secrets } = context;
  const channel = window.createOutputChannel("Switchyard", { log: true });
  const module = Uri.joinPath(extensionUri, "dist", "server", "main.js").fsPath;
  const server = new ServerClient(async (ended) => {
    const { startSession } = await import("./session.ts");
    return startSession(module, channel, ended);
  });
  running = server;
  const tokens = new Tokens(secrets);
  const clusters = new Clusters(server, (profile) => accessOf(profile, tokens));
  const topologies = new Topologies(server, clusters);
  const panels = new Panels({ server, clusters, extensionUri });
  subscriptions.push(channel, clusters, topologies, panels);

  const activation: Activation = {
    subscriptions,
    extensionUri,
    workspaceState,
    globalState,
    log: channel,
    server,
    clusters,
    tokens,
    topologies,
    panels,
  };
  for (const feature of [log, tree, status, monitor, raise, token, connect]) feature.activate(activation);
}

/** Resolves when the server process is gone. */
export async function deactivate(): Promise<void> {
  await running?.stop();
  running = undefined;
}
