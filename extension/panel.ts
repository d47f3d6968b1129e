/**
 * A panel's shell: the webview, what it is opened on, and the relay between it and the server.
 *
 * Invariant: a panel shows its cluster while that is connected and a sentence while it is not; what it opened in the
 * server is closed with it. Knows nothing of what a panel draws.
 */
import { CancellationTokenSource, commands, type Disposable, env, l10n, Uri, type WebviewPanel } from "vscode";
import type { ClusterStatus } from "../server/protocol/clusters.ts";
import type { Server } from "./client.ts";
import type { Cluster, Clusters } from "./clusters.ts";
import { RequestFailure, toFailure } from "./failure.ts";
import { commandLink, type Notice, panelPage, waitingPage } from "./panel-page.ts";
import {
  concerns,
  heardBy,
  type Judgement,
  judge,
  narrow,
  type PanelKind,
  panelCommands,
  type Scope,
} from "./panel-relay.ts";

/** What a panel is opened on, in words that outlive connections and windows. Plain JSON. */
export interface PanelSpec {
  readonly clusterName: string;
  readonly location: string;
  readonly isDemo: boolean;
}

/** One kind of panel. */
export interface PanelType<Spec extends PanelSpec> {
  readonly kind: PanelKind;
  /** Of the tab: a file in `extension/media`. */
  readonly icon: string;
  title(spec: Spec): string;
  /** Reads a spec that was kept while the window was closed; `undefined` when it is none. */
  read(base: PanelSpec, state: Readonly<Record<string, unknown>>): Spec | undefined;
  /** Opens what the panel needs in the server, once for each connection. */
  open(spec: Spec, cluster: ClusterStatus): Promise<Opened>;
}

export interface Opened {
  /** Handed to the panel. */
  readonly arguments: unknown;
  readonly scope: Scope;
  close(): void;
}

/** What panels reach. */
export interface PanelHost {
  readonly server: Server;
  readonly clusters: Clusters;
  readonly extensionUri: Uri;
}

/** One open panel. */
export class Shell<Spec extends PanelSpec> {
  readonly spec: Spec;
  readonly #host: PanelHost;
  readonly #type: PanelType<Spec>;
  readonly #panel: WebviewPanel;
  readonly #subscriptions: Disposable[] = [];
  #opened: Opened | undefined;
  /** The connection that is shown, or being opened. */
  #cluster = "";
  #isDisposed = false;
  /** Cancelled with the panel: nobody waits for its answers then. */
  readonly #closing = new CancellationTokenSource();

