/**
 * Names every package whose code or font is inside a bundle, with its licence: NOTICES.txt, in both
 * packages.
 *
 * Invariant: the list comes from what the bundler really put in, so it cannot go stale; but for native code, of which
 * native.mjs says what is inside.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeParts } from "./native.mjs";
import { root } from "./setup.mjs";

/** Copied beside the bundles rather than into them. */
const copiedPackages = ["node_modules/@vscode/codicons"];

/** @param {readonly import("esbuild").Metafile[]} metafiles */
export async function writeNotices(metafiles) {
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)),
  );
  const folders = new Set(copiedPackages);
  for (const input of inputs) {
    const folder = packageFolder(input);
    if (folder !== undefined) folders.add(folder);
  }
  const notices = await Promise.all([...folders].sort().map(notice));
  const head = "Switchyard contains the following packages, under their own licences.\n";
  const native = await Promise.all(
    nativeParts.map(
      async ({ name, licence }) => `${name}\n\n${(await readFile(join(root, licence), "utf8")).trim()}\n`,
    ),
  );
  const words = [head, ...notices, ...native].join(`\n${"-".repeat(78)}\n\n`);
  for (const folder of ["dist", "dist/cli"]) {
    await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(root, folder, "NOTICES.txt"), words);
  }
}

/**
 * The folder of the package that a bundled file belongs to; undefined for a file of our own.
 *
 * @param {string} input as the bundler names it, relative to the root
 */
export function packageFolder(input) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

async function notice(/** @type {string} */ folder) {
  const { name, version, license } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
  const files = existsSync(join(root, folder)) ? await readdir(join(root, folder)) : [];
  const licenceFile = files.find((file) => /^licen[cs]e/i.test(file) && !/code/i.test(file));
  const words =
    licenceFile === undefined ? "" : `\n${(await readFile(join(root, folder, licenceFile), "utf8")).trim()}\n`;
  return `${name} ${version} (${license})\n${words}`;
}
