/**
 * Stores on disk from the extension's package: unpacked where no other package can be found, run by Node alone.
 *
 * By hand: `npm run build && node .ci/package.mjs`, then this.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { readZip } from "./rig/zip.ts";
import { RunningCommand } from "./server/cli/command.ts";

const vsix = fileURLToPath(new URL("../dist/switchyard.vsix", import.meta.url));

/** Set by `npm test` where the packager could not be fetched; then this is skipped there, in words. */
const lacksVsix = process.env["SWITCHYARD_LACKS_VSIX"] !== undefined;

/** Processes take their time where many run at once. */
vi.setConfig({ testTimeout: 60_000 });

/** Has the loader of native code look for that of another system. */
const elsewhere = { npm_config_platform: "sunos" };

describe.skipIf(lacksVsix)("the extension's package", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "switchyard-unpacked-"));
    for (const entry of readZip(readFileSync(vsix))) {
      const { path } = entry;
      if (!path.startsWith("extension/")) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), entry.content());
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function start(args: readonly string[], env = {}): RunningCommand {
    const running = new RunningCommand(args, { script: join(folder, "extension/dist/cli/main.js"), env });
    onTestFinished(() => void running.end("SIGKILL"));
    return running;
  }

  async function keeper() {
    const place = `app.seen,persistent=${join(folder, "seen")}`;
    const node = start(["node", "--listen", "tcp://127.0.0.1:0", "--store", place, "--json"]);
    const { listening } = JSON.parse(await node.saying("out", /"ready":true/)) as { listening: [string] };
    const store = (...args: readonly string[]) => start(["store", listening[0], "app.seen", ...args]).ended;
    return { node, store };
  }

  it("keeps a store on disk: it is there after a kill", async () => {
    const first = await keeper();
    expect(await first.store("put", "10.0.0.1", '"seen"')).toEqual({ status: 0, out: "", err: "" });
    await first.node.end("SIGKILL");
    const second = await keeper();
    expect(await second.store("get", "10.0.0.1")).toMatchObject({ status: 0, out: '"seen"\n' });
  });

  it("says in a sentence where there is no native code for the system", async () => {
    const place = `app.seen,persistent=${join(folder, "never")}`;
    const { status, err } = await start(["node", "--listen", "tcp://127.0.0.1:0", "--store", place], elsewhere).ended;
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/^switchyard: [^\n]+native code[^\n]+ \[UNSUPPORTED\]\n$/),
    ]);
  });

  it("has a demo whose store is on disk", async () => {
    const demo = start(["demo", "--json"]);
    const { connect } = JSON.parse(await demo.saying("out", /"ready":true/)) as { connect: string };
    const { out } = await start(["store", connect, "demo.seen", "status", "--json"]).ended;
    const { nodes } = JSON.parse(out) as { nodes: readonly { role: string; isPersistent: boolean }[] };
    expect(nodes.find(({ role }) => role === "authority")).toMatchObject({ isPersistent: true });
    expect((await demo.end("SIGTERM")).status).toBe(0);
  });
});
