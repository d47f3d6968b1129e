/**
 * A peer's server, as a process of a benchmark: started on a free port of loopback, with nothing kept, and ended with it.
 *
 * Invariant: the server is gone when this process is, however that ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SwitchyardError } from "../../../../library/index.ts";
import { type Part, tell, told } from "../role.ts";
import { findCommand } from "./packages.ts";
import type { Server } from "./peer.ts";
import { peers } from "./peers.ts";

/** Somebody else may take the free port first. */
const tries = 5;

export async function serve(part: Part): Promise<void> {
  await serveWith(peers[part.peer!].server!);
}

export async function serveWith(server: Server): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-peer-"));
  try {
    const { child, port } = await startServer(server, folder);
    const before = cpuSeconds(child.pid!);
    tell({ kind: "ready", location: `${server.scheme}://127.0.0.1:${port}` });
    await told("stop");
    const usage = { cpuSeconds: cpuSeconds(child.pid!) - before, peakMiB: 0 };
    tell({ kind: "done", startNs: "0", endNs: "0", count: 0, sum: 0, usage, bytes: 0 });
    child.kill("SIGKILL"); // it has nothing to keep
    await once(child, "exit");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** It is gone when this process is. */
export async function startServer(server: Server, folder: string): Promise<{ child: ChildProcess; port: number }> {
  let said = "";
  for (let i = 0; i < tries; i++) {
    const port = await freePort();
    const child = spawn(findCommand(server.command)!, await server.arguments(port, folder), {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    process.on("exit", () => child.kill("SIGKILL"));
    said = await saying(child, server.ready);
    if (server.ready.test(said)) return { child, port };
  }
  throw new SwitchyardError("INTERNAL", `${server.command} does not start: ${said.trim().slice(-500)}`);
}

/** Everything it said up to the line that matches, or to its end. */
function saying(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        if (said.length < 100_000) said += text;
        if (pattern.test(said)) resolve(said);
      });
    }
    child.once("close", () => resolve(said));
  });
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Linux counts the CPU time of a process in hundredths of a second; elsewhere it is not known, and 0. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
