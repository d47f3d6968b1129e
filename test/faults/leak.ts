/** T24: what a process holds does not grow with what it has done. */
import { expect, it } from "vitest";
import { Program } from "../rig/program.ts";
import type { LeakSample, LeakTask } from "./leak-program.ts";

const roundsPerMinute = 240;
/** For a run by hand at the pace of the field; a normal run does the rounds of five minutes as fast as they go. */
const minutes = Number(process.env["LEAK_MINUTES"] ?? (process.env["SOAK"] === undefined ? 0 : 480));
const rounds = (minutes || 5) * roundsPerMinute;
const mostPerHour = 1024 * 1024;

/** The median slope between all pairs: a few samples that are off do not move it. */
function slopeOf(samples: readonly LeakSample[]): number {
  const slopes: number[] = [];
  for (const [i, one] of samples.entries()) {
    for (const other of samples.slice(i + 1)) {
      slopes.push((other.heapBytes - one.heapBytes) / (other.round - one.round));
    }
  }
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)]!;
}

it(`T24: the heap grows by less than 1 MiB an hour, and no handle is left (${rounds} rounds)`, {
  timeout: 120_000 + 2 * minutes * 60_000,
}, async () => {
  const task: LeakTask = { rounds, paceMs: minutes > 0 ? 60_000 / roundsPerMinute : 0, every: Math.ceil(rounds / 120) };
  const program = await Program.start("./leak-program.ts", import.meta.url, task);
  try {
    const { before, samples, after } = (await program.hear("held", 120_000 + 2 * minutes * 60_000)) as never as {
      readonly before: LeakSample;
      readonly samples: readonly LeakSample[];
      readonly after: LeakSample;
    };
    const settled = samples.slice(samples.length / 3); // code is compiled and tables have their size by then
    const perHour = slopeOf(settled) * roundsPerMinute * 60;
    const [first, last] = [settled[0]!, settled.at(-1)!];
    console.info(
      `leak: ${Math.round(perHour / 1024)} KiB an hour over ${rounds} rounds, ` +
        `${first.heapBytes} to ${last.heapBytes} bytes, handles ${before.handles}, ${last.handles}, ${after.handles}`,
    );
    expect(perHour).toBeLessThan(mostPerHour);
    expect(after.handles).toBeLessThanOrEqual(before.handles);
    const during = settled.map(({ handles }) => handles);
    expect(Math.max(...during.slice(-10))).toBeLessThanOrEqual(Math.max(...during.slice(0, 10)));
  } finally {
    await program.kill();
  }
});
