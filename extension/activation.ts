/** What each feature is handed when the extension is activated. */
import type { Disposable, LogOutputChannel, Memento, Uri } from "vscode";
import type { Server } from "./client.ts";
import type { Clusters } from "./clusters.ts";
import type { Panels } from "./panels.ts";
import type { Tokens } from "./tokens.ts";
import type { Topologies } from "./topologies.ts";

export interface Activation {
  /** What a feature opens goes in here on the spot. */
  readonly subscriptions: Disposable[];
  readonly extensionUri: Uri;
  /** Kept for this workspace, and for this person. */
  readonly workspaceState: Memento;
  readonly globalState: Memento;
  readonly log: LogOutputChannel;
  readonly server: Server;
  readonly clusters: Clusters;
  readonly tokens: Tokens;
  readonly topologies: Topologies;
  readonly panels: Panels;
}
