/** The manifest and the code name the same commands, views, settings and states. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editor } from "../fakes/editor.ts";
import { FakeWorkbench } from "../fakes/workbench.ts";

interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly when: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = readFileSync(join(root, "package.json"), "utf8");
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const table = readFileSync(join(root, "package.nls.json"), "utf8");
const code = readdirSync(join(root, "extension"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .join("\n");

let workbench: FakeWorkbench;

beforeAll(() => {
  editor.reset();
  workbench = new FakeWorkbench().activate();
});

afterAll(() => workbench.close());

describe("the manifest", () => {
  it("declares each command that the code registers, and no other", () => {
    expect(new Set(contributes.commands.map(({ command }) => command))).toEqual(new Set(editor.commands.keys()));
  });

  it("uses only commands that there are, in menus, keys and texts", () => {
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    const linked = [...table.matchAll(/command:(switchyard\.\w+)/g)].map(([, command]) => command ?? "");
    for (const command of [...used, ...linked]) expect([...editor.commands.keys()]).toContain(command);
  });

  it("hides from the palette what acts on a line of the tree", () => {
    const hidden = contributes.menus["commandPalette"]?.filter(({ when }) => when === "false");
    const here = contributes.commands.filter(({ command }) => /Here$|loadMore$/.test(command));
    expect(new Set(hidden?.map(({ command }) => command))).toEqual(new Set(here.map(({ command }) => command)));
  });

  it("takes no key from the editor outside of our view", () => {
    for (const { when } of contributes.keybindings) expect(when).toContain("focusedView == switchyard.clusters");
  });

  it("asks only for states that the code sets", () => {
    const asked = new Set([...text.matchAll(/\bswitchyard\.(is\w+|has\w+|emptiness)\b/g)].map(([name]) => name));
    expect(asked.size).toBeGreaterThan(3);
    for (const name of asked) expect(code).toContain(`"${name}"`);
  });

  it("has one text for each way the tree can be empty", () => {
    const states = contributes.viewsWelcome.flatMap(({ when }) => /emptiness == (\w+)$/.exec(when)?.[1] ?? []);
    expect(states).toEqual(["unconfigured", "disconnected", "nothing", "filtered"]);
  });

  it("shows the view that the code fills", () => {
    expect(contributes.views["switchyard"]?.map(({ id }) => id)).toEqual([...editor.trees.keys()]);
  });

  it("restricts each setting that names a host, or acts by itself, where the workspace is not trusted", () => {
    const properties = Object.keys(contributes.configuration.properties);
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    expect(restricted).toEqual(properties.filter((name) => /connect|OnStart/i.test(name)));
  });

  it("brings each kind of panel back", () => {
    const restored = manifest.activationEvents.filter((event) => event.startsWith("onWebviewPanel:"));
    expect(restored).toEqual([...editor.serializers.keys()].map((type) => `onWebviewPanel:${type}`));
  });

  it("has an icon that is large enough", () => {
    const png = readFileSync(join(root, manifest.icon));
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(128);
    expect(png.readUInt32BE(20)).toBe(png.readUInt32BE(16));
  });
});
