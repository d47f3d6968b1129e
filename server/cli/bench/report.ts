/** What the benchmark prints: for people a table, for programs one JSON document. */
import type { Figures } from "./run.ts";
import type { Target, Workload } from "./workloads.ts";

/** Runs of ours and of the reference, in turn: pair by pair. */
export interface Pair {
  readonly own: Figures;
  readonly reference: Figures;
}

export interface TargetResult {
  readonly target: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly must: number;
  readonly goal?: number;
  readonly verdict: "missed" | "must" | "goal";
}

export interface WorkloadResult {
  readonly workload: string;
  readonly title: string;
  readonly reference: string;
  readonly targets: readonly TargetResult[];
  /** Medians of single runs. */
  readonly own: Figures;
  readonly ofReference: Figures;
  readonly runs: number;
}

export function resultOf(workload: Workload, pairs: readonly Pair[]): WorkloadResult {
  return {
    workload: workload.name,
    title: workload.title,
    reference: workload.referenceTitle,
    targets: workload.targets.map((target) => judge(target, pairs)),
    own: medians(pairs.map((pair) => pair.own)),
    ofReference: medians(pairs.map((pair) => pair.reference)),
    runs: pairs.length,
  };
}

function judge(target: Target, pairs: readonly Pair[]): TargetResult {
  const values = pairs.map(({ own, reference }) => target.measure(own, reference)).sort((a, b) => a - b);
  const median = middle(values);
  const reaches = (limit: number) => (target.better === "more" ? median >= limit : median <= limit);
  const { name, unit, must, goal } = target;
  const hasGoal = goal !== undefined && reaches(goal);
  return {
    ...{ target: name, unit, median, min: values[0]!, max: values.at(-1)!, must },
    ...(goal !== undefined && { goal }),
    verdict: hasGoal ? "goal" : reaches(must) ? "must" : "missed",
  };
}

function medians(runs: readonly Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, middle(runs.map((figures) => figures[name]!).sort((a, b) => a - b))]),
  );
}

function middle(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Lines for one workload. */
export function* describe(result: WorkloadResult): Generator<string> {
  const against = result.reference === "" ? "" : ` against ${result.reference}`;
  yield `${result.title}${against} (${result.runs} runs each, medians)`;
  yield `  ours       ${figureText(result.own)}`;
  if (result.reference !== "") yield `  reference  ${figureText(result.ofReference)}`;
  for (const target of result.targets) {
    const spread = `${short(target.min)} to ${short(target.max)}`;
    const goal = target.goal === undefined ? "" : `, goal ${short(target.goal)}`;
    const value = `${short(target.median)} ${target.unit}`.padEnd(14);
    yield `  ${mark(target)} ${target.target.padEnd(30)} ${value} (${spread}; must ${short(target.must)}${goal})`;
  }
}

function mark({ verdict }: TargetResult): string {
  return { missed: "MISSED", must: "must  ", goal: "goal  " }[verdict];
}

const units: Readonly<Record<string, string>> = {
  perSecond: "events/s",
  cpuMicroseconds: "µs CPU/event",
  publisherMiB: "MiB publisher",
  subscriberMiB: "MiB subscriber",
  routerMicroseconds: "µs CPU/event router",
  routerMiB: "MiB router",
  peakMiB: "MiB",
  bytesPerEvent: "B/event",
  p50: "µs p50",
  p99: "µs p99",
  max: "µs max",
};

function figureText(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${short(value)} ${units[name] ?? name}`)
    .join(", ");
}

function short(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString("en").replaceAll(",", " ");
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
