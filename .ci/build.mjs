/**
 * Bundles everything into `dist/`, and has the compiler write the declarations beside it.
 *
 *     node .ci/build.mjs [--watch] [--no-types]
 *
 * Invariant: `dist/` is rebuilt from sources alone, and one bundle that fails does not stop the others.
 * Knows nothing of packages made from `dist/`: see package.mjs.
 */
import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { copyBuilds, nativeBeside, nativeBundle } from "./native.mjs";
import { writeNotices } from "./notices.mjs";
import { run, say, since } from "./process.mjs";
import { isMain, main, root, setup } from "./setup.mjs";

/** CommonJS packages bundled into a module still want a `require`. */
const requireBanner =
  'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);';

/** LevelDB is loaded from disk, and ws and msgpackr do without their optional speed-ups. */
const nativeCode = { external: ["msgpackr-extract", "bufferutil", "utf-8-validate"], plugins: [nativeBeside] };

/** Where what the shell starts as `switchyard` is: a script, and a piece for each of its commands, loaded on demand. */
const commandFolder = "dist/cli";

/** @type {import("esbuild").BuildOptions} */
const forNode = { platform: "node", format: "esm", target: "node20.19", mainFields: ["module", "main"] };

/** @type {import("esbuild").BuildOptions} */
const forBrowser = {
  platform: "browser",
  target: "es2022",
  minify: true,
  loader: { ".ttf": "file", ".svg": "dataurl" },
  assetNames: "[name]",
};

/**
 * @typedef {object} Bundle
 * @property {string} entry
 * @property {string} [outfile] the bundle, when it is one file
 * @property {string} [outdir] the folder of its pieces, which has nothing else in it
 * @property {import("esbuild").BuildOptions} options
 */

/** @type {readonly Bundle[]} */
const bundles = [
  {
    entry: "library/index.ts",
    outfile: "dist/library/index.js",
    options: { ...forNode, packages: "external", sourcemap: "linked" },
  },
  {
    entry: "server/cli/main.ts",
    outdir: commandFolder,
    options: {
      ...forNode,
      splitting: true,
      chunkNames: "[name]-[hash]",
      ...nativeCode,
      sourcemap: "linked",
      banner: { js: requireBanner },
    },
  },
  {
    entry: "server/main.ts",
    outfile: "dist/server/main.js",
    options: { ...forNode, ...nativeCode, sourcemap: "linked", banner: { js: requireBanner } },
  },
  { ...nativeBundle, options: { ...forNode, format: "cjs", minify: true } },
  {
    entry: "extension/main.ts",
    outfile: "dist/extension/main.cjs",
    options: { ...forNode, format: "cjs", external: ["vscode"], minify: true, keepNames: true },
  },
  {
    entry: "webview/main.tsx",
    outfile: "dist/webview/main.js",
    options: { ...forBrowser, format: "esm", jsx: "automatic", jsxImportSource: "preact" },
  },
];

/**
 * Builds everything. Throws with the compiler's words when anything does not build.
 *
 * @param {{ types?: boolean }} [options] `types: false` leaves the declarations as they are
 * @returns {Promise<readonly string[]>} what was made, for people
 */
export async function build({ types = true } = {}) {
  await copyBuilds();
  const made = await Promise.allSettled([...bundles.map(bundle), ...(types ? [declare()] : [])]);
  const metafiles = made.flatMap((result) => (result.status === "fulfilled" && result.value ? [result.value] : []));
  await copyIcons();
  await writeNotices(metafiles);
  const failures = made.flatMap((result) => (result.status === "rejected" ? [result.reason.message] : []));
  if (failures.length > 0) throw new Error(failures.join("\n\n"));
  return metafiles.flatMap(describe);
}

/** The declarations, by the compiler. */
async function declare() {
  const { status, output } = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], {
    cwd: root,
  });
  if (status !== 0) throw new Error(`tsc -b: the declarations are not whole\n${output.trim()}`);
}

/** Builds, and prints what was made. */
async function report(/** @type {Parameters<typeof build>[0]} */ options) {
  const startMs = performance.now();
  for (const line of await build(options)) say(`build    ${line}`);
  say(`build    done in ${since(startMs)}`);
}

/** Builds once, then again whenever a source changes, until it is told to stop. */
async function watch() {
  const { context } = await import("esbuild");
  await report({ types: false });
  for (const bundle of bundles) await (await context({ ...toOptions(bundle), logLevel: "info" })).watch();
  say("build    watching; Ctrl-C ends it");
}

/**
 * @param {Bundle} bundle
 * @returns {Promise<import("esbuild").Metafile>}
 */
async function bundle(bundle) {
  const esbuild = await import("esbuild");
  const { entry, outdir } = bundle;
  if (outdir !== undefined) await rm(join(root, outdir), { recursive: true, force: true });
  const { metafile } = await esbuild.build(toOptions(bundle)).catch((failure) => {
    const words = esbuild.formatMessagesSync(failure.errors ?? [], { kind: "error", color: process.stdout.isTTY });
    throw new Error(`${entry} does not build\n${words.join("").trim() || failure.message}`);
  });
  if (outdir === commandFolder) await chmod(join(root, commandFolder, "main.js"), 0o755);
  return /** @type {import("esbuild").Metafile} */ (metafile);
}

/**
 * @param {Bundle} bundle
 * @returns {import("esbuild").BuildOptions}
 */
function toOptions({ entry, outfile, outdir, options }) {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    ...(outfile === undefined ? { outdir } : { outfile }),
    bundle: true,
    metafile: true,
    logLevel: "silent",
    legalComments: "none",
    ...options,
  };
}

/** The icons lie beside the panels' script, which knows them by class alone. */
async function copyIcons() {
  await mkdir(join(root, "dist/webview"), { recursive: true });
  for (const file of ["codicon.css", "codicon.ttf"]) {
    await copyFile(join(root, "node_modules/@vscode/codicons/dist", file), join(root, "dist/webview", file));
  }
}

/** What a bundle in pieces has besides its entry. */
const isPiece = /-[0-9A-Z]{8}\.js$/;

/**
 * A line for each file that was made, but for mere pieces: its size, and what it still loads at run time. For an extension that must be Node's
 * own, the editor's, or native code.
 *
 * @param {import("esbuild").Metafile} metafile
 */
function describe({ outputs }) {
  const scripts = Object.entries(outputs).filter(([file]) => !file.endsWith(".map") && !isPiece.test(file));
  return scripts.map(([file, { bytes, imports }]) => {
    const left = imports.filter(({ external, path }) => external && !isBuiltin(path) && path !== "vscode");
    const names = [...new Set(left.map(({ path }) => path))].join(", ");
    const size = `${file.padEnd(26)} ${(bytes / 1000).toFixed(1).padStart(8)} kB`;
    return names === "" ? size : `${size}, loads ${names}`;
  });
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await setup();
    if (process.argv.includes("--watch")) await watch();
    else await report({ types: !process.argv.includes("--no-types") });
  });
}
