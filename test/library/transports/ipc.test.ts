import { mkdtempSync, rmSync } from "node:fs";
import { lstat, mkdir, readdir, readFile, rename, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ipc } from "../../../library/transports/ipc.ts";
import { benchFor, bytesOf, End } from "../../compliance/transport/bench.ts";
import { startPeer } from "../../compliance/transport/peer-process.ts";
import { transportCompliance } from "../../compliance/transport.ts";

const root = mkdtempSync(join(tmpdir(), "switchyard-ipc-"));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;

const subject = {
  name: "ipc",
  transport: ipc(),
  location: () => new URL(`ipc://${root}/${++count}.sock`),
  mostUnderWay: 16 * 1024 * 1024,
  crossesProcesses: true,
};

transportCompliance(subject);

describe("ipc", () => {
  const bench = benchFor(subject);
  let folder = "";
  let path = "";
  let location = new URL("ipc:///");

  beforeEach(async () => {
    folder = join(root, `folder-${++count}`);
    path = join(folder, "node.sock");
    location = locationOf(path);
    await mkdir(folder);
  });

  it("X6: makes the directory for this user only, and the socket, too", async () => {
    const deep = join(folder, "a", "b", "node.sock");
    await bench.listen(() => {}, locationOf(deep));
    expect(await modeOf(join(folder, "a"))).toBe(0o700);
    expect(await modeOf(join(folder, "a", "b"))).toBe(0o700);
    expect(await modeOf(deep)).toBe(0o600);
  });

  it("leaves nothing behind when the listener closes", async () => {
    const listener = await bench.listen(() => {}, location);
    expect(await readdir(folder)).toEqual(["node.sock"]);
    await listener.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it("takes paths with blanks and other letters, and relative ones", async () => {
    const odd = join(folder, "a node, sözusagen.sock");
    const listener = await bench.listen(() => {}, locationOf(odd));
    expect(await readdir(folder)).toEqual(["a node, sözusagen.sock"]);
    await bench.connect(listener.location);
    const relative = new URL(`ipc://not-there-${count}/node.sock`);
    const here = process.cwd();
    await expect(ipc().connect(relative)).rejects.toMatchObject({ code: "UNREACHABLE" });
    await expect(ipc().connect(new URL(`ipc://${pathToFileURL(here).pathname}/`))).rejects.toMatchObject({
      code: "BAD_LOCATION",
    });
  });

  it("refuses paths that no socket can have, before it makes anything", async () => {
    const long = locationOf(join(folder, "sub", `${"x".repeat(100)}.sock`));
    const what = expect.stringMatching(/is a path of \d+ bytes; a socket's may have \d+/);
    await expect(ipc().listen(long, () => {})).rejects.toMatchObject({ code: "BAD_LOCATION", message: what });
    await expect(ipc().connect(long)).rejects.toMatchObject({ code: "BAD_LOCATION", message: what });
    await expect(ipc().connect(new URL("ipc:///a%00b"))).rejects.toMatchObject({ code: "BAD_LOCATION" });
    await expect(ipc().connect(new URL("ipc://"))).rejects.toMatchObject({ code: "BAD_LOCATION" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("uses a path of just the longest length", async () => {
    const longest = process.platform === "linux" ? 107 : 103;
    const name = "x".repeat(longest - Buffer.byteLength(folder) - 1);
    const listener = await bench.listen(() => {}, locationOf(join(folder, name)));
    await bench.connect(listener.location);
    expect(await readdir(folder)).toEqual([name]);
  });

  it("replaces a socket whose process is dead", async () => {
    await leaveStaleSocket(path);
    await expect(ipc().connect(location)).rejects.toMatchObject({ code: "UNREACHABLE" });
    const accepted: End[] = [];
    await bench.listen((link) => accepted.push(new End(link).start()), location);
    const end = await bench.connect(location.href);
    end.start().link.send(bytesOf(1, 10));
    end.link.close();
    await end.untilClosed();
    expect(accepted[0]?.bytes).toBe(10);
    expect(await modeOf(path)).toBe(0o600);
  });

  it("never removes a file that is no socket", async () => {
    await writeFile(path, "dear");
    await expect(ipc().listen(location, () => {})).rejects.toMatchObject({
      code: "LOCATION_IN_USE",
      message: expect.stringContaining("a file that is no socket"),
    });
    expect(await readFile(path, "utf8")).toBe("dear");
    expect(await readdir(folder)).toEqual(["node.sock"]);
  });

  it("X6: does not follow a symbolic link, not even to a socket that is dead", async () => {
    const target = join(folder, "target.sock");
    await leaveStaleSocket(target);
    await symlink(target, path);
    await expect(ipc().listen(location, () => {})).rejects.toMatchObject({
      code: "LOCATION_IN_USE",
      message: expect.stringContaining("a symbolic link"),
    });
    expect((await readdir(folder)).toSorted()).toEqual(["node.sock", "target.sock"]);
  });

  it("tells when a directory is a file", async () => {
    await writeFile(path, "");
    const beneath = locationOf(join(path, "node.sock"));
    await expect(ipc().listen(beneath, () => {})).rejects.toMatchObject({ code: "BAD_LOCATION" });
  });

  it("breaks a lock that a dead process left, and heeds a fresh one", async () => {
    const lock = `${path}.lock`;
    await writeFile(lock, "");
    await expect(ipc().listen(location, () => {})).rejects.toMatchObject({ code: "LOCATION_IN_USE" });
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    await bench.listen(() => {}, location);
    expect(await readdir(folder)).toEqual(["node.sock"]);
  });

  it.each(["nothing", "a dead socket"])("lets exactly one of many win over %s", async (before) => {
    if (before === "a dead socket") await leaveStaleSocket(path);
    const tries = await Promise.allSettled(Array.from({ length: 30 }, () => bench.listen(() => {}, location)));
    const lost = tries.filter((result) => result.status === "rejected");
    expect(lost.map(({ reason }: PromiseRejectedResult) => reason.code)).toEqual(Array(29).fill("LOCATION_IN_USE"));
    await bench.connect(location.href);
    expect(await readdir(folder)).toEqual(["node.sock"]);
  });

  it("lets exactly one of several processes win over a dead socket", async () => {
    await leaveStaleSocket(path);
    const peers = await Promise.all(Array.from({ length: 4 }, () => startPeer("race", location.href)));
    await Promise.all(peers.map(({ lines }) => lines.next()));
    for (const peer of peers) peer.tell("go");
    const said = await Promise.all(peers.map(async ({ lines }) => (await lines.next()).value));
    expect(said.filter((word) => word === "listening")).toHaveLength(1);
    expect(said.filter((word) => word === "LOCATION_IN_USE")).toHaveLength(3);
    await bench.connect(location.href);
    for (const peer of peers) peer.kill();
    await Promise.all(peers.map(({ ended }) => ended));
  }, 30_000);
});

function locationOf(path: string): URL {
  return new URL(`ipc://${pathToFileURL(path).pathname}`);
}

async function modeOf(path: string): Promise<number> {
  return (await lstat(path)).mode & 0o777;
}

/** What a killed process leaves: a socket file at which nobody listens. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer().listen(`${path}.new`);
  await new Promise((resolve) => server.once("listening", resolve));
  await rename(`${path}.new`, path);
  await new Promise((resolve) => server.close(resolve)); // finds nothing to remove under its own name
}
