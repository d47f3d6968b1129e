/** T24: what a process holds does not grow with what it has done. */
import { expect, it } from "vitest";
import { Program } from "../rig/program.ts";
import { repeats } from "../rig/repeats.ts";
import type { LeakSample, LeakTask } from "./leak-program.ts";

/** An hour of load is 14,400 rounds, at the pace of the field or as fast as they go. */
const roundMs = 250;
const roundsPerHour = (60 * 60 * 1000) / roundMs;
/** At the pace of the field, by hand. */
const pacedMinutes = Number(process.env["LEAK_MINUTES"] ?? 0);
/** In ten minutes alone, one table that gets twice its size weighs as much as half a mebibyte an hour. */
const minutes = pacedMinutes || repeats(20, 480);
const rounds = (minutes * roundsPerHour) / 60;
const mostMiBPerHour = 1;
const patienceMs = 180_000 + minutes * (pacedMinutes > 0 ? 60_000 : 15_000);

/** Bytes a round: the median slope between all pairs, so that a few samples that are off do not move it. */
function slopeOf(samples: readonly Pick<LeakSample, "round" | "heapBytes">[]): number {
  const slopes: number[] = [];
  for (const [i, one] of samples.entries()) {
    for (const other of samples.slice(i + 1)) {
      slopes.push((other.heapBytes - one.heapBytes) / (other.round - one.round));
    }
  }
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}

it("the slope is that of most samples, whatever a few are off by", () => {
  const samples = Array.from({ length: 60 }, (_, i) => {
    const offBytes = i % 7 === 0 ? 1_000_000 : (i % 3) * 500;
    return { round: i * 40, heapBytes: 20_000_000 + i * 40 * 100 + offBytes };
  });
  expect(slopeOf(samples)).toBeGreaterThan(95);
  expect(slopeOf(samples)).toBeLessThan(105);
});

it(`T24: the heap grows by less than ${mostMiBPerHour} MiB an hour of load, and no handle is left (${rounds} rounds)`, {
  timeout: patienceMs + 10_000,
}, async () => {
  const task: LeakTask = { rounds, roundMs, isPaced: pacedMinutes > 0, every: Math.ceil(rounds / 60) };
  const program = await Program.start("./leak-program.ts", import.meta.url, task);
  try {
    const { before, samples, after } = (await program.hear("held", patienceMs)) as never as {
      readonly before: LeakSample;
      readonly samples: readonly LeakSample[];
      readonly after: LeakSample;
    };
    const perHour = slopeOf(samples) * roundsPerHour;
    const [first, last] = [samples[0]!, samples.at(-1)!];
    console.info(
      `T24: ${Math.round(perHour / 1024)} KiB an hour over ${rounds} rounds, ` +
        `${first.heapBytes} to ${last.heapBytes} bytes, handles ${before.handles}, ${last.handles}, ${after.handles}`,
    );
    expect(perHour).toBeLessThan(mostMiBPerHour * 1024 * 1024);
    expect(after.handles).toBeLessThanOrEqual(before.handles);
    const during = samples.map(({ handles }) => handles);
    expect(Math.max(...during.slice(-10))).toBeLessThanOrEqual(Math.max(...during.slice(0, 10)));
  } finally {
    await program.kill();
  }
});
