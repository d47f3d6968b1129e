/** Real processes over the real language client: what is started comes up, says why it ended, and is gone in the end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { startSession } from "../../extension/session.ts";
import { anyVscode } from "../fakes/any-vscode.ts";
import { editor } from "../fakes/editor.ts";
import { CancellationTokenSource, fakeLog } from "../fakes/vscode.ts";
import { bundled } from "./bundle.ts";

/** A language server of a few lines, which does as it is told. */
const serverProgram = `
const answers = {
  initialize: () => ({ capabilities: {} }),
  shutdown: () => null,
  "test/pid": () => process.pid,
  "test/fail": () => { throw { code: -32000, message: "x", data: { code: "BAD_TOPIC", message: "no topic" } }; },
  "test/never": () => undefined,
  "test/mirror": ({ token }) => token.split("").reverse().join(""),
  "test/crash": () => { throwLater(new TypeError("told to crash")); },
};
function throwLater(error) { setImmediate(() => { throw error; }); }
process.on("message", ({ id, method, params }) => {
  if (method === "exit") process.exit(0);
  if (method === "initialized") process.send({ jsonrpc: "2.0", method: "test/hello", params: { from: "server" } });
  if (id === undefined || answers[method] === undefined) return;
  try {
    const result = answers[method](params);
    if (result !== undefined) process.send({ jsonrpc: "2.0", id, result });
  } catch (error) {
    process.send({ jsonrpc: "2.0", id, error });
  }
});
`;

let folder: string;
let start: typeof startSession;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-session-"));
  const load = await bundled<{ readonly startSession: typeof startSession }>("session.ts", anyVscode);
  start = load().startSession;
  await writeFile(join(folder, "server.mjs"), serverProgram);
  await writeFile(join(folder, "broken.mjs"), 'throw new Error("this installation is broken");');
  await writeFile(join(folder, "deaf.mjs"), "process.on('message', () => {});");
  await writeFile(join(folder, "stubborn.mjs"), serverProgram.replace("process.exit(0)", "0"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const log = () => fakeLog() as unknown as Parameters<typeof startSession>[1];
const { token } = new CancellationTokenSource();

function isRunning(pid: unknown): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

async function open(ended: (why: string) => void = () => undefined) {
  const session = await start(join(folder, "server.mjs"), log(), ended);
  return { session, ask: (method: string) => session.request(method, {}, token as never) };
}

describe("a session", () => {
  it("asks and hears, and leaves no process when it stops", async () => {
    const { session, ask } = await open(() => {
      throw new Error("a stop is no accident");
    });
    const pid = await ask("test/pid");
    expect(isRunning(pid)).toBe(true);
    await expect(ask("test/fail")).rejects.toMatchObject({ data: { code: "BAD_TOPIC" } });
    await session.stop();
    expect(isRunning(pid)).toBe(false);
    await session.stop();
  });

  it("says why it ended, and what was asked last fails by that", async () => {
    let end: (why: string) => void = () => undefined;
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    const { ask } = await open(end);
    await expect(ask("test/crash")).rejects.toMatchObject({ code: "SERVER_STOPPED" });
    expect(await ended).toBe("it ended with status 1 (TypeError: told to crash)");
  });

  it("does not start from a broken installation, and says so", async () => {
    await expect(start(join(folder, "broken.mjs"), log(), () => undefined)).rejects.toThrow(
      "it ended with status 1 (Error: this installation is broken)",
    );
    await expect(start(join(folder, "absent.mjs"), log(), () => undefined)).rejects.toThrow("Cannot find module");
    expect(editor.log.some((line) => line.includes("this installation is broken"))).toBe(true);
  });

  it("does not wait for ever for a process that does not answer, and leaves none", async () => {
    const starting = start(join(folder, "deaf.mjs"), log(), () => undefined, { startMs: 300, stopMs: 100 });
    await expect(starting).rejects.toThrow("it did not answer within 0.3 s");
    const [, pid] = /process (\d+): it was ended by SIGKILL/.exec(editor.log.at(-1) ?? "") ?? [];
    expect(isRunning(pid)).toBe(false);
  });

  it("kills a process that does not end", async () => {
    const limits = { startMs: 10_000, stopMs: 100 };
    const session = await start(join(folder, "stubborn.mjs"), log(), () => undefined, limits);
    const pid = await session.request("test/pid", {}, token as never);
    await session.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it("X8: hands a token to the server, and shows none of it in its trace", async () => {
    const secret = "hush-this-is-a-secret-0123456789";
    const asked = { name: "lab", token: secret, tls: { ca: "ca.pem" } };
    const traced = Object.assign(log(), { logLevel: 1 });
    const session = await start(join(folder, "server.mjs"), traced, () => undefined);
    editor.log.length = 0;
    const mirrored = await session.request("test/mirror", asked, token as never);
    expect(mirrored).toBe(secret.split("").reverse().join(""));
    await expect(session.request("test/fail", asked, token as never)).rejects.toMatchObject({ message: "x" });
    const trace = editor.log.join("\n");
    expect(trace).toContain('"ca": "ca.pem"'); // the trace is on, with all parameters
    expect(trace).toContain("[secret 1]");
    expect(trace).not.toContain(secret);
    expect(asked.token).toBe(secret); // what was asked is as it was
    const crashing = session.request("test/crash", asked, token as never);
    await expect(crashing).rejects.toMatchObject({ code: "SERVER_STOPPED" });
    await expect(session.request("test/mirror", asked, token as never)).rejects.toThrow();
    expect(editor.log.join("\n")).not.toContain(secret);
  });

  it("says nothing in the notification area", async () => {
    await expect(start(join(folder, "broken.mjs"), log(), () => undefined)).rejects.toThrow();
    expect(editor.notices).toEqual([]);
  });
});
