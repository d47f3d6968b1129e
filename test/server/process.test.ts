/** The language server as a process of its own: over both transports, and how it ends. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { Context } from "../../library/index.ts";
import { type ClusterStatus, connect } from "../../server/protocol/clusters.ts";

let folder: string;
let serverPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-server-"));
  serverPath = join(folder, "main.mjs");
  const require = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  await build({
    entryPoints: [fileURLToPath(new URL("../../server/main.ts", import.meta.url))],
    outfile: serverPath,
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    external: ["classic-level", "msgpackr-extract", "bufferutil", "utf-8-validate"],
    banner: { js: require },
    logLevel: "silent",
  });
});

afterAll(() => rm(folder, { recursive: true }));

interface Running {
  readonly child: ChildProcess;
  readonly client: ProtocolConnection;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

function running(child: ChildProcess, client: ProtocolConnection): Running {
  const ended = new Promise<number | string | null>((resolve) =>
    child.once("exit", (code, signal) => resolve(signal ?? code)),
  );
  client.onError(() => undefined);
  client.listen();
  onTestFinished(() => {
    client.dispose();
    child.kill("SIGKILL");
  });
  return { child, client, ended };
}

function overStdio(): Running {
  const child = spawn(process.execPath, [serverPath, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  return running(
    child,
    createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin)),
  );
}

function overIpc(): Running {
  const child = fork(serverPath, ["--node-ipc"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return running(child, createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child)));
}

const initialize = (client: ProtocolConnection) =>
  client.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });

const transports = [
  ["stdio", overStdio],
  ["ipc", overIpc],
] as const;

test.each(transports)("over %s it answers, connects to a cluster, and ends when it is told to", async (_, start) => {
  const node = new Context({ name: "manager" });
  onTestFinished(() => node.close());
  const { location } = await node.connections.listen("tcp://127.0.0.1:0");
  const { client, ended } = start();
  expect(await initialize(client)).toMatchObject({ serverInfo: { name: "switchyard" } });
  const status = await client.sendRequest<ClusterStatus>(connect.method, { name: "lab", location });
  expect(status).toMatchObject({ state: "up", peer: { name: "manager" } });
  await client.sendRequest("shutdown");
  expect(node.connections.all().filter(({ state }) => state === "up")).toEqual([]);
  await client.sendNotification("exit");
  expect(await ended).toBe(0);
});

test.each(transports)("over %s it ends when its parent is gone", async (_, start) => {
  const { child, client, ended } = start();
  await initialize(client);
  if (child.connected) child.disconnect();
  else child.stdin?.end();
  expect(await ended).toEqual(expect.any(Number));
});

test("a failing request over stdio carries code and message, and the server lives on", async () => {
  const { client } = overStdio();
  await initialize(client);
  const failure: unknown = await client
    .sendRequest(connect.method, { name: "x", location: "nonsense" })
    .catch((e: unknown) => e);
  expect(failure).toMatchObject({ data: { code: "BAD_LOCATION", message: expect.any(String) } });
  await expect(client.sendRequest("no/such/method")).rejects.toMatchObject({ code: -32601 });
  expect(await client.sendRequest("switchyard/cluster/list", {})).toEqual([]);
});
