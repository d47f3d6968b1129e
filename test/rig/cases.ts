/**
 * Rows of faults as tests: one property, tried with chance from many seeds, as docs/testing.md counts them.
 *
 * A normal run takes the same seeds each time; a failure tells the seed, and `SEED=…` tries that one alone.
 */
import { relative } from "node:path";
import { expect, it } from "vitest";
import { SeededChance } from "../simulator/chance.ts";
import { repeats } from "./repeats.ts";

export interface Times {
  readonly ci: number;
  readonly soak: number;
  /** For all of them together in a normal run; default 60 s. */
  readonly withinMs?: number;
}

const onlySeed = process.env["SEED"];

/** `attempt` is given chance, and which try it is, from 0; it starts and ends by itself. */
export function cases(
  name: string,
  { ci, soak, withinMs = 60_000 }: Times,
  attempt: (chance: SeededChance, index: number) => Promise<void>,
): void {
  const count = onlySeed === undefined ? repeats(ci, soak) : 1;
  it(`${name} (${count} ×)`, { timeout: withinMs * Math.max(1, count / ci) }, async () => {
    const first = onlySeed === undefined ? 0 : Number(onlySeed);
    for (let seed = first; seed < first + count; seed++) await replayable(name, seed, attempt);
  });
}

async function replayable(
  name: string,
  seed: number,
  attempt: (chance: SeededChance, index: number) => Promise<void>,
): Promise<void> {
  try {
    await attempt(new SeededChance(seed), seed);
  } catch (cause) {
    const file = relative(process.cwd(), expect.getState().testPath ?? "");
    const command = `SEED=${seed} npx vitest run --project unit ${file} -t ${JSON.stringify(name)}`;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${what}\nseed ${seed}; again with: ${command}`, { cause });
  }
}
