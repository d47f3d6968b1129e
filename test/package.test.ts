/**
 * What users install: the extension's package and the npm package, as `npm test` has just made them.
 *
 * By hand: `npm run build && node .ci/package.mjs`, then this.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { readZip } from "./rig/zip.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const vsix = join(root, "dist/switchyard.vsix");
const tarball = join(root, "dist/switchyard.tgz");

/** Set by `npm test` where the packager could not be fetched; then this is skipped there, in words. */
const lacksVsix = process.env["SWITCHYARD_LACKS_VSIX"] !== undefined;

const expectedInVsix = [
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
  /^extension\/(package\.json|package\.nls(\.[\w-]+)?\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/extension\/(media|l10n)\/[\w./-]+\.(svg|png|md|json)$/,
  /^extension\/dist\/NOTICES\.txt$/,
  /^extension\/dist\/server\/main\.js$/,
  /^extension\/dist\/cli\/(main|[\w-]+-[0-9A-Z]{8})\.js$/,
  /^extension\/dist\/extension\/main\.cjs$/,
  /^extension\/dist\/native\/(classic-level\.cjs|prebuilds\/(darwin|linux|win32)-[\w+]+\/classic-level(\.\w+)?\.node)$/,
  /^extension\/dist\/webview\/[\w-]+\.(js|css|ttf|svg)$/,
];

const expectedInTarball = [
  /^package\/(package\.json|README\.md|LICENSE)$/,
  /^package\/dist\/cli\/((main|[\w-]+-[0-9A-Z]{8})\.js(\.map)?|NOTICES\.txt)$/,
  /^package\/dist\/library\/index\.js(\.map)?$/,
  /^package\/dist\/types\/library\/[\w./-]+\.d\.ts$/,
  /^package\/docs\/schemas\/[\w-]+\.schema\.json$/,
];

describe.skipIf(lacksVsix)("the extension's package", () => {
  const entries = () => readZip(readFileSync(vsix));

  it("holds what it should and nothing else", () => {
    const paths = entries().map(({ path }) => path);
    expect(paths.filter((path) => !expectedInVsix.some((pattern) => pattern.test(path)))).toEqual([]);
    for (const main of ["extension/main.cjs", "server/main.js", "cli/main.js", "webview/main.js", "webview/main.css"]) {
      expect(paths).toContain(`extension/dist/${main}`);
    }
  });

  it("has every file that its manifest names", () => {
    const paths = new Set(entries().map(({ path }) => path));
    const manifest = JSON.parse(fileIn(entries(), "extension/package.json"));
    const named = [manifest.main, ...filesNamedIn({ icon: manifest.icon, contributes: manifest.contributes })];
    const missing = named.filter((file: string) => !paths.has(join("extension", file).replaceAll("\\", "/")));
    expect(missing).toEqual([]);
  });

  it("is at most 3 MB", () => {
    expect(statSync(vsix).size).toBeLessThanOrEqual(3_000_000);
  });

  it("keeps the panels' script within 250 kB", () => {
    const script = entries().find(({ path }) => path === "extension/dist/webview/main.js");
    expect(script?.bytes).toBeLessThanOrEqual(250_000);
  });

  it("carries the licences of what is bundled into it", () => {
    const notices = fileIn(entries(), "extension/dist/NOTICES.txt");
    const bundled = ["msgpackr", "preact", "vscode-languageclient", "@vscode/codicons", "classic-level", "leveldb"];
    expect(bundled.filter((name) => !notices.includes(`\n${name} `))).toEqual([]);
  });
});

describe("the npm package", () => {
  /** Inside the tree by default, so that the library finds the packages it depends on as it would once installed. */
  const unpacked = (place = join(root, "dist")) => {
    const folder = mkdtempSync(join(place, ".unpacked-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    execFileSync("tar", ["-xzf", tarball, "-C", folder]);
    return folder;
  };

  it("holds what it should and nothing else", () => {
    const folder = unpacked();
    const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll("\\", "/"),
      );
    expect(paths.filter((path) => !expectedInTarball.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(paths).toContain("package/dist/types/library/index.d.ts");
  });

  it("has a library that loads by its name, and whose types a program compiles against", () => {
    const folder = join(unpacked(), "package"); // where its own name leads through `exports`, as at a user's
    const run = (...args: readonly string[]) =>
      execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).trim();
    expect(run("-e", `import("switchyard").then((all) => console.log(typeof all.Context))`)).toBe("function");

    const program = `import { Context } from "switchyard";\nexport const context: Context = new Context();\n`;
    writeFileSync(join(folder, "program.ts"), program);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const options = ["--noEmit", "--ignoreConfig", "--strict", "--module", "nodenext", "--types", "node"];
    expect(run(tsc, ...options, "program.ts")).toBe("");
  });

  it("has a command that starts without any other package", () => {
    const command = join(unpacked(tmpdir()), "package/dist/cli/main.js");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(execFileSync(process.execPath, [command, "--version"], { encoding: "utf8" })).toContain(version);
  });
});

function fileIn(entries: ReturnType<typeof readZip>, path: string): string {
  return (
    entries
      .find((entry) => entry.path === path)
      ?.content()
      .toString("utf8") ?? ""
  );
}

/** Every string below that is a path of a file: `./…` or `extension/…`. */
function filesNamedIn(value: unknown): readonly string[] {
  if (typeof value === "string") return /^(\.\/|extension\/|dist\/)/.test(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(filesNamedIn) : [];
}
