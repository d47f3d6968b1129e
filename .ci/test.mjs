/**
 * Runs every check, one short line each, and closes with `N passed, N failed, N skipped`.
 *
 *     node .ci/test.mjs [static | unit | browser | e2e | soak]
 *
 * `soak` is `unit` with many more tries of each fault, for hours; it is never part of a normal run.
 *
 * Invariant: the last line counts what really ran. What cannot run on this machine is skipped in words, never passed,
 * and a run of tests that found none has failed.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { build } from "./build.mjs";
import { packageExtension, packageLibrary } from "./package.mjs";
import { peers } from "./peers.mjs";
import { run, say, since } from "./process.mjs";
import { isMain, main, root, setup } from "./setup.mjs";
import { chromium, codeServer, node24, vsce } from "./tools.mjs";

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {Counts & { output?: string, words?: readonly string[] }} Result  `output` is shown when something failed
 */

const parts = ["static", "unit", "browser", "e2e", "soak"];

/** The tools of node_modules, started without npm in between. */
const tools = {
  tsc: "node_modules/typescript/bin/tsc",
  biome: "node_modules/@biomejs/biome/bin/biome",
  oxlint: "node_modules/oxlint/bin/oxlint",
  vitest: "node_modules/vitest/vitest.mjs",
};

/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0 };

/** @param {readonly string[]} chosen */
async function test(chosen) {
  const wants = (/** @type {string} */ part) => (chosen.length === 0 && part !== "soak") || chosen.includes(part);
  await setup();
  const lacks = parts.slice(1).some(wants) ? whatIsMissing() : undefined; // fetched beside the first checks

  if (wants("static")) {
    await step("types", () => check(["tsc", "-b"], ["tsc", "-p", ".ci"]));
    await step("format", () => check(["biome", "check", "."]));
    await step("lint", () => check(["oxlint", "--type-aware", "--deny-warnings"]));
  }
  if (lacks === undefined) return;
  const { browserFile, ...missing } = await lacks;
  const found = { SWITCHYARD_BROWSER: browserFile }; // for panels in a plain page
  await step("build", () => making(() => build({ types: !wants("static") }))); // the types step has written them
  await step("package", () => {
    if (missing.vsce !== undefined) return skipped(missing.vsce);
    return making(() => Promise.all([packageExtension(), packageLibrary()]));
  });
  if (wants("unit")) await step("unit", () => vitest("unit", { SWITCHYARD_LACKS_VSIX: missing.vsce, ...found }));
  if (wants("browser")) {
    await step("browser", () => (missing.browser === undefined ? vitest("browser", found) : skipped(missing.browser)));
  }
  if (wants("soak")) await step("soak", () => vitest("unit", { SOAK: "1", SIMULATIONS: "20000", ...found }));
  if (wants("e2e")) {
    await step("e2e", () => {
      const reason = missing.vsce ?? missing.editor ?? missing.browser;
      return reason === undefined ? vitest("e2e", { SWITCHYARD_PACKAGED: "1" }) : skipped(reason);
    });
  }
}

/**
 * Runs one step, prints its line, and everything it said when it failed.
 *
 * @param {string} name
 * @param {() => Result | Promise<Result>} body
 */
async function step(name, body) {
  const startMs = performance.now();
  const result = await body();
  for (const key of /** @type {const} */ (["passed", "failed", "skipped"])) total[key] += result[key];
  const verdict = result.failed > 0 ? "FAILED" : result.passed > 0 ? "ok" : "skipped";
  const counts = `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`;
  if (result.failed > 0 && result.output) say(`\n${result.output.trim()}\n`);
  say(`${name.padEnd(8)} ${verdict.padEnd(8)} ${since(startMs).padStart(8)}   ${counts}`);
  for (const words of result.words ?? []) say(`         skipped: ${words}`);
}

