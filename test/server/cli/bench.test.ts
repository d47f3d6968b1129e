/**
 * The benchmark in its small mode: everything arrives, in every workload, beside every peer that this machine has. Speed
 * is for machines that do nothing else.
 */
import { describe, expect, test } from "vitest";
import { start, useCommand } from "./command.ts";

useCommand();

interface Result {
  readonly workload: string;
  readonly runs: number;
  readonly contestants: readonly { readonly name: string; readonly figures: Record<string, number> }[];
  readonly targets: readonly {
    readonly target: string;
    readonly median: number;
    readonly must?: number;
    readonly goal?: number;
    readonly verdict: string;
  }[];
  readonly unmeasured: readonly { readonly target: string; readonly reason: string }[];
}

interface Report {
  readonly peers: { readonly present: Record<string, string>; readonly absent: Record<string, string> };
  readonly results: readonly Result[];
}

/** What takes part in each workload: ours, the references that need only Node, then the peers. */
const expected: Readonly<Record<string, readonly string[]>> = {
  direct: ["own", "raw", "bare", "nats", "redis", "mosquitto", "zeromq"],
  "direct-1k": ["own", "raw", "nats", "redis", "mosquitto", "zeromq"],
  router: ["own", "raw", "nats"],
  ipc: ["own", "raw"],
  ws: ["own", "raw"],
  lazy: ["own", "raw"],
  slow: ["own"],
  "fan-out": ["own", "raw", "nats", "redis", "mosquitto", "zeromq"],
  local: ["own"],
  inproc: ["own"],
  "rtt-tcp": ["own", "raw", "nats", "redis", "mosquitto", "zeromq"],
  "rtt-ipc": ["own", "raw"],
  "rtt-ws": ["own", "raw"],
  "rtt-inproc": ["own"],
  "match-1k": ["own", "qlobber"],
  "match-100k": ["own", "qlobber"],
  match: ["own", "qlobber"],
  codec: ["own", "array"],
  "store-put": ["own", "redis", "nats"],
  "store-get": ["own"],
  "store-snapshot": ["own", "tenth", "redis"],
  "store-persist": ["own"],
};

const peerNames = ["nats", "redis", "mosquitto", "zeromq", "qlobber"];

/** Runs these workloads at a small scale, once. */
async function bench(...args: readonly string[]): Promise<Report> {
  const { out, err, status } = await start("bench", ...args, "--scale", "0.002", "--runs", "1", "--json").ended;
  expect(err).toBe(""); // a run that loses an event is void, and says so here
  const report = JSON.parse(out) as Report;
  const missed = report.results.some(({ targets }) => targets.some(({ verdict }) => verdict === "missed"));
  expect(status).toBe(missed ? 1 : 0); // a busy machine may miss targets
  return report;
}

function checkFigures({ contestants, targets, unmeasured }: Result): void {
  for (const { figures } of contestants) {
    const { growthMiB = 0, serverMicroseconds = 0, authorityMicroseconds = 0, ...others } = figures; // these may well be nothing
    expect(growthMiB).toBeGreaterThanOrEqual(0);
    expect(serverMicroseconds).toBeGreaterThanOrEqual(0);
    expect(authorityMicroseconds).toBeGreaterThanOrEqual(0);
    expect(Object.entries(others).filter(([, figure]) => !(figure > 0 && Number.isFinite(figure)))).toEqual([]);
    expect(Object.keys(others)).not.toEqual([]);
  }
  for (const { median, must, goal, verdict } of targets) {
    expect(Number.isFinite(median)).toBe(true);
    const isJudged = must !== undefined || goal !== undefined;
    expect(isJudged ? ["missed", "open", "must", "goal"] : ["told"]).toContain(verdict);
  }
  for (const { reason } of unmeasured) expect(reason).toMatch(/no .* on this machine|not asked for/);
}

describe("bench", () => {
  const everythingMs = 400_000; // a hundred processes one after the other: 20 s where nothing else runs

  test(
    "every workload runs, beside the peers that are here; the others are skipped in words",
    async () => {
      const { peers, results } = await bench();
      expect([...Object.keys(peers.present), ...Object.keys(peers.absent)].sort()).toEqual([...peerNames].sort());
      for (const reason of Object.values(peers.absent)) expect(reason).toMatch(/no .* on this machine/);
      expect(results.map(({ workload }) => workload)).toEqual(Object.keys(expected));
      for (const result of results) {
        const there = expected[result.workload]!.filter((name) => !Object.hasOwn(peers.absent, name));
        expect(result.contestants.map(({ name }) => name)).toEqual(there);
        checkFigures(result);
      }
    },
    everythingMs,
  );

  test("without peers, it names the targets that are left out", async () => {
    const { peers, results } = await bench("direct", "--peers", "none");
    expect(peers.present).toEqual({});
    expect(Object.keys(peers.absent)).toEqual(peerNames);
    expect(results[0]?.contestants.map(({ name }) => name)).toEqual(["own", "raw", "bare"]);
    expect(results[0]?.unmeasured).toEqual([{ target: "events/s to nats", reason: "not asked for", must: 3, goal: 4 }]);
    checkFigures(results[0]!);
  });

  test("a peer that is not on this machine is skipped in words", async () => {
    const { out } = await start("bench", "match-1k", "--runs", "1", "--peers-folder", "/nowhere").ended;
    expect(out).toContain("skipped  qlobber: no package qlobber on this machine; node .ci/peers.mjs installs it");
  });

  test("a workload or peer that is none is named, with those there are", async () => {
    const { err, status } = await start("bench", "warp").ended;
    expect(status).toBe(2);
    expect(err).toContain('no workload "warp"; there are direct, direct-1k, router');
    const peer = await start("bench", "--peers", "carrier-pigeon").ended;
    expect(peer.status).toBe(2);
    expect(peer.err).toContain('no peer "carrier-pigeon"; there are nats, redis, mosquitto, zeromq, qlobber, or none');
  });
});
