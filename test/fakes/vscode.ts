/**
 * The part of `vscode` that the extension uses, for tests without an editor.
 *
 * Invariant: what is here behaves as the editor does, as far as our code can tell. The editor behind it is `editor.ts`.
 */
import type * as vscode from "vscode";
import { editor, FakeEvent, FakePanel, FakeTreeView, type Levels } from "./editor.ts";

export { FakeEvent as EventEmitter };

export class CancellationTokenSource {
  readonly #cancelled = new FakeEvent<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.#cancelled.event };

  cancel(): void {
    if (this.token.isCancellationRequested) return;
    this.token.isCancellationRequested = true;
    this.#cancelled.fire();
  }

  dispose(): void {
    this.#cancelled.dispose();
  }
}

export class Uri {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static file(path: string): Uri {
    return new Uri(path);
  }

  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return new Uri([base.path, ...parts].join("/"));
  }

  get fsPath(): string {
    return this.path;
  }

  toString(): string {
    return `file://${this.path}`;
  }
}

export class ThemeColor {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

export class ThemeIcon {
  readonly id: string;
  readonly color: ThemeColor | undefined;

  constructor(id: string, color?: ThemeColor) {
    this.id = id;
    this.color = color;
  }
}

export class MarkdownString {
  readonly value: string;
  isTrusted = false;

  constructor(value: string) {
    this.value = value;
  }
}

export class TreeItem {
  readonly label: string;
  readonly collapsibleState: number;

  constructor(label: string, collapsibleState = 0) {
    this.label = label;
    this.collapsibleState = collapsibleState;
  }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 } as const;
export const StatusBarAlignment = { Left: 1, Right: 2 } as const;
export const QuickPickItemKind = { Separator: -1, Default: 0 } as const;
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 } as const;
export const ViewColumn = { Active: -1 } as const;

export const l10n = {
  t: (message: string, ...args: readonly (string | number)[]) =>
    message.replace(/\{(\d+)\}/g, (_all, index) => String(args[Number(index)])),
};

export const env = {
  language: "en",
  clipboard: {
    writeText: async (text: string) => {
      editor.clipboard = text;
    },
  },
};

export const commands = {
  registerCommand(command: string, handler: (...args: never[]) => unknown) {
    if (editor.commands.has(command)) throw new Error(`command ${command} is there already`);
    editor.commands.set(command, handler);
    return { dispose: () => editor.commands.delete(command) };
  },
  async executeCommand(command: string, ...args: unknown[]): Promise<unknown> {
    if (command === "setContext") editor.contexts.set(String(args[0]), args[1]);
    else if (editor.commands.has(command)) await editor.run(command, ...args);
    else editor.ran.push({ command, args });
    return undefined;
  },
};

export const workspace = {
  get isTrusted() {
    return editor.isTrusted;
  },
  workspaceFolders: undefined as readonly unknown[] | undefined,
  onDidChangeConfiguration: (listener: (event: { affectsConfiguration(section: string): boolean }) => void) =>
    editor.settingsChanged.event(listener),
  onDidGrantWorkspaceTrust: (listener: () => void) => editor.trustGranted.event(listener),
  getConfiguration(section: string) {
    const levels = (key: string): Levels => editor.settings.get(`${section}.${key}`) ?? {};
    return {
      inspect: levels,
      get(key: string): unknown {
        const { workspaceFolderValue, workspaceValue, globalValue } = levels(key);
        return workspaceFolderValue ?? workspaceValue ?? globalValue;
      },
      async update(key: string, value: unknown, target: number): Promise<void> {
        const level = target === ConfigurationTarget.Global ? "globalValue" : "workspaceValue";
        editor.settings.set(`${section}.${key}`, { ...levels(key), [level]: value });
        const affectsConfiguration = (asked: string) => `${section}.${key}`.startsWith(asked);
        editor.settingsChanged.fire({ affectsConfiguration });
      },
    };
  },
};

export const window = {
  createOutputChannel: () => fakeLog(),
  createTreeView(viewId: string, options: { treeDataProvider: vscode.TreeDataProvider<string> }) {
    const view = new FakeTreeView(options.treeDataProvider);
    editor.trees.set(viewId, view);
    return Object.assign(view, { onDidChangeVisibility: view.shown.event, dispose: () => editor.trees.delete(viewId) });
  },
  createStatusBarItem() {
    const item = {
      text: "",
      isShown: false,
      show: () => {
        item.isShown = true;
      },
      hide: () => {
        item.isShown = false;
      },
      dispose: () => undefined,
    };
    editor.statusItems.push(item);
    return item;
  },
  createWebviewPanel(viewType: string, title: string) {
    for (const other of editor.panels) other.active = false;
    const panel = new FakePanel(viewType, title);
    editor.panels.push(panel);
    return panel;
  },
  registerWebviewPanelSerializer(viewType: string, serializer: vscode.WebviewPanelSerializer) {
    editor.serializers.set(viewType, serializer);
    return { dispose: () => editor.serializers.delete(viewType) };
  },
  withProgress: (_options: unknown, body: () => Promise<unknown>) => body(),
  async showQuickPick<Item extends { label: string }>(items: readonly Item[], options?: { title?: string }) {
    const answer = editor.answer(
      options?.title,
      items.map(({ label }) => label),
    );
    return items.find(({ label }) => label === answer);
  },
  async showInputBox(options: {
    title?: string;
    prompt?: string;
    password?: boolean;
    validateInput?: (typed: string) => string | undefined;
  }) {
    editor.shown.push(JSON.stringify(options));
    const answer = editor.answer(options.title, []);
    const problem = answer === undefined ? undefined : options.validateInput?.(answer);
    if (problem !== undefined) throw new Error(`the box stays open: ${problem}`);
    return answer;
  },
  createQuickPick: () => new FakeQuickPick(),
  showWarningMessage: async (message: string, options: { detail?: string }, ...choices: readonly string[]) => {
    editor.shown.push(`${message}\n${options.detail ?? ""}`);
    return editor.answer(message, choices);
  },
  showInformationMessage: async (message: string) => {
    editor.notices.push(message);
    return undefined;
  },
  showErrorMessage: async (message: string, ...choices: readonly string[]) => {
    editor.notices.push(message);
    return editor.answer(message, choices);
  },
};

/** A box that the person types into and accepts at once: the first choice for what they typed. */
class FakeQuickPick {
  readonly #typed = new FakeEvent<string>();
  readonly #accepted = new FakeEvent<void>();
  readonly #hidden = new FakeEvent<void>();
  readonly onDidChangeValue = this.#typed.event;
  readonly onDidAccept = this.#accepted.event;
  readonly onDidHide = this.#hidden.event;
  title: string | undefined;
  items: readonly { readonly label: string }[] = [];
  selectedItems: readonly { readonly label: string }[] = [];

  show(): void {
    const typed = editor.answer(
      this.title,
      this.items.map(({ label }) => label),
    );
    if (typed === undefined) {
      this.hide();
      return;
    }
    this.#typed.fire(typed);
    this.selectedItems = this.items.slice(0, 1);
    this.#accepted.fire();
  }

  hide(): void {
    this.#hidden.fire();
  }

  dispose(): void {
    this.#typed.dispose();
  }
}

export function fakeLog() {
  const write = (...words: readonly unknown[]) => {
    editor.log.push(words.map(String).join(" "));
  };
  return {
    logLevel: 3,
    onDidChangeLogLevel: () => ({ dispose() {} }),
    trace: write,
    debug: write,
    info: write,
    warn: write,
    error: write,
    appendLine: write,
    show: () => write("shown"),
    dispose() {},
  };
}
