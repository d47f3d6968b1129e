/** Two nodes that keep the same store, as their users see it: what each says, what `topo` and `status` show, and the file. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folder, listeningNode, run, start, useCommand } from "./command.ts";

useCommand();

/** A node that keeps the store, and has some entries of its own in it. */
async function island(name: string, entries: readonly string[], ...options: readonly string[]) {
  const kept = `app.hosts,persistent=${join(folder, name)}`;
  const { node, location } = await listeningNode(
    "tcp://127.0.0.1:0",
    ...["--name", name, "--store", kept, "--forward", "*"],
    ...options,
  );
  for (const each of entries) await run("store", location, "app.hosts", "put", JSON.stringify(each), "1");
  return { node, location, name };
}

it("F7: both say so, topo and status show it, and what only the loser had is in a file that import reads", async () => {
  const east = await island("east", ["only east", "both"]);
  await run("store", east.location, "app.hosts", "rm", '"both"');
  const west = await island("west", ["only west", "both"]);
  const bridge = start(
    "node",
    "--name",
    "bridge",
    ...["--connect", east.location],
    ...["--connect", west.location],
    "--forward",
    "*",
  );
  const told = "is authoritative, too, at version 1\\.\\d+; ours is 1\\.\\d+: neither takes writes until one is picked";
  await east.node.saying("err", new RegExp(`^app\\.hosts: west ${told}`));
  await west.node.saying("err", new RegExp(`^app\\.hosts: east ${told}`));

  const topo = await run("topo", east.location);
  expect(topo.out).toMatch(
    /app\.hosts {2}authority, live, 1 entry, version 1\.3, on disk, in conflict with west: takes no writes/,
  );
  expect(topo.out).toMatch(
    /app\.hosts {2}authority, live, 2 entries, version 1\.2, on disk, in conflict with east: takes no writes/,
  );
  expect(topo.out).toMatch(
    /\napp\.hosts has 2 authorities: east and west; see `switchyard store LOC app\.hosts promote --node NAME`\n$/,
  );
  const { nodes } = JSON.parse((await run("topo", east.location, "--json")).out) as {
    nodes: readonly { name: string; stores?: object[] }[];
  };
  expect(nodes.find(({ name }) => name === "east")?.stores).toMatchObject([{ standing: "conflicted", rival: "west" }]);
  expect(await run("store", east.location, "app.hosts", "put", '"x"', "1")).toMatchObject({
    status: 1,
    err: expect.stringMatching(/\[AUTHORITY_CONFLICT\]\n$/),
  });

  await run("store", east.location, "app.hosts", "promote", "--node", "west");
  const said = await east.node.saying("err", /^app\.hosts: west goes on as authority/);
  expect(said).toMatch(/; 1 entry and 1 removed key that only this node had are in .*\.store$/);
  const [name, ...more] = (await readdir(join(folder, "east"))).filter((each) => each.startsWith("diverged-"));
  expect([said.endsWith(join(folder, "east", name!)), more]).toEqual([true, []]);
  expect(await readFile(join(folder, "east", name!), "utf8")).toMatch(
    /^\{"switchyard":"store","version":2,.*"node":"east","winner":"west"/,
  );

  const file = join(folder, "east", name!);
  expect(await run("store", west.location, "app.hosts", "import", file)).toMatchObject({
    ...{ status: 0, err: "imported 1 entry, left 1 key that it removed\n" },
  });
  expect((await run("store", west.location, "app.hosts", "size")).out).toBe("3\n");
  expect((await run("store", west.location, "app.hosts", "import", file, "--removals")).err).toBe(
    "imported 1 entry, removed 1 key\n",
  );
  expect((await run("store", west.location, "app.hosts", "keys")).out.split("\n").sort()).toEqual([
    "",
    '"only east"',
    '"only west"',
  ]);
  expect(await run("store", west.location, "app.hosts", "import", file, "--replace")).toMatchObject({
    ...{ status: 2, err: expect.stringMatching(/no whole store; import it without --replace/) },
  });
  const shown =
    / {2}east {2}standby, live, 2 entries, version 4\.\d+, on disk, heir of west, saved 1 entry that only it had\n/;
  let status = "";
  while (!shown.test(status)) status = (await run("store", west.location, "app.hosts", "status")).out; // once it has a copy
  for (const { node } of [east, west, { node: bridge }]) expect((await node.end("SIGTERM")).status).toBe(0);
});
