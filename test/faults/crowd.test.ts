/** T15: ten thousand connections at one listener, and as many that come and go. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Program } from "../rig/program.ts";
import { repeats } from "../rig/repeats.ts";
import type { CrowdTask } from "./crowd-program.ts";

const peers = 10_000;
const mostBytesEach = 40 * 1024;
/** Beside the connections: what a process of Node opens for itself. */
const spareFiles = 100;

const churned = repeats(4_000, 400_000);

/** Open files that one process may have here; the children inherit the limit. */
function fileLimit(): number {
  const told = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  return told === "unlimited" ? Number.POSITIVE_INFINITY : Number(told);
}

const files = fileLimit();
const isPossible = files >= peers + spareFiles;

function start(task: CrowdTask): Promise<Program> {
  return Program.start("./crowd-program.ts", import.meta.url, task);
}

describe("T15: a crowd", () => {
  const reason = isPossible ? "" : ` (this machine lets a process open ${files} files only)`;
  it.skipIf(!isPossible)(
    `of ${peers} is served, and weighs at most 40 KiB each${reason}`,
    async () => {
      const listener = await start({ side: "listener" });
      const { location } = await listener.hear("ready");
      const crowd = await start({ side: "crowd", location: String(location) });
      try {
        const empty = await memoryOf(listener);
        const tookMs = await inParts(crowd, "come", peers);
        const full = await memoryOf(listener);
        expect(full.up).toBe(peers);
        const eachBytes = (full.heldBytes - empty.heldBytes) / peers;
        const eachRss = (full.rss - empty.rss) / peers;
        report("coming", tookMs, peers);
        console.info(
          `a connection takes ${Math.round(eachBytes)} bytes, ${Math.round(eachRss)} with all of the process`,
        );
        expect(eachBytes).toBeLessThan(mostBytesEach);
        expect(eachRss).toBeLessThan(mostBytesEach);

        await publish(listener, crowd);
        report("coming and going", await inParts(crowd, "churn", churned), churned);
        await publish(listener, crowd);
        expect((await memoryOf(listener)).up).toBe(peers);
      } finally {
        await Promise.all([listener.kill(), crowd.kill()]);
      }
    },
    240_000 + churned, // a quarter of it, where the machine has nothing else to do
  );
});

async function memoryOf(listener: Program): Promise<{ heldBytes: number; rss: number; up: number }> {
  const { heldBytes, rss, up } = await listener.ask({ kind: "memory" });
  return { heldBytes: Number(heldBytes), rss: Number(rss), up: Number(up) };
}

/** One event reaches each of them. */
async function publish(listener: Program, crowd: Program): Promise<void> {
  listener.tell({ kind: "raise" });
  const { tookMs } = await crowd.ask({ kind: "heard", many: peers });
  report("one event to each", Number(tookMs), peers);
}

/** Some at a time, so that each answer comes soon. Returns how long it took. */
async function inParts(crowd: Program, kind: string, many: number): Promise<number> {
  const part = 2_000;
  let tookMs = 0;
  for (let left = many; left > 0; left -= part) tookMs += Number((await crowd.ask({ kind, many: part }))["tookMs"]);
  return tookMs;
}

function report(what: string, tookMs: number, many: number): void {
  console.info(`${what}: ${Math.round(many / (tookMs / 1_000))}/s`);
}
