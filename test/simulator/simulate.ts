/**
 * Simulations as tests: one property, many seeds.
 *
 * A normal run takes the same seeds each time, so that it is a change that makes it fail; `SIMULATIONS=n` draws n new
 * ones for each property, `SEED=n` takes that one. A failure prints the seed and the command that replays that very run.
 */
import { randomInt } from "node:crypto";
import { relative } from "node:path";
import { expect, it } from "vitest";
import { World } from "./world.ts";

export interface SimulateOptions {
  /** Seeds in a normal run. Default 300. */
  readonly seeds?: number;
  /** Real time that one seed may take, on a busy machine; the simulated time has no bound but a day. Default 500. */
  readonly patienceMs?: number;
  /** Called when all seeds were tried, unless it is one alone: to look at what they had in common. */
  readonly atEnd?: () => void;
}

const seedsAskedFor = Number(process.env["SIMULATIONS"] ?? 0);
const onlySeed = process.env["SEED"];
export function simulate(
  name: string,
  { seeds = 300, patienceMs = 500, atEnd }: SimulateOptions,
  live: (world: World) => Promise<void>,
): void {
  const count = onlySeed === undefined ? seedsAskedFor || seeds : 1;
  it(name, { timeout: 10_000 + count * patienceMs }, async () => {
    const first = onlySeed === undefined ? (seedsAskedFor > 0 ? randomInt(2 ** 31) : 1) : Number(onlySeed);
    for (let i = 0; i < count; i++) await replayable(name, first + i, live);
    if (onlySeed === undefined) atEnd?.();
  });
}

async function replayable(name: string, seed: number, live: (world: World) => Promise<void>): Promise<void> {
  try {
    await new World(seed).run(live);
  } catch (cause) {
    const file = relative(process.cwd(), expect.getState().testPath ?? "");
    const command = `SEED=${seed} npx vitest run ${file} -t ${JSON.stringify(name)}`;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${what}\nseed ${seed}; replay with: ${command}`, { cause });
  }
}