  constructor(host: PanelHost, type: PanelType<Spec>, spec: Spec, panel: WebviewPanel, closed: () => void) {
    this.#host = host;
    this.#type = type;
    this.spec = spec;
    this.#panel = panel;
    panel.title = type.title(spec);
    panel.iconPath = {
      light: Uri.joinPath(host.extensionUri, "extension", "media", "light", type.icon),
      dark: Uri.joinPath(host.extensionUri, "extension", "media", "dark", type.icon),
    };
    this.#subscriptions.push(
      panel.onDidDispose(() => {
        this.#isDisposed = true;
        this.#closing.cancel();
        this.#close();
        for (const subscription of this.#subscriptions) subscription.dispose();
        closed();
      }),
      panel.webview.onDidReceiveMessage((message: unknown) => void this.#received(message)),
      host.clusters.onDidChange((cluster) => void this.#follow(cluster)),
      ...[...heardBy(type.kind)].map((method) => this.#relay(method)),
    );
    const cluster = host.clusters.find(spec.clusterName);
    if (cluster === undefined) this.#showWaiting();
    else void this.#follow(cluster);
  }

  get kind(): PanelKind {
    return this.#type.kind;
  }

  get isActive(): boolean {
    return this.#panel.active;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** Opens the panel when its connection is up; one that is lost and tried again keeps what it shows. */
  async #follow({ profile, status }: Cluster): Promise<void> {
    if (profile.name !== this.spec.clusterName) return;
    const isThere = this.#host.clusters.find(profile.name) !== undefined;
    if (status.cluster !== "" && status.cluster === this.#cluster && isThere) return;

    this.#close();
    if (status.state !== "up" || !isThere) return this.#showWaiting(isThere ? status : undefined);
    this.#cluster = status.cluster;
    try {
      const opened = await this.#type.open(this.spec, status);
      if (this.#isDisposed || this.#cluster !== status.cluster) return opened.close();
      this.#opened = opened;
      this.#showPanel(opened);
    } catch (error) {
      if (!this.#isDisposed && this.#cluster === status.cluster) this.#showFailure(toFailure(error));
    }
  }

  #close(): void {
    this.#opened?.close();
    this.#opened = undefined;
    this.#cluster = "";
  }

  #showPanel(opened: Opened): void {
    this.#allow([]);
    this.#panel.webview.html = panelPage(this.#page(), this.kind, opened.arguments);
  }

  #showWaiting(status?: ClusterStatus): void {
    const { clusterName, location, isDemo } = this.spec;
    this.#allow(["switchyard.retry"]);
    if (status?.state === "connecting") {
      this.#showNotice({ icon: "sync", sentence: l10n.t("Connecting to {0} …", clusterName) });
      return;
    }
    const problem = status?.problem;
    const command = commandLink("switchyard.retry", { clusterName, location, isDemo });
    this.#showNotice({
      icon: "debug-disconnect",
      sentence:
        problem === undefined
          ? l10n.t("Not connected to {0}.", clusterName)
          : l10n.t("Not connected to {0}: {1}", clusterName, problem),
      link: { text: l10n.t("Connect"), command },
    });
  }

  #showFailure({ message }: RequestFailure): void {
    this.#allow(["switchyard.showLog"]);
    const link = { text: l10n.t("Show Log"), command: commandLink("switchyard.showLog") };
    this.#showNotice({ icon: "error", sentence: message, link });
  }

  #showNotice(notice: Notice): void {
    this.#panel.webview.html = waitingPage(this.#page(), notice);
  }

  #page() {
    const files = this.#files();
    return { webview: this.#panel.webview, files, title: this.#type.title(this.spec), spec: this.spec };
  }

  #files(): Uri {
    return Uri.joinPath(this.#host.extensionUri, "dist", "webview");
  }

  /** Links to commands work only on our own pages without anything from a cluster. */
  #allow(commandLinks: readonly string[]): void {
    this.#panel.webview.options = {
      enableScripts: true,
      enableCommandUris: commandLinks,
      localResourceRoots: [this.#files()],
    };
  }

  /** A hidden panel hears nothing: it asks again when it is shown. */
  #relay(method: string): Disposable {
    return this.#host.server.on<unknown>({ kind: "notification", method }, (params) => {
      const scope = this.#opened?.scope;
      if (scope === undefined || !this.#panel.visible || !concerns(this.kind, scope, method, params)) return;
      void this.#panel.webview.postMessage({ method, params });
    });
  }

  async #received(message: unknown): Promise<void> {
    const scope = this.#opened?.scope;
    if (scope === undefined) return;
    const judged = judge(this.kind, scope, message);
    if (judged.kind === "garbage") return;
    const answer = await this.#answer(scope, judged).then(
      (result) => ({ id: judged.id, result }),
      (error: unknown) => ({ id: judged.id, failure: plain(toFailure(error)) }),
    );
    if (!this.#isDisposed) void this.#panel.webview.postMessage(answer);
  }

  async #answer(scope: Scope, judged: Exclude<Judgement, { kind: "garbage" }>): Promise<unknown> {
    switch (judged.kind) {
      case "refused":
        throw new RequestFailure("BAD_ARGUMENT", judged.why);
      case "command":
        await this.#command(judged.method, judged.texts);
        return null;
      case "request": {
        const { method, params } = judged;
        const result = await this.#host.server.request({ kind: "request", method }, params, this.#closing.token);
        return narrow(scope, method, result);
      }
    }
  }

  async #command(method: string, texts: Readonly<Record<string, string>>): Promise<void> {
    if (method === panelCommands.copy) await env.clipboard.writeText(texts["text"] ?? "");
    else await commands.executeCommand("switchyard.raiseEvent", { ...texts, clusterName: this.spec.clusterName });
  }
}

function plain({ code, message }: RequestFailure): { readonly code: string; readonly message: string } {
  return { code, message };
}
