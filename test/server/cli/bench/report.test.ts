import { expect, test } from "vitest";
import { own, raw } from "../../../../server/cli/bench/contestant.ts";
import { describe, resultOf } from "../../../../server/cli/bench/report.ts";
import { cost, type Round, timesAsLittle, timesAsMuch } from "../../../../server/cli/bench/target.ts";

const task = { shape: "direct", scheme: "tcp", events: 10 } as const;
const absent = new Map([["nats", "no nats-server on this machine"]] as const);
const attendance = { present: new Map(), absent };

const workload = {
  name: "direct",
  title: "from here to there",
  contestants: [own(task), raw(task)],
  targets: [
    timesAsMuch("perSecond", "raw", { must: 2, goal: 3 }),
    timesAsLittle("p50", "raw", { must: 1, goal: 0.5 }),
    timesAsMuch("perSecond", "raw", { goal: 4 }),
    cost("memory", "MiB", ["publisherMiB", "subscriberMiB"], { must: 100 }),
    timesAsMuch("perSecond", "nats", { must: 3 }),
  ],
};

/** Ours is `times` as fast as the other, whose own speed says nothing. */
function round(times: number, speed: number): Round {
  return {
    own: { perSecond: times * speed, p50: 1, publisherMiB: 50, subscriberMiB: 120 },
    raw: { perSecond: speed, p50: 2 },
  };
}

test("a ratio is taken round by round, and its median is judged", () => {
  const { targets } = resultOf(workload, [round(2, 100), round(9, 1), round(2.5, 1_000)], attendance);
  expect(targets[0]).toMatchObject({ median: 2.5, min: 2, max: 9, verdict: "must" });
  expect(targets.map(({ verdict }) => verdict)).toEqual(["must", "goal", "open", "missed"]);
  expect(targets[3]?.median).toBe(120);
});

test("a target whose other side is absent is told with the reason, and judged by nobody", () => {
  const result = resultOf(workload, [round(2, 100)], attendance);
  expect(result.unmeasured).toEqual([
    { target: "events/s to nats", reason: "no nats-server on this machine", must: 3 },
  ]);
  expect([...describe(result)].at(-1)).toMatch(/^ {2}skipped events\/s to nats .*must 3.*: no nats-server on this/);
});

test("what has no bounds is told, and judged by nobody", () => {
  const shown = { ...workload, targets: [timesAsMuch("perSecond", "raw", {}), timesAsMuch("perSecond", "nats", {})] };
  const result = resultOf(shown, [round(2, 100)], attendance);
  expect(result.targets).toMatchObject([{ median: 2, verdict: "told" }]);
  const [told, skipped] = [...describe(result)].slice(-2);
  expect(told).toMatch(/^ {2}told {4}events\/s to raw +2\.00 × +\(2\.00 to 2\.00\)$/);
  expect(skipped).toMatch(/^ {2}skipped events\/s to nats +: no nats-server on this machine$/);
});

test("people get a row for each contestant and a column for each figure", () => {
  const lines = [...describe(resultOf(workload, [round(2, 100)], attendance))];
  expect(lines[1]).toBe("direct: from here to there (medians of 1)");
  expect(lines[2]?.trim().split(/ {2,}/)).toEqual(["events/s", "µs p50", "MiB publisher", "MiB subscriber"]);
  expect(lines[3]?.trim().split(/ {2,}/)).toEqual(["ours", "200", "1.00", "50.00", "120"]);
  expect(lines[4]?.trim().split(/ {2,}/)).toEqual(["raw net + JSON", "100", "2.00"]);
});
