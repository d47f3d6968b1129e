/**
 * The editor behind the fake of `vscode`: what it was told, and what a person does in it.
 *
 * Invariant: `editor.reset()` makes it as new. Knows nothing of our extension.
 */
import type * as vscode from "vscode";

export class FakeEvent<T> {
  readonly #listeners = new Set<(value: T) => unknown>();

  readonly event = (listener: (value: T) => unknown): { dispose(): void } => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

/** A view in the side bar, as the person sees it. */
export class FakeTreeView {
  readonly provider: vscode.TreeDataProvider<string>;
  readonly shown = new FakeEvent<{ visible: boolean }>();
  /** Each refresh it was told of: the lines, or `undefined` for all of them. */
  readonly refreshes: (readonly string[] | undefined)[] = [];
  visible = false;
  selection: readonly string[] = [];
  message = "";

  constructor(provider: vscode.TreeDataProvider<string>) {
    this.provider = provider;
    provider.onDidChangeTreeData?.((lines) => {
      this.refreshes.push(Array.isArray(lines) ? lines : typeof lines === "string" ? [lines] : undefined);
    });
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.shown.fire({ visible });
  }

  children(id?: string): readonly string[] {
    return (this.provider.getChildren(id) as string[] | undefined) ?? [];
  }

  item(id: string): vscode.TreeItem {
    return this.provider.getTreeItem(id) as vscode.TreeItem;
  }

  /** The line at the end of these labels. */
  find(...labels: readonly string[]): string {
    let at: string | undefined;
    for (const label of labels) {
      const found = this.children(at).find((id) => this.item(id).label === label);
      if (found === undefined) throw new Error(`no line ${label} among ${this.labels(at).join(", ")}`);
      at = found;
    }
    return at ?? "";
  }

  /** The lines under one, as they are read: label and description. */
  labels(id?: string): readonly string[] {
    return this.children(id).map((child) => {
      const { label, description } = this.item(child);
      const texts = [label, description].flatMap((text) => (typeof text === "string" && text !== "" ? [text] : []));
      return texts.join(" | ");
    });
  }
}

export class FakePanel {
  readonly received = new FakeEvent<unknown>();
  readonly disposed = new FakeEvent<void>();
  readonly posted: unknown[] = [];
  readonly viewType: string;
  readonly webview;
  title: string;
  visible = true;
  active = true;
  iconPath: unknown;
  isDisposed = false;

  constructor(viewType: string, title: string) {
    this.viewType = viewType;
    this.title = title;
    this.webview = {
      html: "",
      options: {} as vscode.WebviewOptions,
      cspSource: "https://panel.example",
      asWebviewUri: (uri: vscode.Uri) => uri,
      onDidReceiveMessage: this.received.event,
      postMessage: async (message: unknown) => {
        this.posted.push(message);
        return true;
      },
    };
  }

  readonly onDidDispose = this.disposed.event;

  reveal(): void {
    this.active = true;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.disposed.fire();
    editor.panels.splice(editor.panels.indexOf(this), 1);
  }

  /** What the page handed to its script. */
  arguments(): unknown {
    const [, json] = /data-arguments="([^"]*)"/.exec(this.webview.html) ?? [];
    return json === undefined
      ? undefined
      : JSON.parse(json.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(code)));
  }
}

/** Where the editor keeps secrets. */
function fakeSecrets() {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => void kept.delete(key),
  };
}

/** One setting at the levels where it may be. */
export interface Levels {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

export const editor = {
  commands: new Map<string, (...args: never[]) => unknown>(),
  /** Commands of the editor itself that were run. */
  ran: [] as { readonly command: string; readonly args: readonly unknown[] }[],
  contexts: new Map<string, unknown>(),
  trees: new Map<string, FakeTreeView>(),
  panels: [] as FakePanel[],
  serializers: new Map<string, vscode.WebviewPanelSerializer>(),
  statusItems: [] as { text: string; isShown: boolean }[],
  settings: new Map<string, Levels>(),
  settingsChanged: new FakeEvent<{ affectsConfiguration(section: string): boolean }>(),
  trustGranted: new FakeEvent<void>(),
  isTrusted: true,
  clipboard: "",
  secrets: fakeSecrets(),
  /** Every text that was shown in a box, a message, or a box's hint. */
  shown: [] as string[],
  /** Messages that the person saw in the notification area. */
  notices: [] as string[],
  log: [] as string[],
  /** How the person answers: the label of a choice, or a text. `undefined`: they leave. */
  answer: (_title: string | undefined, _choices: readonly string[]): string | undefined => undefined,

  reset(): void {
    for (const list of [this.ran, this.panels, this.statusItems, this.notices, this.log, this.shown]) list.length = 0;
    for (const map of [this.commands, this.contexts, this.trees, this.serializers, this.settings]) map.clear();
    this.settingsChanged.dispose();
    this.trustGranted.dispose();
    this.isTrusted = true;
    this.clipboard = "";
    this.secrets.kept.clear();
    this.answer = () => undefined;
  },

  /** Runs one of our commands, as the palette does. */
  async run(command: string, ...args: unknown[]): Promise<void> {
    const handler = this.commands.get(command) as ((...args: unknown[]) => unknown) | undefined;
    if (handler === undefined) throw new Error(`no command ${command}`);
    await handler(...args);
  },
};
