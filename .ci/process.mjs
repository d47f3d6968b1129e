/**
 * Child processes for the scripts in this folder: run one to its end, or start one that leads a group and end the whole group.
 *
 * Invariant: nothing outlives the script by accident; what `startGroup` began ends with `stop`, with every helper it left.
 * Knows nothing of npm, editors or tests.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** The tools of Windows are batch files, which only a shell starts. */
const needsShell = process.platform === "win32";

/**
 * Runs a command to its end and keeps what it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<{ status: number, output: string }>} status 127 where the command does not exist
 */
export function run(command, args, { cwd, env, onOutput } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      shell: needsShell && !command.endsWith(".exe"),
    });
    let output = "";
    const keep = (/** @type {string} */ text) => {
      output += text;
      onOutput?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => resolve({ status: 127, output: `${output}${command}: ${error.message}\n` }));
    child.on("close", (code, signal) => resolve({ status: code ?? (signal ? 1 : 0), output }));
  });
}

/**
 * Like `run`, and throws what the command printed unless it ends well.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 * @returns {Promise<string>} what it printed
 */
export async function runOrThrow(command, args, options) {
  const { status, output } = await run(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${status}\n${output.trim()}`);
  return output;
}

/**
 * @typedef {object} Group
 * @property {import("node:child_process").ChildProcess} child
 * @property {Promise<number>} ended  its exit status, once it ended, by itself or not
 * @property {() => string} output    the last 64 kB of what it printed
 * @property {() => Promise<void>} stop  ends it with all its helpers; harmless when it has ended
 */

/**
 * Starts a process that leads a group of its own.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options] `onLine` gets stdout
 * @returns {Group}
 */
export function startGroup(command, args, { cwd, env, onLine } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  let printed = "";
  let unfinished = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed = (printed + text).slice(-65_536);
    if (onLine === undefined) return;
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    printed = (printed + text).slice(-65_536);
  });
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.on("error", (error) => {
      printed += `${command}: ${error.message}\n`;
      resolve(127);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
  // A script that ends early takes its groups along.
  const endNow = () => child.pid !== undefined && signalGroup(child.pid, "SIGKILL");
  process.once("exit", endNow);
  const stop = async () => {
    await endGroup(child, ended);
    process.off("exit", endNow);
  };
  return { child, ended, output: () => printed, stop };
}

/**
 * Asks the whole group to end, and insists after three seconds.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {Promise<number>} ended
 */
async function endGroup(child, ended) {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    await run("taskkill.exe", ["/pid", String(child.pid), "/t", "/f"]);
    return;
  }
  const deadlineMs = Date.now() + 3_000;
  signalGroup(child.pid, "SIGTERM");
  await Promise.race([ended, delay(3_000, undefined, { ref: false })]);
  // Helpers may outlive their leader by a moment: wait until the group is empty.
  while (signalGroup(child.pid, 0)) {
    if (Date.now() > deadlineMs) signalGroup(child.pid, "SIGKILL");
    await delay(20);
  }
}

/**
 * @param {number} leader
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} false when nobody of the group is left
 */
function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

/** A port on loopback that was free a moment ago. */
export function freePort() {
  return new Promise((/** @type {(port: number) => void} */ resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

/** Prints one line of progress. */
export function say(/** @type {string} */ line) {
  process.stdout.write(`${line}\n`);
}

/** `1.2 s` since a `performance.now()`. */
export function since(/** @type {number} */ startMs) {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}
