/**
 * Makes `node_modules` match package-lock.json, once, and says so; a few milliseconds when it does already.
 *
 * Everything else in this folder calls this first, so it needs nothing but Node and npm itself.
 */
import { realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { run, say, since } from "./process.mjs";

/** The folder of package.json. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const oldestNode = [20, 19];

/** Installs what is missing. Throws a sentence for people when it cannot. */
export async function setup() {
  checkNode(process.versions.node);
  const [wanted, installed] = await Promise.all([
    readPackages(join(root, "package-lock.json")),
    readPackages(join(root, "node_modules", ".package-lock.json")),
  ]);
  if (wanted === undefined) throw new Error("package-lock.json is missing or unreadable; is this a whole clone?");
  if (installed !== undefined && isInstalled(wanted, installed)) return;

  say(`setup    installing ${Object.keys(wanted).length} packages…`);
  const startMs = performance.now();
  await install();
  say(`setup    dependencies installed in ${since(startMs)}`);
}

/** Installs what the lock file says, to the letter where npm agrees to that. */
async function install() {
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const strict = await run("npm", ["ci", ...quiet], { cwd: root });
  if (strict.status === 0) return;
  // A lock file that lacks optional packages of other platforms is refused by `npm ci`; the versions it has still hold.
  const isIncomplete = strict.output.includes("EUSAGE");
  const { status, output } = isIncomplete
    ? await run("npm", ["install", "--no-save", ...quiet], { cwd: root })
    : strict;
  if (status === 0) return;
  const reason = output.trim().split("\n").slice(0, 20).join("\n");
  throw new Error(`npm cannot install the dependencies; the network is needed this once\n${reason}`);
}

/** @param {string} version */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(`Node ${version} is too old: switchyard needs ${oldestNode.join(".")} or later`);
}

/**
 * npm writes what it installed into a lock file of its own, last of all: a half-done install has none.
 *
 * @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Packages
 * @param {Packages} wanted
 * @param {Packages} installed
 */
export function isInstalled(wanted, installed) {
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return optional === true; // for another platform
    return found.version === version;
  });
}

/**
 * @param {string} file
 * @returns {Promise<Packages | undefined>}
 */
async function readPackages(file) {
  try {
    return JSON.parse(await readFile(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** True for the script that was started, false for one that was imported. */
export function isMain(/** @type {string} */ moduleUrl) {
  return process.argv[1] !== undefined && pathToFileURL(realpathSync(process.argv[1])).href === moduleUrl;
}

/** Runs a script's main function; a failure is its message alone, and exit status 1. */
export async function main(/** @type {() => Promise<void>} */ body) {
  try {
    await body();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (isMain(import.meta.url)) await main(setup);
