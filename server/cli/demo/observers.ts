/** The ways to look at this machine, best first; the first that shows anything is used. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Observer, SeenProcess } from "./observation.ts";
import { parseProcConnections, parseProcStat } from "./proc-text.ts";
import { parseNetstat, parsePs } from "./tool-text.ts";

const run = promisify(execFile);

const procfs: Observer = {
  source: "/proc",
  async connections() {
    const texts = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readIfThere));
    return texts.flatMap(parseProcConnections);
  },
  async processes() {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const stats = await Promise.all(pids.map((pid) => readIfThere(`/proc/${pid}/stat`)));
    return stats.map(parseProcStat).filter((process): process is SeenProcess => isOfUsers(process));
  },
};

const tools: Observer = {
  source: "netstat and ps",
  async connections() {
    return parseNetstat((await run("netstat", ["-an"])).stdout);
  },
  async processes() {
    return parsePs((await run("ps", ["-axo", "pid=,ppid=,rss=,comm="])).stdout);
  },
};

/** The kernel's own threads have no memory of theirs, come and go by the dozen, and tell nobody anything. */
function isOfUsers(process: SeenProcess | undefined): boolean {
  return process !== undefined && process.memoryBytes > 0;
}

/** Processes end while one looks. */
async function readIfThere(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

/** The best observer of what `look` asks for; `undefined` where this machine shows nothing. */
export async function findObserver(look: "connections" | "processes"): Promise<Observer | undefined> {
  for (const observer of [procfs, tools]) {
    const seen: readonly unknown[] = await observer[look]().catch(() => []);
    if (seen.length > 0) return observer;
  }
  return undefined;
}
