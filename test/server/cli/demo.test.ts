/** The demo cluster as its users start it. */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Context, matches, type ReceivedEvent } from "../../../library/index.ts";
import { folder, RunningCommand, run, useCommand } from "./command.ts";

useCommand();

interface Ready {
  readonly ready: true;
  readonly connect: string;
  readonly nodes: readonly { readonly name: string; readonly pid: number; readonly location?: string }[];
}

async function startDemo(env: Readonly<Record<string, string>> = {}) {
  const demo = new RunningCommand(["demo", "--json", "--rate", "50"], { env });
  const ready = JSON.parse(await demo.saying("out", /"ready":true/)) as Ready;
  return { demo, ready };
}

it("is five nodes that tell what happens, and ends with all of them", async () => {
  const { demo, ready } = await startDemo();
  expect(ready.connect).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  expect(ready.nodes.map(({ name }) => name)).toEqual(["router", "sensor-1", "sensor-2", "manager", "logger"]);
  expect(new Set(ready.nodes.map(({ pid }) => pid)).size).toBe(5);

  const events = await run("sub", ready.connect, "demo.conn.*", "demo.process.*", "--count", "20", "--json");
  expect(events.out).toMatch(/"name":"(conn|process)_(seen|opened|closed|started|ended)"/);
  const lines = await run("logs", "tail", ready.connect, "demo.log.*", "--tsv", "--count", "5");
  expect(lines.out).toMatch(/#fields\tts\twhat\t/);
  expect(await demo.saying("out", /^\{"time":.*"sensor-2":\{"raised":[1-9]/)).toContain('"manager":');

  // A connection outlives none of them: when the router is gone, so is its command's child.
  const context = new Context();
  const connection = await context.connections.open(ready.connect, { retry: false });
  const gone = new Promise<void>((resolve) => connection.on("closed", () => resolve()));
  expect((await demo.end("SIGTERM")).status).toBe(0);
  await gone;
  await context.close();
});

it("has a store of what is seen, kept by the manager, and a standby for it, and leaves nothing on the disk", async () => {
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  const { demo, ready } = await startDemo({ TMPDIR: temporary });
  const size = await run("store", ready.connect, "demo.seen", "watch", "--count", "5", "--json", "--quiet");
  expect(size.status).toBe(0);
  const [first = ""] = size.out.split("\n");
  expect(JSON.parse(first)).toMatchObject({ key: expect.stringMatching(/^(conn|process|heartbeat) /) });
  const status = await run("store", ready.connect, "demo.seen", "status", "--json");
  const { nodes } = JSON.parse(status.out) as { nodes: { node: string; role: string; isPersistent: boolean }[] };
  const roleOf = (name: string) => nodes.find(({ node }) => node === name);
  expect(roleOf("manager")).toMatchObject({ role: "authority", isPersistent: true });
  expect(roleOf("logger")).toMatchObject({ role: "standby" });
  expect([roleOf("sensor-1")?.role, roleOf("sensor-2")?.role]).toEqual(["client", "client"]);
  const { status: ended } = await demo.end("SIGTERM");
  expect(ended).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
});

it("has one mistake in it: what sensor-2 tells of its health does not get to the manager", async () => {
  const { demo, ready } = await startDemo();
  const context = new Context();
  const summaries: ReceivedEvent[] = [];
  const summary = new Promise<void>((resolve) => {
    void context.events.on("demo.summary.*", (event) => {
      // The first may come before a sensor had its turn.
      if (summaries.push(event) === 2) resolve();
    });
  });
  await context.connections.open(ready.connect);
  await summary;
  expect(String(summaries[1]!.args[1])).toBe('{"sensor-1"}');

  const nodes = await context.cluster.nodes();
  const find = (name: string) => nodes.find((node) => node.name === name)!;
  const topic = "demo.health.sensor-2";
  expect(find("sensor-2").topics.find((each) => each.topic === topic)?.raised).toBeGreaterThan(0);
  expect(find("manager").subscriptions.some(({ pattern }) => matches(pattern, topic))).toBe(true);
  expect(find("router").forwards.some(({ pattern }) => matches(pattern, topic))).toBe(false);
  await context.close();
  await demo.end();
});

it("leaves no process behind when it is killed", async () => {
  const { demo, ready } = await startDemo();
  const context = new Context();
  const connection = await context.connections.open(ready.connect, { retry: false });
  const gone = new Promise<void>((resolve) => connection.on("closed", () => resolve()));
  demo.child.kill("SIGKILL");
  await gone;
  await context.close();
  await demo.ended;
});

it("ends when one of its nodes does, and says which", async () => {
  const { demo, ready } = await startDemo();
  process.kill(ready.nodes.find(({ name }) => name === "logger")!.pid, "SIGKILL");
  const { status, err } = await demo.ended;
  expect(status).toBe(1);
  expect(err).toMatch(/^switchyard: logger ended by itself \(status SIGKILL\)/);
});
