/**
 * From a clone to live events: sets up, builds, starts the demo cluster and opens the workbench on it.
 *
 *     node .ci/start.mjs [--browser] [--port N]     --browser: the browser's editor even where `code` is installed
 *
 * Invariant: Ctrl-C, or the end of the demo, ends everything that was started here.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { openEditor } from "./editor.mjs";
import { packageExtension } from "./package.mjs";
import { run, runOrThrow, say, since, startGroup } from "./process.mjs";
import { isMain, main, root, setup } from "./setup.mjs";
import { codeServer, node24, vsce, which } from "./tools.mjs";

const command = join(root, "dist/cli/main.js");

/** What has been started, to be ended last first. @type {(() => Promise<unknown>)[]} */
const cleanups = [];

/** @param {{ browser: boolean, port: number }} options */
async function start({ browser, port }) {
  const startMs = performance.now();
  await setup();
  const code = browser ? undefined : await installedEditor();
  const fetched = Promise.all([node24(), vsce(), code === undefined ? codeServer() : undefined]);
  fetched.catch(() => undefined); // awaited below; until then its failure is nobody's
  await timed("build", () => build({ types: false }));

  const demo = startDemo();
  cleanups.push(demo.group.stop);
  const [ready, vsix] = await Promise.all([
    timed("demo", () => demo.ready),
    timed("package", () => fetched.then(packageExtension)),
  ]);
  const folder = await writeWorkspace(ready.connect);
  const ended = [demo.group.ended.then((status) => `the demo ended with status ${status}\n${demo.group.output()}`)];
  if (code === undefined) {
    const editor = await timed("editor", () => openEditor({ folder, vsix, port }));
    cleanups.push(editor.stop);
    ended.push(editor.ended.then((status) => `the editor ended with status ${status}\n${editor.output()}`));
    say(`\nReady after ${since(startMs)}. The workbench, connected to the demo cluster:\n\n    ${editor.url}\n`);
    await openBrowser(editor.url);
  } else {
    await timed("editor", () => runOrThrow(code, ["--install-extension", vsix, "--force"]));
    await runOrThrow(code, ["--new-window", folder]);
    say(`\nReady after ${since(startMs)}. VS Code opens on the demo cluster; trust the folder when it asks.\n`);
  }
  say(`The cluster is at ${ready.connect}; from another terminal:  node dist/cli/main.js topo ${ready.connect}`);
  say("Ctrl-C ends all of it.\n");
  demo.live.isShown = true;
  cleanups.push(async () => demo.live.end());
  throw new Error(await Promise.race(ended));
}

/** VS Code itself, where it is installed and could show a window. */
async function installedEditor() {
  return hasDisplay() || process.env.VSCODE_IPC_HOOK_CLI ? which("code") : undefined;
}

function hasDisplay() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform !== "linux" || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
}

/**
 * Starts the demo cluster. The first line that it prints says where to connect, and each further one what its nodes have
 * done up to then.
 */
function startDemo() {
  /** @type {(ready: { connect: string }) => void} */
  let tell = () => {};
  const told = new Promise((/** @type {typeof tell} */ resolve) => {
    tell = resolve;
  });
  const live = new LiveLine();
  const group = startGroup(process.execPath, [command, "demo", "--json"], {
    onLine: (line) => {
      const message = parse(line);
      if (message?.ready === true && typeof message.connect === "string") tell({ connect: message.connect });
      else if (message?.nodes) live.update(/** @type {Record<string, NodeCounts>} */ (message.nodes));
    },
  });
  const failed = group.ended.then((status) => {
    throw new Error(`the demo cluster ended with status ${status}\n${group.output()}`);
  });
  return { group, live, ready: Promise.race([told, failed]) };
}

/** A folder whose settings connect the workbench to the cluster. */
async function writeWorkspace(/** @type {string} */ location) {
  const place = await mkdtemp(join(tmpdir(), "switchyard-"));
  cleanups.push(() => rm(place, { recursive: true, force: true, maxRetries: 5 }));
  const folder = join(place, "demo");
  const settings = {
    "switchyard.connections": [{ name: "demo", location }],
    "switchyard.connectOnStart": "demo",
    "switchyard.monitorOnStart": ["demo.*"],
  };
  await mkdir(join(folder, ".vscode"), { recursive: true });
  await writeFile(join(folder, ".vscode/settings.json"), `${JSON.stringify(settings, null, 2)}\n`);
  return folder;
}

/** Opens the user's browser where there is a screen; elsewhere the printed address has to do. */
async function openBrowser(/** @type {string} */ url) {
  if (!hasDisplay()) return;
  if (process.platform === "darwin") await run("open", [url]);
  else if (process.platform === "win32") await run("cmd.exe", ["/c", "start", "", url]);
  else await run("xdg-open", [url]);
}

/** What one node has done since it started. @typedef {{ raised: number, forwarded: number, delivered: number }} NodeCounts */

/** One line that follows the cluster: rewritten in place on a terminal, a new one every 10 s elsewhere. */
class LiveLine {
  isShown = false;
  #raised = 0;
  #sinceMs = 0;

  update(/** @type {Record<string, NodeCounts>} */ nodes) {
    const counts = Object.values(nodes);
    const sum = (/** @type {keyof NodeCounts} */ what) => counts.reduce((total, node) => total + node[what], 0);
    const raised = sum("raised");
    const isTerminal = process.stdout.isTTY === true;
    const elapsedMs = performance.now() - this.#sinceMs;
    if (this.isShown && !isTerminal && elapsedMs < 10_000) return;
    const rate = ((raised - this.#raised) * 1_000) / elapsedMs;
    this.#raised = raised;
    this.#sinceMs += elapsedMs;
    if (!this.isShown) return;
    const line =
      `live     ${counts.length} nodes: ${raised} raised (${rate.toFixed(0)}/s), ` +
      `${sum("forwarded")} forwarded, ${sum("delivered")} delivered`;
    if (isTerminal) process.stdout.write(`\r\x1b[K${line.slice(0, (process.stdout.columns ?? 80) - 1)}`);
    else say(line);
  }

  /** Leaves the line as it is, and goes on below it. */
  end() {
    if (this.isShown && process.stdout.isTTY) say("");
    this.isShown = false;
  }
}

/** @returns {Record<string, unknown> | undefined} undefined for what is no JSON object */
function parse(/** @type {string} */ line) {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
async function timed(name, body) {
  const startMs = performance.now();
  const result = await body();
  say(`${name.padEnd(8)} ${since(startMs)}`);
  return result;
}

let isEnding = false;

async function end() {
  if (isEnding) return;
  isEnding = true;
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

if (isMain(import.meta.url)) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (isEnding) process.exit(1); // asked twice: at once
      void end().then(() => process.exit(0));
    });
  }
  await main(async () => {
    const { values } = parseArgs({
      options: { browser: { type: "boolean", default: false }, port: { type: "string", default: "0" } },
    });
    try {
      await start({ browser: values.browser, port: Number(values.port) });
    } catch (error) {
      if (!isEnding) throw error; // else: what we end ourselves is no failure
    } finally {
      await end();
    }
  });
}
