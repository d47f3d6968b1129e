/**
 * Makes the two packages from what is built: `dist/switchyard.vsix` for editors, `dist/switchyard.tgz` for npm.
 *
 * Invariant: the extension holds what .vscodeignore lets through and nothing else.
 * Knows nothing of how `dist/` came to be: see build.mjs.
 */
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { runOrThrow, say, since } from "./process.mjs";
import { isMain, main, root } from "./setup.mjs";
import { node24, vsce } from "./tools.mjs";

export const vsixFile = join(root, "dist/switchyard.vsix");
export const tarballFile = join(root, "dist/switchyard.tgz");

/** What the npm package alone needs. The editor does without, and vsce takes `files` for a rival of .vscodeignore. */
const npmOnly = ["files", "bin", "exports", "scripts", "dependencies", "devDependencies"];

/** Never of use in a package, and large or secret. */
const leftOut = new Set([".git", "node_modules", "test", "docs", "types", "screenshots"]);

/**
 * Packages the tree for editors.
 *
 * @returns {Promise<string>} the file
 */
export async function packageExtension() {
  const [node, entry, stage] = await Promise.all([node24(), vsce(), mkdtemp(join(tmpdir(), "switchyard-vsix-"))]);
  try {
    await copyTree(root, stage);
    await copyTree(join(root, "dist"), join(stage, "dist"));
    await writeManifest(stage);
    const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
    const unfinished = join(stage, "unfinished.vsix");
    await runOrThrow(node, [entry, "package", ...options, "--out", unfinished], { cwd: stage });
    await cp(unfinished, `${vsixFile}.new`);
    await rename(`${vsixFile}.new`, vsixFile);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  return vsixFile;
}

/**
 * Packages the library and the command for npm.
 *
 * @returns {Promise<string>} the file
 */
export async function packageLibrary() {
  const target = await mkdtemp(join(root, "dist/.npm-pack-"));
  try {
    await runOrThrow("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", target], { cwd: root });
    const [packed] = await readdir(target);
    if (packed === undefined) throw new Error("npm pack made no file");
    await rename(join(target, packed), tarballFile);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  return tarballFile;
}

async function copyTree(/** @type {string} */ from, /** @type {string} */ to) {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const skipped =
      leftOut.has(entry.name) || entry.name === "dist" || /\.(vsix|tgz)(\.new)?$|^\.npm-pack/.test(entry.name);
    if (!skipped) await cp(join(from, entry.name), join(to, entry.name), { recursive: true });
  }
}

async function writeManifest(/** @type {string} */ stage) {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const key of npmOnly) delete manifest[key];
  await writeFile(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const startMs = performance.now();
    const files = await Promise.all([packageExtension(), packageLibrary()]);
    for (const file of files) say(`package  ${relative(root, file)}`);
    say(`package  done in ${since(startMs)}`);
  });
}
