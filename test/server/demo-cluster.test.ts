/** The process of the demo cluster, played by a few lines of script. */
import { expect, onTestFinished, test } from "vitest";
import { DemoCluster } from "../../server/demo-cluster.ts";
import { startDemo, stopDemo } from "../../server/protocol/demo.ts";
import { startServer } from "./client.ts";

function demoOf(script: string): DemoCluster {
  const demo = new DemoCluster(["-e", script], 100);
  onTestFinished(() => demo.stop());
  return demo;
}

/** Tells its process id as the port, so that tests can see whether it lives. */
const good = `
  const nodes = [{ name: "sensor-1", pid: 7, location: "ipc://x" }, { name: "router" }];
  console.log(JSON.stringify({ ready: true, connect: "tcp://127.0.0.1:" + process.pid, nodes }));
  setInterval(() => console.log("{}".repeat(10000)), 1);`;

const pidOf = ({ location }: { readonly location: string }) => Number(location.split(":").at(-1));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("starts once, however often it is asked for, and ends when it is told to", async () => {
  const client = await startServer(demoOf(good));
  const [one, two] = await Promise.all([client.request(startDemo, {}), client.request(startDemo, {})]);
  expect(one).toEqual(two);
  expect(one.nodes).toEqual([{ name: "sensor-1", location: "ipc://x" }, { name: "router" }]);
  expect(isAlive(pidOf(one))).toBe(true);
  await client.request(stopDemo, {});
  expect(isAlive(pidOf(one))).toBe(false);
  expect(await client.request(stopDemo, {})).toBeNull();
});

test("one that does not want to end is ended", async () => {
  const demo = demoOf(`process.on("SIGTERM", () => {}); ${good}`);
  const nodes = await demo.start();
  await demo.stop();
  expect(isAlive(pidOf(nodes))).toBe(false);
});

test("one that fails to start says why, and can be started again", async () => {
  const client = await startServer(demoOf(`console.error("no port is free"); process.exit(1);`));
  const failure = await client.failure(startDemo, {});
  expect(failure.message).toContain("no port is free");
  expect((await client.failure(startDemo, {})).message).toContain("no port is free");
});

test("one that says something else is no demo cluster, and is ended", async () => {
  const client = await startServer(demoOf(`console.log("{}"); setInterval(() => {}, 1000);`));
  expect(await client.failure(startDemo, {})).toMatchObject({
    code: "INTERNAL",
    message: expect.stringContaining('"{}"'),
  });
});

test("one that ends by itself is started anew", async () => {
  const demo = demoOf(good);
  const first = await demo.start();
  process.kill(pidOf(first), "SIGKILL");
  let second = await demo.start();
  while (pidOf(second) === pidOf(first)) {
    await new Promise((resolve) => setImmediate(resolve));
    second = await demo.start();
  }
  expect(isAlive(pidOf(second))).toBe(true);
});
