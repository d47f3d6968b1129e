/**
 * LevelDB for what is bundled: `dist/native`, which the command and the server load when the first store is opened.
 *
 * Invariant: a bundle takes what lies beside it, and only where nothing does, as in the npm package, the installed one.
 * Knows nothing of stores. See docs/decisions/0020-native-code.md.
 */
import { cp, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "./setup.mjs";

const installed = "node_modules/classic-level";
const folder = "dist/native";

/** Where editors run, as far as there is a build for it; what the package has for phones and 32-bit Windows stays out. */
const builds = [
  "darwin-x64+arm64/classic-level.node",
  "linux-arm/classic-level.armv7.node",
  "linux-arm64/classic-level.armv8.node",
  "linux-x64/classic-level.musl.node",
  "linux-x64/classic-level.node",
  "win32-x64/classic-level.node",
];

/** Packages and parts of them that are inside the native code, each with the file of its licence. */
export const nativeParts = [
  { name: "leveldb 1.20 (BSD-3-Clause)", licence: join(installed, "deps/leveldb/leveldb-1.20/LICENSE") },
  { name: "snappy (BSD-3-Clause)", licence: join(installed, "deps/snappy/snappy/COPYING") },
  { name: "napi-macros (MIT)", licence: "node_modules/napi-macros/LICENSE" },
];

/** The JavaScript around it, in a folder where that finds the builds: beside itself. */
export const nativeBundle = { entry: `${installed}/index.js`, outfile: `${folder}/classic-level.cjs` };

/** One that is the same already is left alone: on Windows nobody may write over what a process has loaded. */
export async function copyBuilds() {
  for (const build of builds) {
    const source = join(root, installed, "prebuilds", build);
    const target = join(root, folder, "prebuilds", build);
    const present = await readFile(target).catch(() => undefined);
    if (present?.equals(await readFile(source))) continue;
    await mkdir(dirname(target), { recursive: true });
    await cp(source, target);
  }
}

const loader = `
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
const beside = fileURLToPath(new URL("../native/classic-level.cjs", import.meta.url));
export const { ClassicLevel } = createRequire(import.meta.url)(existsSync(beside) ? beside : "classic-level");
`;

/** What `classic-level` is in a bundle that lies in a folder beside `native`. @type {import("esbuild").Plugin} */
export const nativeBeside = {
  name: "native-beside",
  setup: (builder) => {
    builder.onResolve({ filter: /^classic-level$/ }, ({ path }) => ({ path, namespace: "native" }));
    builder.onLoad({ filter: /.*/, namespace: "native" }, () => ({ contents: loader, loader: "js" }));
  },
};
