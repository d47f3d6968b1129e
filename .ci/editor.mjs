/**
 * Opens a VS Code that a browser shows, with an extension installed from its VSIX as a user does it.
 *
 * Invariant: everything it writes is in one folder of its own, and `stop` leaves no process behind.
 * Knows nothing of browsers: `npm start` prints its URL, the end-to-end tests drive it.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startGroup } from "./process.mjs";
import { codeServer, node24 } from "./tools.mjs";

/** An editor that shows nothing but what is asked for. */
export const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.tips.enabled": false,
  "workbench.reduceMotion": "on",
  "workbench.enableExperiments": false,
  "workbench.settings.enableNaturalLanguageSearch": false,
  "workbench.commandPalette.experimental.askChatLocation": "quickChat",
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "git.enabled": false,
  "npm.autoDetect": "off",
  "typescript.disableAutomaticTypeAcquisition": true,
  "window.menuBarVisibility": "compact",
};

const startTimeoutMs = 60_000;

/**
 * @typedef {object} Editor
 * @property {string} url            opens the folder in a browser
 * @property {string} settingsFile   the user's settings: rewrite it and the editor follows
 * @property {() => string} output   the last of what it printed, for failures
 * @property {Promise<number>} ended its exit status, should it end
 * @property {() => Promise<void>} stop
 */

/**
 * @param {object} options
 * @param {string} options.folder          the workspace
 * @param {string} [options.vsix]          installed before the editor starts
 * @param {number} [options.port]          0, the default, takes a free one
 * @param {string} [options.home]          where it keeps its data; a temporary folder, removed by `stop`, when absent
 * @param {Record<string, unknown>} [options.settings] on top of `quietSettings`
 * @param {number} [options.idleSeconds]   ends by itself after that long without a browser, at least 61
 * @returns {Promise<Editor>}
 */
export async function openEditor({ folder, vsix, port = 0, home, settings = {}, idleSeconds }) {
  const [node, entry] = await Promise.all([node24(), codeServer()]);
  const place = home ?? (await mkdtemp(join(tmpdir(), "switchyard-editor-")));
  const config = join(place, "config.yaml");
  const settingsFile = join(place, "data/User/settings.json");
  await mkdir(join(place, "data/User"), { recursive: true });
  await writeFile(config, `bind-addr: 127.0.0.1:${port}\nauth: none\ncert: false\n`);
  await writeFile(settingsFile, `${JSON.stringify({ ...quietSettings, ...settings }, null, 2)}\n`);

  const folders = ["--config", config, "--user-data-dir", join(place, "data"), "--extensions-dir", join(place, "ext")];
  if (vsix !== undefined) await install(node, [entry, ...folders, "--install-extension", vsix, "--force"]);
  const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
  const idle = idleSeconds === undefined ? [] : ["--idle-timeout-seconds", String(idleSeconds)];
  const started = await start(node, [
    entry,
    ...folders,
    ...quiet,
    ...idle,
    "--disable-getting-started-override",
    folder,
  ]);
  return {
    url: `${started.origin}/?folder=${encodeURIComponent(folder)}`,
    settingsFile,
    output: started.group.output,
    ended: started.group.ended,
    stop: async () => {
      await started.group.stop();
      if (home === undefined) await rm(place, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What an editor or a test runner around us sets would confuse the editor we start. */
const cleanEnvironment = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(VSCODE_|CODE_SERVER_|VITEST|npm_)|^(PORT|PASSWORD|NODE_OPTIONS|NODE_ENV)$/.test(name))
    .map((name) => [name, undefined]),
);

/** Installs an extension as a group too: left alone with a broken pipe, the editor's command would spin for ever. */
async function install(/** @type {string} */ node, /** @type {string[]} */ args) {
  const group = startGroup(node, args, { env: cleanEnvironment });
  const status = await group.ended;
  await group.stop();
  if (status !== 0) throw new Error(`the extension cannot be installed\n${group.output()}`);
}

/**
 * Starts the editor and waits until it answers: it prints where it listens, then serves.
 *
 * @param {string} node
 * @param {string[]} args
 */
async function start(node, args) {
  /** @type {(origin: string) => void} */
  let listening = () => {};
  const origin = new Promise((/** @type {(origin: string) => void} */ resolve) => {
    listening = resolve;
  });
  const group = startGroup(node, args, {
    env: cleanEnvironment,
    onLine: (line) => {
      const found = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (found !== undefined) listening(found);
    },
  });
  const failed = group.ended.then((status) => Promise.reject(new Error(`the editor ended with status ${status}`)));
  const late = delay(startTimeoutMs, undefined, { ref: false }).then(() =>
    Promise.reject(new Error("it did not start")),
  );
  try {
    const answered = await Promise.race([origin, failed, late]);
    await Promise.race([untilHealthy(answered), failed, late]);
    return { group, origin: answered };
  } catch (error) {
    await group.stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${group.output()}`);
  }
}

async function untilHealthy(/** @type {string} */ origin) {
  for (;;) {
    const answer = await fetch(`${origin}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(50);
  }
}
