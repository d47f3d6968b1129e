/** T8: networks that fall apart between an authority, its heir and their clients, and come together again. */
import { describe, it } from "vitest";
import type { Direction } from "../rig/fault-proxy.ts";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { faultMs, inPair, lasting, type Pair, type Way } from "./pair.ts";

const companies = 3;
const partitions = repeats(60, 600) / companies;
const longestMs = repeats(4_500, 20_000);

const kinds = ["full", "one-way", "authority alone", "heir alone", "flapping"] as const;
type Kind = (typeof kinds)[number];

const everywhere: readonly Way[] = ["between", "left", "right"];
const bothDirections: readonly Direction[] = ["toListener", "toOpener"];

/**
 * How bytes are kept from going: `hold` delays all there is, as a network does whose packets are sent again; `swallow`
 * loses it, and the connection with it; `refuse` breaks connections and takes no new ones.
 */
type Means = "hold" | "swallow" | "refuse";

function part(pair: Pair, ways: readonly Way[], means: Means, directions: readonly Direction[]): void {
  for (const way of ways) {
    if (means !== "refuse") pair.ways[way].behave(means, directions);
    else {
      pair.ways[way].refuse();
      pair.ways[way].reset();
    }
  }
}

async function heal(pair: Pair, ways: readonly Way[], means: Means): Promise<void> {
  for (const way of ways) {
    pair.ways[way].behave("pass");
    if (means === "swallow") pair.ways[way].reset();
    await pair.ways[way].listen();
  }
}

async function flap(pair: Pair, chance: SeededChance, ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs) {
    const means = chance.pick(["hold", "swallow", "refuse"] as const);
    const ways = everywhere.filter((way) => way === "between" || chance.flip());
    part(pair, ways, means, bothDirections);
    await lasting(chance.between(20, 700));
    await heal(pair, ways, means);
    await lasting(chance.between(20, 400));
  }
}

/** Returns what it did, in words. */
async function tear(pair: Pair, kind: Kind, chance: SeededChance): Promise<string> {
  const ms = faultMs(chance, longestMs);
  const words = `${kind} for ${Math.round(ms)} ms`;
  if (kind === "flapping") {
    await flap(pair, chance, ms);
    return words;
  }
  const ways: Readonly<Record<typeof kind, readonly Way[]>> = {
    full: everywhere,
    "one-way": ["between"],
    "authority alone": ["between", pair.authority],
    "heir alone": ["between", pair.heir],
  };
  const directions = kind === "one-way" ? [chance.pick(bothDirections)] : bothDirections;
  const means =
    kind === "one-way"
      ? chance.pick(["hold", "swallow"] as const)
      : chance.pick(["hold", "swallow", "refuse"] as const);
  part(pair, ways[kind], means, directions);
  await lasting(ms);
  await heal(pair, ways[kind], means);
  return `${words} by ${means} ${directions.join()} while ${pair.authority} was the authority`;
}

describe("T8: partitions of those who share a store", () => {
  for (let index = 0; index < companies; index++) {
    it.concurrent(`F2 F3 F4 F6 F7 S7: no second history, no stale answer, all equal within 5 s; company ${index} (${partitions} ×)`, {
      timeout: 60_000 + (longestMs + 20_000) * partitions,
    }, async ({ expect }) => {
      const seed = Number(process.env["SEED"] ?? index);
      const chance = new SeededChance(seed);
      await inPair(index % 2 === 1, async (pair) => {
        let moves = 0;
        for (let i = 0; i < partitions; i++) {
          const before = pair.authority;
          await pair.settle(await tear(pair, kinds[(index + i) % kinds.length]!, chance));
          if (pair.authority !== before) moves += 1;
        }
        const { acknowledged, uncertain, reads, failures } = await pair.check();
        const slowestMs = Math.max(...pair.tookMs);
        console.info(
          `partitions: ${partitions}, ${moves} takeovers, equal again after ${Math.round(slowestMs)} ms at most, ` +
            `${acknowledged} writes, ${uncertain} in doubt, ${reads} reads, failed: ${JSON.stringify(failures)}`,
        );
        expect(pair.tookMs).toHaveLength(partitions);
      }).catch((cause: unknown) => {
        throw new Error(`with SEED=${seed}`, { cause });
      });
    });
  }
});
