/** The whole extension, bundled: it activates at once, and neither starts nor loads what is not needed yet. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Disposable, ExtensionContext } from "vscode";
import { editor } from "../fakes/editor.ts";
import * as vscode from "../fakes/vscode.ts";
import { bundled } from "./bundle.ts";

interface Main {
  activate(context: ExtensionContext): void;
  deactivate(): Promise<void>;
}

let subscriptions: Disposable[];

beforeEach(() => {
  editor.reset();
  subscriptions = [];
});

afterEach(() => {
  for (const subscription of subscriptions.toReversed()) subscription.dispose();
});

const memory = { get: () => undefined, update: async () => undefined, keys: () => [] };

function context(): ExtensionContext {
  const extensionUri = vscode.Uri.file("/nowhere");
  return {
    subscriptions,
    extensionUri,
    workspaceState: memory,
    globalState: memory,
    secrets: editor.secrets,
  } as unknown as ExtensionContext;
}

it("is active in less than 100 ms, without a process and without the language client", async () => {
  const load = await bundled<Main>("main.ts", vscode);
  const tookMs: number[] = [];
  for (let run = 0; run < 3; run++) {
    const startMs = performance.now();
    const main = load();
    main.activate(context());
    tookMs.push(performance.now() - startMs);
    await main.deactivate();
    for (const subscription of subscriptions.splice(0).toReversed()) subscription.dispose();
  }
  expect(Math.min(...tookMs)).toBeLessThan(100); // About 15 ms on a quiet machine.
  expect(editor.log).not.toContain("server starting");
});

it("has all its commands before the server is asked for anything, and says why it cannot start", async () => {
  const main = (await bundled<Main>("main.ts", vscode))();
  editor.settings.set("switchyard.connections", { globalValue: [{ name: "lab", location: "tcp://127.0.0.1:1" }] });
  editor.settings.set("switchyard.connectOnStart", { globalValue: "lab" });
  main.activate(context());
  expect(editor.commands.size).toBeGreaterThan(15);
  await editor.run("switchyard.showLog");
  expect(editor.log).toContain("shown");
  // There is no server where this extension is.
  await vi.waitFor(() => expect(editor.log.join("\n")).toMatch(/server failed: ./));
  await main.deactivate();
});
