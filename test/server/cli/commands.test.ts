/** The commands as processes: what they print, and how they end. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Context, event } from "../../../library/index.ts";
import { folder, listeningNode, RunningCommand, run, start, useCommand } from "./command.ts";

useCommand();

it("explains itself, each command with an example", async () => {
  const logsAndFiles = ["logs tail", "logs replay", "files receive", "files send", "record", "replay"];
  for (const command of [
    "",
    "node",
    "pub",
    "sub",
    "survey",
    "store",
    ...logsAndFiles,
    "topo",
    "demo",
    "bench",
    "lsp",
  ]) {
    const { status, out, err } = await run(...command.split(" ").filter(Boolean), "--help");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toMatch(/^Usage: switchyard/);
    expect(out).toMatch(/Examples?(?:,.*)?:.*\n {2}switchyard /);
  }
});

it("tells its version", async () => {
  expect(await run("--version")).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

/** `12 345` as it is written for people. */
function numberOf(text: string): number {
  return Number(text.replaceAll(" ", ""));
}

describe("node", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("ends in good order at %s", async (signal) => {
    const { node, location } = await listeningNode("tcp://127.0.0.1:0", "--name", "mine");
    expect(location).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
    const { status, out, err } = await node.end(signal);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(JSON.parse(out)).toEqual({ ready: true, name: "mine", listening: [location] });
  });

  it("takes its configuration from a file, and options besides", async () => {
    const config = join(folder, "node.json");
    await writeFile(config, JSON.stringify({ name: "filed", listen: "tcp://127.0.0.1:0", forward: ["a.*"] }));
    const node = start("node", "--config", config, "--listen", "ws://127.0.0.1:0", "--json");
    const ready = JSON.parse(await node.saying("out", /ready/)) as { name: string; listening: string[] };
    expect(ready.name).toBe("filed");
    expect(ready.listening.map((location) => location.split(":")[0])).toEqual(["tcp", "ws"]);
    await node.end();
  });

  it("goes on trying to connect until somebody answers, and says so once", async () => {
    const socket = `ipc://${join(folder, "late.sock")}`;
    const early = start("node", "--connect", socket, "--json");
    await early.saying("out", /ready/);
    const late = await listeningNode(socket);
    await early.saying("err", /late.sock: connected$/);
    const { status, err } = await early.end();
    expect(status).toBe(0);
    expect(err.match(/nobody answers yet; trying until somebody does/g)).toHaveLength(1);
    await late.node.end();
  });

  it("says when a connection is lost, and when it is back", async () => {
    const socket = `ipc://${join(folder, "fickle.sock")}`;
    const first = await listeningNode(socket);
    const other = start("node", "--connect", socket, "--json");
    await other.saying("out", /ready/);
    await first.node.end();
    await other.saying("err", /connection lost; trying again until it answers/);
    await listeningNode(socket);
    await other.saying("err", /connected again/);
    expect((await other.end()).status).toBe(0);
  });

  it("tells people what it does", async () => {
    const node = start("node", "--listen", "tcp://127.0.0.1:0", "--forward", "a.*");
    await node.saying("out", /^ {2}forwards {4}a\.\*$/);
    expect((await node.end()).out).toMatch(/^node-\w+ is up; Ctrl-C ends it\n {2}listens at {2}tcp:/);
  });

  it("X1: listens beyond this machine only when it is told to, and says that this is not safe", async () => {
    const refused = await run("node", "--listen", "tcp://0.0.0.0:0");
    expect([refused.status === 0, refused.err]).toEqual([false, expect.stringMatching(/tls and a token/)]);
    const node = start("node", "--listen", "tcp://0.0.0.0:0", "--insecure");
    await node.saying("out", /listens at/);
    const { err } = await node.end();
    expect(err).toMatch(/warning: tcp:\/\/0\.0\.0\.0:\d+ is not safe: tcp is not encrypted/);
  });
});

