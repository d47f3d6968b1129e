/** `switchyard node` by its configuration file: what it checks, and what it does then. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { schemaText } from "../../../server/cli/node-config/schema.ts";
import { folder, listeningNode, run, start, useCommand } from "./command.ts";

useCommand();

async function config(name: string, document: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(document));
  return file;
}

describe("switchyard node --check", () => {
  let badCount = 0;

  it("says that a configuration is good, and runs nothing", async () => {
    const listen = ["tcp://127.0.0.1:9", { location: "ipc:///nowhere/at/all.sock" }];
    const file = await config("good.json", {
      listen,
      connect: "tcp://127.0.0.1:1",
      forward: ["a.*", { pattern: "b" }],
    });
    expect(await run("node", "--config", file, "--check")).toEqual({
      status: 0,
      out: `${file} is good: 2 listeners, 1 connection, 2 forwarding rules\n`,
      err: "",
    });
    const { out } = await run("node", "--config", file, "--check", "--json", "--listen", "ws://127.0.0.1:0");
    expect(JSON.parse(out)).toEqual({
      valid: true,
      name: null,
      listen: 3,
      connect: 1,
      forward: 2,
      store: 0,
      standby: 0,
      witness: 0,
    });
  });

  it.each([
    [{ listen: [{ location: "tls://h:1", tls: { cert: "none.pem", key: "none.key" } }] }, /none\.pem: no such file/],
    [{ listen: [{ location: "tls://h:1", tls: { cert: "c" } }] }, /a certificate and its key belong together/],
    [{ listen: [{ location: "tcp://h:1", tls: { ca: "c" } }] }, /is not encrypted, but TLS is asked for/],
    [{ listen: [{ location: "tcp://h:1", tokenFile: "none" }] }, /none: no such file/],
    [{ listen: [{ location: "tcp:h" }] }, /\[BAD_LOCATION\]$/],
    [{ listen: "ipc:///x", forward: ["*********"] }, /\[BAD_PATTERN\]$/],
    [{ listen: "ipc:///x", name: "a/b" }, /\[BAD_NAME\]$/],
    [{ connect: "@nowhere" }, /no context "nowhere"/],
    [{ listen: "ipc:///x", forwrd: [] }, /unknown key "forwrd"; did you mean forward\? \[BAD_ARGUMENT\]$/],
    [{}, /a node needs somewhere to --listen/],
  ])("refuses %j in one line", async (document, line) => {
    const file = await config(`bad-${badCount++}.json`, document);
    const { status, out, err } = await run("node", "--config", file, "--check");
    expect(err.trimEnd().split("\n")).toEqual([expect.stringMatching(line)]);
    expect(out).toBe("");
    expect(status).toBeGreaterThan(0);
  });

  it("prints the schema of its file", async () => {
    expect(await run("node", "--print-schema")).toEqual({ status: 0, out: schemaText(), err: "" });
  });
});

describe("a configuration file", () => {
  it("finds its files beside itself, and keeps a node private that is to be", async () => {
    await mkdir(join(folder, "etc"));
    const socket = `ipc://${join(folder, "etc.sock")}`;
    const file = await config("etc/node.json", { name: "quiet", listen: [{ location: socket }], introspection: false });
    const node = start("node", "--config", file, "--json");
    await node.saying("out", /"ready":true/);
    expect((await run("topo", socket)).out).toMatch(/\nquiet .*tells nothing of itself\n/);
    expect((await node.end()).status).toBe(0);
  });

  it("forwards between the peers that a rule names, and no others", async () => {
    const socket = `ipc://${join(folder, "named.sock")}`;
    const forward = [{ pattern: "a", from: "left", to: "right" }];
    const router = start("node", "--config", await config("named.json", { listen: [socket], forward }), "--json");
    await router.saying("out", /"ready":true/);
    const right = start("sub", socket, "*", "--name", "right", "--count", "1");
    const other = start("sub", socket, "*", "--name", "other");
    await Promise.all([right, other].map((sub) => sub.saying("err", /^subscribed/)));

    const wrong = await run("pub", socket, "a", "wrong", "--name", "middle");
    expect(wrong.err).toMatch(/nobody subscribes to a at/);
    // The rule begins to hold a moment after the connection is there.
    const left = start("pub", socket, "a", "good", "--name", "left", "--count", "100000", "--rate", "100");
    expect((await right.ended).out).toMatch(/ {2}a {2}good\(\)\n$/);
    await left.end();
    expect((await other.end()).out).toBe("");
    await router.end();
  });

  it("names a connection by its location as well", async () => {
    const near = await listeningNode("tcp://127.0.0.1:0", "--name", "near", "--forward", "*");
    const socket = `ipc://${join(folder, "located.sock")}`;
    const document = {
      listen: socket,
      connect: near.location,
      forward: [{ pattern: "*", from: near.location }],
    };
    const middle = start("node", "--config", await config("located.json", document), "--json");
    await middle.saying("out", /"ready":true/);
    const sub = start("sub", socket, "*", "--count", "1");
    await sub.saying("err", /^subscribed/);
    await run("pub", near.location, "a", "through");
    expect((await sub.ended).out).toMatch(/through\(\)\n$/);
    await middle.end();
  });
});

describe("sub and logs tail with a filter", () => {
  it("print what it holds for, and count the rest", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const filter = 'name == "opened" && args[0] in 10.0.0.0/8';
    const sub = start("sub", location, "*", "--filter", filter, "--count", "1", "--json");
    await sub.saying("err", /^subscribed/);
    await run("pub", location, "a", "closed", "10.0.0.1");
    await run("pub", location, "a", "opened", "192.168.0.1");
    await run("pub", location, "a", "opened", "10.0.0.2");
    expect(JSON.parse((await sub.ended).out)).toMatchObject({ name: "opened", args: [{ addr: "10.0.0.2" }] });

    const tail = start(
      "logs",
      "tail",
      location,
      "l",
      "--filter",
      "id.orig_h in 10.0.0.0/8 && n > 1",
      "--json",
      "--count",
      "1",
    );
    await tail.saying("err", /^following/);
    const lines = [
      ["10.0.0.1", 1],
      ["11.0.0.1", 2],
      ["10.0.0.1", 3],
    ].map(([orig, n]) => JSON.stringify({ "id.orig_h": orig, n }));
    const file = join(folder, "filtered.json");
    await writeFile(file, `${lines.join("\n")}\n`);
    await run("logs", "replay", location, "l", file);
    expect((await tail.ended).out).toBe('{"id.orig_h":"10.0.0.1","n":3}\n');
  });

  it("refuse a filter that is none, before anything is opened", async () => {
    const { status, err } = await run("sub", "tcp://127.0.0.1:1", "*", "--filter", "name = 5");
    expect(status).toBe(2);
    expect(err).toMatch(/^switchyard: column 6, at the \^ in name \^= 5: expected the end.*\[BAD_FILTER\]\n$/);
  });
});
