/** The panels that are open: opens them, brings them to the front, and brings them back after the window was loaded again. */
import { type Disposable, ViewColumn, type WebviewPanel, window, workspace } from "vscode";
import { isRecord } from "./failure.ts";
import { type PanelHost, type PanelSpec, type PanelType, Shell } from "./panel.ts";
import type { PanelKind } from "./panel-relay.ts";
import { profileAt } from "./settings.ts";

export class Panels implements Disposable {
  readonly #host: PanelHost;
  readonly #open = new Set<Shell<PanelSpec>>();

  constructor(host: PanelHost) {
    this.#host = host;
  }

  /** Panels of this kind come back after the window was loaded again. */
  register<Spec extends PanelSpec>(type: PanelType<Spec>): Disposable {
    return window.registerWebviewPanelSerializer(viewType(type), {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        const spec = readSpec(type, state);
        if (spec === undefined) return panel.dispose();
        this.#show(type, spec, panel);
        await this.#reconnect(spec);
      },
    });
  }

  open<Spec extends PanelSpec>(type: PanelType<Spec>, spec: Spec): void {
    const webviewPanel = window.createWebviewPanel(viewType(type), type.title(spec), ViewColumn.Active);
    this.#show(type, spec, webviewPanel);
  }

  /** Brings an open panel to the front; false where none is open on this. */
  reveal<Spec extends PanelSpec>(type: PanelType<Spec>, spec: Spec): boolean {
    const wanted = JSON.stringify(spec);
    const shell = [...this.#open].find((open) => open.kind === type.kind && JSON.stringify(open.spec) === wanted);
    shell?.reveal();
    return shell !== undefined;
  }

  /** The spec of the panel in front, when it is of this kind. */
  active<Spec extends PanelSpec>(type: PanelType<Spec>): Spec | undefined {
    const shell = [...this.#open].find((open) => open.kind === type.kind && open.isActive);
    return shell?.spec as Spec | undefined;
  }

  dispose(): void {
    for (const shell of this.#open) shell.dispose();
  }

  #show<Spec extends PanelSpec>(type: PanelType<Spec>, spec: Spec, panel: WebviewPanel): void {
    const shell = new Shell(this.#host, type, spec, panel, () => this.#open.delete(shell));
    this.#open.add(shell);
  }

  /** A panel that comes back brings its connection back, unless the person has opened or lost it since. */
  async #reconnect({ clusterName, location, isDemo }: PanelSpec): Promise<void> {
    const { clusters } = this.#host;
    if (clusters.find(clusterName) !== undefined || !workspace.isTrusted) return;
    const again = isDemo ? clusters.startDemo() : clusters.connect(profileAt(clusterName, location));
    await again.catch(() => undefined); // The panel and the tree say why.
  }
}

function viewType({ kind }: { readonly kind: PanelKind }): string {
  return `switchyard.${kind}`;
}

function readSpec<Spec extends PanelSpec>(type: PanelType<Spec>, state: unknown): Spec | undefined {
  const spec = isRecord(state) ? state["spec"] : undefined;
  if (!isRecord(spec)) return undefined;
  const { clusterName, location, isDemo } = spec;
  if (typeof clusterName !== "string" || typeof location !== "string") return undefined;
  return type.read({ clusterName, location, isDemo: isDemo === true }, spec);
}
