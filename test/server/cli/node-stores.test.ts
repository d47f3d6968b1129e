/** Stores of `switchyard node`, as processes: kept on disk, taken over by a standby, configured wrongly. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { folder, listeningNode, run, start, useCommand } from "./command.ts";

useCommand();

it("S9: what was put is there again after SIGTERM, and after SIGKILL", async () => {
  const kept = `app.hosts,persistent=${join(folder, "hosts")},durability=disk`;
  for (const [i, signal] of (["SIGTERM", "SIGKILL", "SIGTERM"] as const).entries()) {
    const { node, location } = await listeningNode("tcp://127.0.0.1:0", "--store", kept, "--store", "app.flags");
    const ready = JSON.parse(await node.saying("out", /ready/)) as { stores: unknown };
    expect(ready.stores).toEqual([
      { topic: "app.hosts", role: "authority" },
      { topic: "app.flags", role: "authority" },
    ]);
    expect(await run("store", location, "app.hosts", "size")).toEqual({ status: 0, out: `${i}\n`, err: "" });
    expect((await run("store", location, "app.flags", "size")).out).toBe("0\n");
    expect((await run("store", location, "app.hosts", "put", String(i), "T")).status).toBe(0);
    expect((await run("store", location, "app.flags", "put", String(i), "T")).status).toBe(0);
    const { status } = await node.end(signal);
    expect(status).toBe(signal === "SIGTERM" ? 0 : signal);
  }
});

it("F4: a standby takes over from an authority that is killed, with all that was acknowledged", async () => {
  const { node: router, location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
  const spare = start("node", "--connect", location, "--name", "spare", "--standby", "app.hosts", "--json");
  await spare.saying("err", /^app\.hosts: no authority answers yet; waiting until one does$/);
  const first = start(
    "node",
    "--connect",
    location,
    "--name",
    "first",
    "--store",
    "app.hosts,onHeirLost=continue",
    "--json",
  );
  await first.saying("out", /"ready":true/);
  await spare.saying("err", /^app\.hosts: standing by$/);
  await first.saying("err", /^app\.hosts: protected/);
  expect((await run("store", location, "app.hosts", "put", '"a"', "1", "--durability", "replicated")).status).toBe(0);
  await first.end("SIGKILL");
  expect(await run("store", location, "app.hosts", "get", '"a"', "--timeout", "30s")).toMatchObject({
    status: 0,
    out: "1\n",
  });
  const told = await run("store", location, "app.hosts", "status", "--json");
  expect(JSON.parse(told.out)).toMatchObject({ nodes: [{ node: "spare", role: "authority" }] });
  for (const node of [spare, router]) expect((await node.end("SIGTERM")).status).toBe(0);
});

it("a store that cannot be opened ends the node, and says why in one line", async () => {
  const kept = `app.hosts,persistent=${join(folder, "locked")}`;
  const { node } = await listeningNode("tcp://127.0.0.1:0", "--store", kept);
  const { status, out, err } = await run("node", "--listen", "tcp://127.0.0.1:0", "--store", kept, "--json");
  expect({ status, out, err }).toEqual({
    status: 1,
    out: "",
    err: expect.stringMatching(/^switchyard: .* \[LOCKED\]\n$/),
  });
  await node.end();
  const wrong = await run("node", "--listen", "tcp://127.0.0.1:0", "--store", "app.hosts,persist=x");
  expect(wrong).toMatchObject({ status: 2, err: expect.stringMatching(/did you mean persistent=\?/) });
  const twice = await run("node", "--listen", "tcp://127.0.0.1:0", "--store", "app.hosts", "--standby", "app.hosts");
  expect(twice).toMatchObject({
    status: 2,
    err: expect.stringMatching(/app\.hosts is given twice; a node is its auth/),
  });
  const unsafe = await run("node", "--listen", "tcp://127.0.0.1:0", "--store", "app.hosts,durability=disk");
  expect(unsafe).toMatchObject({ status: 1, err: expect.stringMatching(/has no path and so .*\[UNSUPPORTED\]\n$/) });
});

it("F5: a witness settles who goes on, and says what it cannot be without", async () => {
  const kept = `app.hosts,persistent=${join(folder, "judge")}`;
  const { node: judge, location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*", "--witness", kept);
  const ready = JSON.parse(await judge.saying("out", /ready/)) as { stores: unknown };
  expect(ready.stores).toEqual([{ topic: "app.hosts", role: "witness" }]);
  const duty = "app.hosts,arbiter=witness";
  const first = start("node", "--connect", location, "--name", "first", "--store", duty, "--json");
  await first.saying("out", /"ready":true/);
  const spare = start("node", "--connect", location, "--name", "spare", "--standby", duty, "--json");
  await first.saying("err", /^app\.hosts: protected/);
  await first.end("SIGKILL");
  await spare.saying("err", /^app\.hosts: unprotected, epoch 2: nobody takes over from this node$/);
  for (const node of [spare, judge]) expect((await node.end("SIGTERM")).status).toBe(0);
  for (const [option, what] of [
    ["app.hosts", /add persistent=DIR/],
    [`${kept},heir=x`, /a witness has no heir/],
  ] as const) {
    const wrong = await run("node", "--listen", "tcp://127.0.0.1:0", "--witness", option);
    expect(wrong).toMatchObject({ status: 2, err: expect.stringMatching(what) });
  }
});

it("F5: an authority says that it waits for its witness, and is ready when that answers", async () => {
  const { node: router, location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
  const duty = "app.hosts,arbiter=witness";
  const first = start("node", "--connect", location, "--name", "first", "--store", duty, "--json");
  await first.saying("err", /^app\.hosts: waits until its witness answers$/);
  const kept = `app.hosts,persistent=${join(folder, "late-judge")}`;
  const judge = start("node", "--connect", location, "--name", "judge", "--witness", kept, "--json");
  expect(JSON.parse(await first.saying("out", /ready/))).toMatchObject({ ready: true, name: "first" });
  for (const node of [first, judge, router]) expect((await node.end("SIGTERM")).status).toBe(0);
});

it("F4: who would take over is told by each node, by status and by topo", async () => {
  const { node: first, location } = await listeningNode("tcp://127.0.0.1:0", "--name", "first", "--store", "app.hosts");
  const alone = await run("store", location, "app.hosts", "status");
  expect(alone.out).toMatch(/^ {2}first {2}authority, live, 0 entries, version 1\.0, no standby$/m);
  const spare = start("node", "--connect", location, "--name", "spare", "--standby", "app.hosts", "--json");
  await first.saying("err", /^app\.hosts: protected, epoch 1, by spare$/);
  for (const command of [
    ["store", location, "app.hosts", "status"],
    ["topo", location],
  ]) {
    const { out } = await run(...command);
    expect(out).toMatch(/authority, live, 0 entries, version 1\.0, protected by spare$/m);
    expect(out).toMatch(/standby, live, 0 entries, version 1\.0, heir of first$/m);
  }
  const { out } = await run("store", location, "app.hosts", "status", "--json");
  expect(JSON.parse(out)).toMatchObject({
    nodes: [
      { node: "first", standing: "protected", heir: "spare", lag: 0 },
      { node: "spare", standing: "heir", heirOf: { node: "first", isPromotable: true }, lag: 0 },
    ],
  });
  for (const node of [spare, first]) expect((await node.end("SIGTERM")).status).toBe(0);
});