/**
 * Commands that together are one check.
 *
 * @param {readonly (readonly [keyof typeof tools, ...string[]])[]} commands
 * @returns {Promise<Result>}
 */
async function check(...commands) {
  let printed = "";
  for (const [tool, ...args] of commands) {
    const { status, output } = await runTool(tool, args);
    printed += output;
    if (status !== 0) return { passed: 0, failed: 1, skipped: 0, output: printed };
  }
  return { passed: 1, failed: 0, skipped: 0 };
}

/**
 * Something that is made, and counts as one check.
 *
 * @param {() => Promise<unknown>} make
 * @returns {Promise<Result>}
 */
async function making(make) {
  try {
    await make();
    return { passed: 1, failed: 0, skipped: 0 };
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, output: error instanceof Error ? error.message : String(error) };
  }
}

/** @returns {Result} */
function skipped(/** @type {string} */ reason) {
  return { passed: 0, failed: 0, skipped: 1, words: [reason] };
}

/**
 * @param {"unit" | "browser" | "e2e"} project
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Result>}
 */
async function vitest(project, env) {
  const report = join(root, `dist/test-${project}.json`);
  await mkdir(join(root, "dist"), { recursive: true });
  await rm(report, { force: true });
  const workers = project === "unit" ? [`--maxWorkers=${availableParallelism()}`] : [];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status, output } = await runTool("vitest", ["run", "--project", project, ...workers, ...reporters], env);
  const counted = count(await readReport(report), status);
  return { ...counted, output };
}

/**
 * @typedef {{ status: string, fullName: string }} Assertion
 * @typedef {{ testResults: readonly { status: string, assertionResults: readonly Assertion[] }[] }} Report
 */

/**
 * Sums a report up. A file that could not even be loaded is one failure, and so is a bad ending without any.
 *
 * @param {Report | undefined} report
 * @param {number} status
 * @returns {Result}
 */
export function count(report, status) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const of = (/** @type {string} */ wanted) => tests.filter((test) => test.status === wanted);
  const broken = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const passed = of("passed").length;
  const failed = of("failed").length + broken.length;
  const left = tests.filter((test) => test.status !== "passed" && test.status !== "failed");
  const endedBadly = status !== 0 || passed === 0;
  return {
    passed,
    failed: failed === 0 && endedBadly ? 1 : failed,
    skipped: left.length,
    words: left.map((test) => test.fullName),
  };
}

/** @returns {Promise<Report | undefined>} */
async function readReport(/** @type {string} */ file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {keyof typeof tools} tool
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function runTool(tool, args, env) {
  const path = `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  return run(process.execPath, [join(root, tools[tool]), ...args], { cwd: root, env: { ...env, PATH: path } });
}

/** For each thing that a test needs and this machine has not: a sentence. */
async function whatIsMissing() {
  const why = (/** @type {string} */ what) => (/** @type {Error} */ error) =>
    `${what} cannot be had: ${error.message.split("\n").slice(0, 2).join(" ")}`;
  const nothing = () => undefined;
  const [packager, editor, browserFile] = await Promise.all([
    Promise.all([vsce(), node24()]).then(nothing, why("vsce, which makes the extension's package,")),
    Promise.all([codeServer(), node24()]).then(nothing, why("the editor for the end-to-end tests")),
    chromiumThenPeers(), // both may call apt-get, of which one runs at a time
  ]);
  const browser = browserFile === undefined ? "no browser, and no way to install one" : undefined;
  return { vsce: packager, editor, browser, browserFile };
}

async function chromiumThenPeers() {
  const browserFile = await chromium();
  for (const line of await peers()) say(`peers    ${line}`);
  return browserFile;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const chosen = process.argv.slice(2);
    const unknown = chosen.find((part) => !parts.includes(part));
    if (unknown !== undefined) throw new Error(`no part "${unknown}"; there are ${parts.join(", ")}`);
    await test(chosen);
    say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
    if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
  });
}
