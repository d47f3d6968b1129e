/**
 * The tools for checking and showing the workbench that are no dependencies of it: Node 24, an editor, vsce, a browser.
 *
 * Invariant: each lives in a cache folder of its own, named by version, made whole in one rename; a second call finds it
 * and needs no network. Nothing here ends up in the package.
 */
import { existsSync } from "node:fs";
import { access, constants, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { run, runOrThrow, say, since } from "./process.mjs";
import { isMain, main } from "./setup.mjs";

export const versions = { node: "24.9.0", codeServer: "4.139.1", vsce: "4.1.0" };

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "switchyard");

/** A Node 24, which the editor and vsce want: the one that runs this, or one from the registry. */
export async function node24() {
  if (process.versions.node.startsWith("24.")) return process.execPath;
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = await cached(`${name}-${versions.node}`, (target) => npmInstall(target, `${name}@${versions.node}`));
  return join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
}

/** The entry script of code-server: a VS Code that a browser shows. Run it with `node24()`. */
export async function codeServer() {
  const folder = await cached(`code-server-${versions.codeServer}`, async (target) => {
    await npmInstall(target, `code-server@${versions.codeServer}`);
    // Its native add-ons stay unbuilt: no terminal and no file search, which nothing here needs.
    await npmInstall(join(target, "node_modules/code-server/lib/vscode"), "--omit=dev");
  });
  return join(folder, "node_modules/code-server/out/node/entry.js");
}

/** The entry script of vsce, which makes a VSIX. Run it with `node24()`. */
export async function vsce() {
  const name = `vsce-${versions.vsce}`;
  const folder = await cached(name, (target) => npmInstall(target, `@vscode/vsce@${versions.vsce}`));
  return join(folder, "node_modules/@vscode/vsce/vsce");
}

const browserNames = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "msedge",
];

const browserPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ...[process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"]].flatMap((folder) =>
    folder
      ? [join(folder, "Google/Chrome/Application/chrome.exe"), join(folder, "Microsoft/Edge/Application/msedge.exe")]
      : [],
  ),
];

/**
 * A browser of the Chromium family. Where there is none, Debian's is installed if we may.
 *
 * @returns {Promise<string | undefined>} undefined, with the reason said, where none can be had
 */
export async function chromium() {
  const found = await findBrowser();
  if (found !== undefined) return found;

  if (!mayInstallPackages()) {
    say("browser  no Chromium, Chrome or Edge on this machine; install one, for example: apt-get install chromium");
    return undefined;
  }
  say("browser  installing Debian's chromium…");
  await installPackages("chromium");
  return findBrowser();
}

/** Whether this machine is a Debian, and we its root. */
export function mayInstallPackages() {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/etc/debian_version");
}

/** Installs packages of Debian; says so when that fails. */
export async function installPackages(/** @type {readonly string[]} */ ...names) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-qq"], { env });
  const install = ["install", "-y", "-qq", "--no-install-recommends", ...names];
  const { status, output } = await run("apt-get", install, { env });
  if (status !== 0) say(`tools    apt-get install ${names.join(" ")} failed\n${output.trim()}`);
}

/** The full path of a command on the PATH, or in one of these folders. */
export async function which(/** @type {string} */ command, /** @type {readonly string[]} */ ...folders) {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), ...folders]) {
    for (const ending of endings) {
      const file = join(folder, command + ending);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
}

async function findBrowser() {
  for (const name of browserNames) {
    const file = await which(name);
    if (file !== undefined) return file;
  }
  return browserPlaces.find((file) => existsSync(file));
}

async function isExecutable(/** @type {string} */ file) {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is being made right now, so that two callers in one process share it. @type {Map<string, Promise<string>>} */
const underWay = new Map();

/**
 * The cache folder of that name, made by `fill` when it is not there yet.
 *
 * @param {string} name
 * @param {(target: string) => Promise<void>} fill
 * @returns {Promise<string>}
 */
export function cached(name, fill) {
  const pending = underWay.get(name) ?? make(name, fill);
  underWay.set(name, pending);
  return pending;
}

/**
 * @param {string} name
 * @param {(target: string) => Promise<void>} fill
 */
async function make(name, fill) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  say(`tools    ${name}: once on this machine…`);
  const startMs = performance.now();
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, `.${name}-`));
  try {
    await fill(unfinished);
    await rename(unfinished, folder).catch((error) => {
      if (!existsSync(folder)) throw error; // else somebody else was faster
    });
    say(`tools    ${name}: ready in ${since(startMs)}`);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Installs without running anybody's scripts, and without a look at the project this is called from. */
export async function npmInstall(/** @type {string} */ target, /** @type {readonly string[]} */ ...what) {
  if (!existsSync(join(target, "package.json"))) await writeFile(join(target, "package.json"), '{ "private": true }\n');
  const npm = [
    "install",
    ...what,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--prefer-offline",
  ];
  await runOrThrow("npm", npm, { cwd: target, env: { INIT_CWD: target, npm_config_local_prefix: target } });
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const found = await Promise.all([node24(), codeServer(), vsce(), chromium()]);
    for (const file of found) say(`tools    ${file ?? "none"}`);
  });
}
