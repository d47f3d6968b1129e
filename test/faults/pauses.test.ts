/** T9: processes that are stopped for a while and go on as if nothing had been: a lid that was closed, a busy machine. */
import { describe, it } from "vitest";
import type { Program } from "../rig/program.ts";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { faultMs, inPair, lasting, type Pair, type Side } from "./pair.ts";

const companies = 5;
const stops = repeats(60, 600) / companies;
const longestMs = repeats(6_000, 60_000);

const victims = ["authority", "heir", "subscriber"] as const;
type Victim = (typeof victims)[number];

/** Goes on whatever happens. */
async function stopped(program: Program, during: () => Promise<void>): Promise<void> {
  program.signal("SIGSTOP");
  try {
    await during();
  } finally {
    program.signal("SIGCONT");
  }
}

/** What was acknowledged while it slept is in the first answer that it gives, or it gives none (F3). */
async function askWhereItSlept(pair: Pair, side: Side, ms: number): Promise<void> {
  const program = pair.company.node(side);
  let least = 0;
  await stopped(program, async () => {
    await lasting(ms);
    least = Number((await pair.traders.ask({ kind: "status" }))["acknowledged"]);
    program.tell({ kind: "read", key: "sum" });
  });
  const { value } = await program.hear("read");
  if (typeof value !== "string" && Number(value) < least) {
    throw new Error(`the ${side} one answered ${String(value)} of ${least} acknowledged when it woke`);
  }
}

async function stop(pair: Pair, victim: Victim, chance: SeededChance): Promise<string> {
  const ms = faultMs(chance, longestMs);
  if (victim === "subscriber") await stopped(pair.traders, () => lasting(ms));
  else await askWhereItSlept(pair, victim === "heir" ? pair.heir : pair.authority, ms);
  return `${victim} stopped for ${Math.round(ms)} ms while ${pair.authority} was the authority`;
}

describe.skipIf(process.platform === "win32")("T9: SIGSTOP, and on (not on Windows)", () => {
  for (let index = 0; index < companies; index++) {
    it.concurrent(`F3 F6 S3 S6: 0 stale answers, 0 double acknowledgements; company ${index} (${stops} ×)`, {
      timeout: 60_000 + (longestMs + 20_000) * stops,
    }, async () => {
      const seed = Number(process.env["SEED"] ?? index);
      const chance = new SeededChance(seed);
      await inPair(index % 2 === 1, async (pair) => {
        let moves = 0;
        for (let i = 0; i < stops; i++) {
          const before = pair.authority;
          await pair.settle(await stop(pair, victims[(index + i) % victims.length]!, chance));
          if (pair.authority !== before) moves += 1;
        }
        const { acknowledged, uncertain, reads, failures } = await pair.check();
        console.info(
          `stopped: ${stops} times, ${moves} takeovers, equal again after ${Math.round(Math.max(...pair.tookMs))} ms at ` +
            `most, ${acknowledged} writes, ${uncertain} in doubt, ${reads} reads, failed: ${JSON.stringify(failures)}`,
        );
      }).catch((cause: unknown) => {
        throw new Error(`with SEED=${seed}`, { cause });
      });
    });
  }
});
