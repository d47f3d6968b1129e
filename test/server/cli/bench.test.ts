/** The benchmark in its small mode: everything arrives, in every workload. Speed is for machines that do nothing else. */
import { expect, test } from "vitest";
import { start, useCommand } from "./command.ts";

useCommand();

interface Result {
  readonly workload: string;
  readonly runs: number;
  readonly own: Record<string, number>;
  readonly targets: readonly { readonly median: number; readonly must: number; readonly verdict: string }[];
}

test("all workloads run beside their references, and say how they did", async () => {
  const { out, err, status } = await start("bench", "--scale", "0.002", "--runs", "1", "--json").ended;
  expect(err).toBe(""); // a run that loses an event is void, and says so here
  expect(status === 0 || status === 1).toBe(true); // 1: a target was missed, which a busy machine may
  const { results } = JSON.parse(out) as { results: readonly Result[] };
  expect(results.map(({ workload }) => workload)).toEqual([
    "direct",
    "direct-1k",
    "router",
    "ipc",
    "ws",
    "fan-out",
    "local",
    "inproc",
    "rtt-tcp",
    "rtt-ipc",
    "rtt-ws",
    "rtt-inproc",
  ]);
  for (const { own, targets } of results) {
    expect(Object.values(own).every((figure) => figure > 0)).toBe(true);
    for (const { median, must, verdict } of targets) {
      expect(Number.isFinite(median) && Number.isFinite(must)).toBe(true);
      expect(["missed", "must", "goal"]).toContain(verdict);
    }
  }
  const missed = results.some(({ targets }) => targets.some(({ verdict }) => verdict === "missed"));
  expect(status).toBe(missed ? 1 : 0);
});

test("a workload that is none is named, with those there are", async () => {
  const { err, status } = await start("bench", "warp").ended;
  expect(status).toBe(2);
  expect(err).toContain('no workload "warp"; there are direct, direct-1k, router');
});
