/**
 * An authority and its heir as processes, with clients at the one, at the other and at both, and a proxy on each way
 * between them; and what must be true of them after each fault.
 */
import { expect } from "vitest";
import { FaultProxy } from "../rig/fault-proxy.ts";
import { Program } from "../rig/program.ts";
import { inStoreCompany, type Status, type StoreCompany } from "./store-company.ts";
import type { TraderReport } from "./trader-program.ts";

export type Side = "left" | "right";
/** Where bytes go: between the two, and between clients and each of them. */
export type Way = "between" | Side;

/** S7. */
const convergeMs = 5_000;
/** What a busy machine may take on top, with a takeover that had begun when the fault ended. */
const spareMs = 10_000;

/**
 * A look takes a few ms where there is time for it. What one takes beyond this, none of those that are looked at had the
 * machine, and it does not count: with several companies on two cores, and others beside them, it may be seconds.
 */
const usualLookMs = 250;

/** Between two looks at whether they are equal: looking costs the machine, which has others to run. */
const lookMs = 60;

interface Copy {
  readonly version: Status["version"];
  readonly digest?: string;
}

export class Pair {
  readonly company: StoreCompany;
  readonly ways: Readonly<Record<Way, FaultProxy>>;
  readonly traders: Program;
  /** How long after each fault all were equal again. */
  readonly tookMs: number[] = [];
  /** Who was the authority after the last fault. */
  authority: Side = "left";

  private constructor(company: StoreCompany, ways: Record<Way, FaultProxy>, traders: Program) {
    this.company = company;
    this.ways = ways;
    this.traders = traders;
  }

  static async gather(company: StoreCompany, isPersistent: boolean): Promise<Pair> {
    const disk = (name: Side) => (isPersistent ? ({ path: company.path(name), durability: "process" } as const) : {});
    const listen = "tcp://127.0.0.1:0";
    const forward = "*"; // a client at the one reaches the other through it
    const left = { ...disk("left"), name: "left", role: "authority", listen, dial: [], forward } as const;
    const between = await FaultProxy.open(await company.start(left));
    const dial = [between.location];
    const right = { ...disk("right"), name: "right", role: "standby", listen, dial, forward } as const;
    await company.start(right);
    while ((await company.node("right").hear("term"))["state"] !== "heir");
    const ways = {
      between,
      left: await FaultProxy.open(company.task("left").listen!),
      right: await FaultProxy.open(company.task("right").listen!),
    };
    const [atLeft, atRight] = [ways.left.location, ways.right.location];
    const traders = await Program.start("./trader-program.ts", import.meta.url, {
      clients: [
        { name: "at-left", dial: [atLeft], mode: "async" },
        { name: "at-right", dial: [atRight], mode: "async" },
        { name: "at-both", dial: [atLeft, atRight], mode: "sync" },
      ],
    });
    await traders.hear("ready");
    return new Pair(company, ways, traders);
  }

  get heir(): Side {
    return this.authority === "left" ? "right" : "left";
  }

  /** Resolves when so many more writes of clients were acknowledged. */
  async flows(more: number): Promise<void> {
    this.traders.tell({ kind: "await", more });
    await this.traders.hear("when");
  }

  /** A fault is over: one is the authority, the other one its heir again, and all copies are equal (S7). */
  async settle(what: string): Promise<void> {
    const startMs = performance.now();
    await this.traders.ask({ kind: "pause" });
    let starvedMs = 0;
    for (;;) {
      const lookedMs = performance.now();
      const { isSettled, seen } = await this.#look();
      starvedMs += Math.max(performance.now() - lookedMs - usualLookMs, 0);
      const tookMs = performance.now() - startMs - starvedMs;
      if (isSettled) {
        this.tookMs.push(tookMs);
        break;
      }
      await lasting(lookMs);
      if (tookMs > convergeMs + spareMs) {
        const starved = `${Math.round(starvedMs)} ms without the machine not counted`;
        throw new Error(`not settled ${Math.round(tookMs)} ms after ${what} (${starved}): ${seen}`);
      }
    }
    await this.traders.ask({ kind: "resume" });
    await this.flows(20);
    const { stale, doubled } = await this.report();
    expect({ stale, doubled }, what).toEqual({ stale: [], doubled: [] });
  }

  async #look(): Promise<{ readonly isSettled: boolean; readonly seen: string }> {
    const both = await Promise.all([this.company.status("left", "digest"), this.company.status("right", "digest")]);
    const traders = await this.traders.ask({ kind: "status" });
    const all: readonly Copy[] = [...both, ...(traders["copies"] as readonly Copy[])];
    const marks = new Set(all.map(({ version, digest }) => `${version.epoch} ${version.revision} ${digest}`));
    const roles = both.map(({ role }) => role);
    if (roles.includes("authority")) this.authority = roles[0] === "authority" ? "left" : "right";
    const isSettled = marks.size === 1 && [...roles].sort().join() === "authority,standby";
    return { isSettled, seen: JSON.stringify({ both, traders }) };
  }

  async report(): Promise<TraderReport> {
    return (await this.traders.ask({ kind: "report" }))["report"] as TraderReport;
  }

  /** S2, F6: nothing acknowledged is missing, nothing counts twice, and nothing failed but for want of an authority. */
  async check(): Promise<TraderReport> {
    await this.traders.ask({ kind: "pause" });
    while (Number((await this.traders.ask({ kind: "status" }))["underWay"]) > 0) await lasting(lookMs);
    const report = await this.report();
    const made = (await this.company.content(this.authority)).get("sum") ?? 0;
    expect(made).toBeGreaterThanOrEqual(report.acknowledged);
    expect(made).toBeLessThanOrEqual(report.acknowledged + report.uncertain);
    const codes = Object.keys(report.failures);
    expect(codes.filter((code) => !["NO_AUTHORITY", "INDETERMINATE", "TIMED_OUT"].includes(code))).toEqual([]);
    return report;
  }

  async disband(): Promise<void> {
    await this.traders.kill();
    for (const way of Object.values(this.ways)) way.close();
  }
}

export async function inPair(isPersistent: boolean, use: (pair: Pair) => Promise<void>): Promise<void> {
  await inStoreCompany(async (company) => {
    const pair = await Pair.gather(company, isPersistent);
    try {
      await use(pair);
    } finally {
      await pair.disband();
    }
  });
}

/** How long a fault lasts is a part of it. */
export function lasting(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Short ones that nobody may notice, ones about as long as a term, and ones in which the heir takes over. */
export function faultMs(
  chance: { between(least: number, most: number): number; next(): number },
  longest: number,
): number {
  const drawn = chance.next();
  if (drawn < 0.45) return chance.between(100, 1_500);
  return drawn < 0.65 ? chance.between(1_500, 3_200) : chance.between(3_200, longest);
}