describe("pub and sub", () => {
  it("carry an event, as JSON on one line", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const sub = start("sub", location, "app.*", "--json", "--count", "2");
    await sub.saying("err", /^subscribed to app\.\* at tcp:/);
    const args = ["42", "+42", "-7", "4.2", '"a \\"b\\""', "T", "10.0.0.1", "80/tcp", "5 min", '{"a" -> [1, -]}'];
    expect(await run("pub", location, "app.x", "said", ...args, "--count", "2")).toEqual({
      status: 0,
      out: "",
      err: "",
    });
    const { status, out } = await sub.ended;
    expect(status).toBe(0);
    const [first, second] = out.split("\n");
    expect(JSON.parse(first!)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      topic: "app.x",
      name: "said",
      args: [
        42,
        { int: 42 },
        { int: -7 },
        4.2,
        'a "b"',
        true,
        { addr: "10.0.0.1" },
        { port: "80/tcp" },
        { interval: "5 min" },
        { table: [["a", [1, null]]] },
      ],
    });
    expect(JSON.parse(second!)).toMatchObject({ name: "said" });
  });

  it("takes values that begin with a minus behind --", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const sub = start("sub", location, "a", "--count", "1");
    await sub.saying("err", /^subscribed/);
    await run("pub", location, "a", "e", "--", "-3 usecs", "-inf");
    expect((await sub.ended).out).toMatch(/ {2}a {2}e\(-3 usecs, -inf\)\n$/);
  });

  it("prints in columns, and leaves out what is to be ignored", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const sub = start("sub", location, "a.*", "b", "--ignore", "*.beat", "--count", "2");
    await sub.saying("err", /^subscribed to a\.\*, b at/);
    for (const topic of ["a.long.one", "a.beat", "b"]) await run("pub", location, topic, "e");
    const lines = (await sub.ended).out.split("\n").map((line) => line.replace(/^\S+/, "TIME"));
    expect(lines).toEqual(["TIME  a.long.one  e()", "TIME  b           e()", ""]);
  });

  it("says when nobody subscribes", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0");
    const { status, err } = await run("pub", location, "a", "e");
    expect(status).toBe(0);
    expect(err).toMatch(/^nobody subscribes to a at tcp:.*: it went nowhere\n$/);
  });

  it("keeps a rate", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const startMs = performance.now();
    await run("pub", location, "a", "e", "--count", "51", "--rate", "100");
    expect(performance.now() - startMs).toBeGreaterThan(500);
  });

  it("ends quietly when nobody reads any more", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const sub = new RunningCommand(["sub", location, "a", "--quiet"]);
    const pub = start("pub", location, "a", "e", "--count", "1000000", "--rate", "1000");
    await sub.saying("out", /e\(\)/);
    sub.child.stdout!.destroy();
    expect(await sub.ended).toMatchObject({ status: 0, err: "" });
    expect((await pub.end()).status).toBe(130); // it was not done
  });

  it("counts what a slow output costs, and ends at Ctrl-C all the same", async () => {
    const context = new Context();
    const { location } = await context.connections.listen("tcp://127.0.0.1:0");
    const up = new Promise<void>((resolve) => context.on("peer", () => resolve()));
    const sub = new RunningCommand(["sub", location, "a", "--json"], { isRead: false });
    await Promise.all([up, sub.saying("err", /^subscribed/)]);
    const total = 20_000;
    const text = "x".repeat(1000);
    for (let i = 0; i < total; i++) {
      context.events.raise("a", event("e", [text]));
      if (i % 100 === 99) await context.drained();
    }
    await context.connections.all()[0]!.settled(); // the last event is there before the answer
    const ended = sub.end();
    sub.read();
    const { status, err, out } = await ended;
    await context.close();
    const [, received, printed, dropped] = /received ([\d ]+), printed ([\d ]+), dropped ([\d ]+) \(slow output\)\n$/
      .exec(err)!
      .map(numberOf);
    expect(status).toBe(0);
    expect(received).toBe(total);
    expect(printed! + dropped!).toBe(total);
    expect(dropped).toBeGreaterThan(0);
    expect(out.split("\n").length - 1).toBe(printed);
  });

  it("tells what was lost before it came here", async () => {
    const context = new Context();
    const { location } = await context.connections.listen("tcp://127.0.0.1:0");
    const up = new Promise<void>((resolve) => context.on("peer", () => resolve()));
    const sub = new RunningCommand(["sub", location, "a", "--json"]);
    await Promise.all([up, sub.saying("err", /^subscribed/)]);
    sub.child.kill("SIGSTOP");
    const text = "x".repeat(1000);
    let total = 0;
    while (context.stats().dropped === 0) {
      for (let i = 0; i < 1_000; i++) context.events.raise("a", event("e", [text]));
      total += 1_000;
      await new Promise(setImmediate);
    }
    sub.child.kill("SIGCONT");
    await sub.saying("err", /did not arrive/);
    const { status, err } = await sub.end();
    await context.close();
    expect(status).toBe(0);
    expect(err).toMatch(/^\d[\d ]* events? of a from \S+ did not arrive: .*; the sum comes at the end$/m);
    const [, received, lost] = /received ([\d ]+), .*, lost on the way here ([\d ]+)\n$/.exec(err)!.map(numberOf);
    expect(lost).toBeGreaterThan(0);
    expect(received! + lost!).toBeLessThanOrEqual(total);
    expect(received).toBeGreaterThan(0);
  });

  it("has colours where they are asked for, unless NO_COLOR is set", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const coloured = new RunningCommand(["sub", location, "a", "--count", "1"], { env: { FORCE_COLOR: "1" } });
    const plain = new RunningCommand(["sub", location, "a", "--count", "1"], {
      env: { FORCE_COLOR: "1", NO_COLOR: "1" },
    });
    await Promise.all([coloured, plain].map((sub) => sub.saying("err", /^subscribed/)));
    await run("pub", location, "a", "e");
    expect((await coloured.ended).out).toContain("\u001b[36ma\u001b[39m");
    expect((await plain.ended).out).not.toContain("\u001b");
  });
});

