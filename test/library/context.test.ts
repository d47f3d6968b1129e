/** A node as a whole: its name, what it counts, and how it ends. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, buildSync } from "esbuild";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Context } from "../../library/context.ts";
import { event } from "../../library/events.ts";
import { Company, inbox, raise } from "./company.ts";

describe("a context", () => {
  it("has a name of its own when it is given none, and an id for each life", () => {
    const company = new Company();
    const [a, b] = [company.node("same"), company.node("same")];
    expect(a.id).toMatch(/^[0-9a-f]{32}$/);
    expect(a.id).not.toBe(b.id);
    const nameless = new Context();
    onTestFinished(() => nameless.close());
    expect(nameless.name).toBe(`node-${nameless.id.slice(0, 8)}`);
  });

  it.each(["", ".a", "a b", "a*", "a/b", "ä", "x".repeat(256)])("refuses the name %j", (name) => {
    expect(() => new Context({ name })).toThrow(expect.objectContaining({ code: "BAD_NAME" }));
  });

  it("counts what it raised, delivered, forwarded and held back", async () => {
    const company = new Company();
    const [a, router, c] = [company.node("a"), company.node("router"), company.node("c")];
    await company.join(a, router);
    const [connection] = await company.join(c, router);
    router.topics.forward("*");
    const arrived = await inbox(c, "t");
    await connection.settled();
    for (let i = 0; i < 9; i++) raise(a, "t");
    raise(a, "t", "last");
    await arrived.until("t last");
    expect(a.stats()).toMatchObject({ raised: 10, delivered: 0, dropped: 0 });
    expect(router.stats()).toMatchObject({ raised: 0, delivered: 0, forwarded: 10, dropped: 0 });
    expect(c.stats()).toMatchObject({ delivered: 10, missing: 0, repeated: 0 });
    expect(connection.stats().receivedMessages).toBe(10);
    expect(router.connections.all().map((each) => each.stats().queuedMessages)).toEqual([0, 0]);
  });

  it("holds repeats back in a ring, and counts them", async () => {
    const company = new Company();
    const [a, b, c] = [company.node("a"), company.node("b"), company.node("c")];
    for (const node of [a, b, c]) node.topics.forward("*");
    await company.join(a, b);
    await company.join(b, c);
    const [connection] = await company.join(c, a);
    const arrived = await inbox(c, "*");
    await connection.settled();
    for (let i = 0; i < 20; i++) raise(a, "t", `${i}`);
    await arrived.until("t 19");
    expect(arrived.seen).toEqual(Array.from({ length: 20 }, (_, i) => `t ${i}`));
  });
});

describe("closing", () => {
  it("M9: delivers what was raised before", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const arrived = await inbox(b, "t");
    for (let i = 0; i < 5_000; i++) raise(a, "t", `${i}`);
    await a.close();
    await arrived.until("t 4999");
    expect(arrived.seen).toHaveLength(5_000);
  });

  it("tells the peer, which does not take it for an error", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [, atB] = await company.join(a, b);
    const closed = new Promise((resolve) => atB.on("closed", resolve));
    const failed = vi.fn();
    b.on("error", failed);
    await a.close();
    expect(await closed).toBeUndefined();
    expect(atB.state).toBe("closed");
    expect(failed).not.toHaveBeenCalled();
    expect(b.connections.all()).toEqual([]);
  });

  it("is done once, and nothing works afterwards", async () => {
    const a = new Company().node("a");
    await Promise.all([a.close(), a.close()]);
    const closed = expect.objectContaining({ code: "CLOSED" });
    expect(() => raise(a, "t")).toThrow(closed);
    expect(() => a.topics.publish("t")).toThrow(closed);
    expect(() => a.topics.forward("*")).toThrow(closed);
    expect(() => a.logs.open("t", "Log")).toThrow(closed);
    await expect(a.topics.subscribe("t")).rejects.toThrow(closed);
    await expect(a.events.on("t", () => {})).rejects.toThrow(closed);
    await expect(a.connections.open("inproc://x")).rejects.toThrow(closed);
    await expect(a.connections.listen("inproc://x")).rejects.toThrow(closed);
    await expect(a.cluster.nodes()).rejects.toThrow(closed);
  });

  it("ends a connection that is being opened", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const { location } = await b.connections.listen("inproc://b", { accept: () => new Promise<boolean>(() => {}) });
    const opening = a.connections.open(location);
    opening.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    await a.close();
    await expect(opening).rejects.toHaveProperty("code");
    expect(a.connections.all()).toEqual([]);
  });

  it("waits no longer for a peer that does not read than it is told", async () => {
    const company = new Company();
    const [a, b] = [company.node("a", { queueBytes: 1 << 26 }), company.node("b")];
    await company.join(a, b);
    await b.events.on("t", () => new Promise<void>(() => {}));
    const bulky = event("e", ["x".repeat(1 << 20)]);
    for (let i = 0; i < 8; i++) a.events.raise("t", bulky);
    await new Promise((resolve) => setImmediate(resolve));
    await a.close({ graceMs: 20 });
    expect(a.connections.all()).toEqual([]);
  });

  it("leaves nothing that keeps the process, over tcp, ipc, ws and inproc", async () => {
    const folder = mkdtempSync(join(tmpdir(), "switchyard-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const bundle = join(folder, "program.cjs");
    buildSync(buildOf(bundle));
    const { stdout } = await promisify(execFile)(process.execPath, [bundle, folder], { timeout: 8_000 });
    expect(stdout.trim()).toBe("closed");
  });
});

function buildOf(outfile: string): BuildOptions {
  const stdin = { contents: program, resolveDir: import.meta.dirname };
  return { stdin, outfile, bundle: true, platform: "node", format: "cjs", external: ["bufferutil", "utf-8-validate"] };
}

const program = `
  import { Context, event } from "../../library/index.ts";
  async function main() {
    const [a, b] = [new Context({ name: "a" }), new Context({ name: "b" })];
    const at = ["tcp://127.0.0.1:0", "ipc://" + process.argv[2] + "/a.sock", "ws://127.0.0.1:0/", "inproc://a"];
    for (const each of at) {
      const { location } = await a.connections.listen(each);
      await b.connections.open(location);
    }
    await b.events.on("*", () => {});
    a.events.raise("t", event("e"));
    await b.cluster.nodes();
    await Promise.all([a.close(), b.close()]);
    console.log("closed");
  }
  main();
`;