describe("logs", () => {
  const header = "#separator \\x09\n#fields\tts\tn\n#types\ttime\tcount\n";

  it("loses no line while the output is slow", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const tail = new RunningCommand(["logs", "tail", location, "l", "--json"], { isRead: false });
    await tail.saying("err", /^following/);
    const file = join(folder, "long.json");
    const lines = Array.from({ length: 30_000 }, (_, n) => JSON.stringify({ n, text: "x".repeat(1000) }));
    await writeFile(file, `${lines.join("\n")}\n`);
    const replay = start("logs", "replay", location, "l", file);
    setImmediate(() => tail.read());
    await tail.saying("out", /"n":29999,/);
    expect((await replay.ended).status).toBe(0);
    expect((await tail.end()).out).toBe(`${lines.join("\n")}\n`);
  });

  it("replays at the speed of its time stamps, or a multiple", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const file = join(folder, "timed.log");
    await writeFile(file, `${header}100.000000\t1\n102.000000\t2\n`);
    const { status, err } = await run("logs", "replay", location, "l", file, "--speed", "4x");
    expect(status).toBe(0);
    expect(err).toMatch(/replayed 2 lines .* in 0\.[5-9] s|replayed 2 lines .* in [1-9]\.\d s/);
    expect(err).toMatch(/nobody subscribes to l at/);
  });

  it("replays standard input", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const tail = start("logs", "tail", location, "l", "--count", "1", "--tsv");
    await tail.saying("err", /^following/);
    const replay = start("logs", "replay", location, "l", "-");
    replay.child.stdin!.end(`${header}100.000000\t1`); // the last line has no end
    expect((await replay.ended).status).toBe(0);
    expect((await tail.ended).out).toMatch(/^#separator \\x09\n(?:#.*\n){7}100\.000000\t1\n$/);
  });

  it("stops at Ctrl-C in the middle, and says where", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const tail = start("logs", "tail", location, "l", "--json");
    await tail.saying("err", /^following/);
    const file = join(folder, "stopped.log");
    await writeFile(file, `${header}${"100.000000\t1\n".repeat(1000)}`);
    const replay = start("logs", "replay", location, "l", file, "--rate", "20");
    await tail.saying("out", /"n":1/);
    const { status, err } = await replay.end();
    expect(status).toBe(130);
    expect(err).toMatch(/^replayed \d+ lines? of .* s, then stopped\n$/);
    expect((await tail.end()).status).toBe(0);
  });
});

describe("topo", () => {
  it("shows the cluster, without itself", async () => {
    const left = await listeningNode("tcp://127.0.0.1:0", "--name", "left", "--forward", "a.*");
    const right = start("node", "--name", "right", "--connect", left.location, "--json");
    await right.saying("out", /ready/);
    const sub = start("sub", left.location, "a.*", "--name", "listener");
    await sub.saying("err", /^subscribed/);

    const { status, out } = await run("topo", left.location, "--json");
    expect(status).toBe(0);
    const { nodes } = JSON.parse(out) as { nodes: { name: string; forwards: unknown; connections: unknown[] }[] };
    expect(nodes.map(({ name }) => name)).toEqual(["left", "listener", "right"]);
    expect(nodes[0]).toMatchObject({ forwards: [{ pattern: "a.*" }], listening: [left.location] });
    expect(nodes.map(({ connections }) => connections.length)).toEqual([2, 1, 1]);

    const readable = (await run("topo", left.location)).out;
    expect(readable).toMatch(/^3 nodes, 2 connections\n\nleft {2}switchyard\//);
    expect(readable).toMatch(/\n {2}forwards {2}a\.\*\n/);
    expect(readable).toMatch(/\nlistener (?:.*\n)+ {2}wants {5}a\.\*\n/);
    expect((await run("topo", left.location, "--dot")).out).toMatch(
      /^digraph cluster \{\n(?:.*\n)*.*"left\\nforwards a\.\*"/,
    );
    expect((await run("topo", left.location, "--mermaid")).out).toMatch(/^graph LR\n {2}n1\["left<br\/>forwards a/);
  });
});
