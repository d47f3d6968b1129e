/** What the benchmark prints: for people a table, for programs one JSON document. */
import type { ContestantName } from "./contestant.ts";
import type { Attendance } from "./peers/peers.ts";
import type { Figures } from "./run.ts";
import type { Round, Target } from "./target.ts";
import type { Workload } from "./workloads.ts";

export interface TargetResult {
  readonly target: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly must?: number;
  readonly goal?: number;
  /** `open`: there is only a goal, and it is not reached. `told`: there is nothing to reach. */
  readonly verdict: "missed" | "open" | "must" | "goal" | "told";
}

/** A target whose other side is not on this machine. */
export interface Unmeasured {
  readonly target: string;
  readonly must?: number;
  readonly goal?: number;
  readonly reason: string;
}

export interface WorkloadResult {
  readonly workload: string;
  readonly title: string;
  readonly runs: number;
  /** Medians of single runs; ours are the first. */
  readonly contestants: readonly { readonly name: ContestantName; readonly title: string; readonly figures: Figures }[];
  readonly targets: readonly TargetResult[];
  readonly unmeasured: readonly Unmeasured[];
}

export function resultOf(workload: Workload, rounds: readonly Round[], { absent }: Attendance): WorkloadResult {
  const took = ({ name }: { readonly name: ContestantName }) => rounds[0]?.[name] !== undefined;
  const isMeasured = ({ against }: Target) => against === undefined || took({ name: against });
  return {
    workload: workload.name,
    title: workload.title,
    runs: rounds.length,
    contestants: workload.contestants
      .filter(took)
      .map(({ name, title }) => ({ name, title, figures: medians(rounds.map((round) => round[name]!)) })),
    targets: workload.targets.filter(isMeasured).map((target) => judge(target, rounds)),
    unmeasured: workload.targets
      .filter((target) => !isMeasured(target))
      .map(({ name, against, ...target }) => ({
        ...{ target: name, reason: absent.get(against as never) ?? "it did not run" },
        ...boundsOf(target),
      })),
  };
}

function judge(target: Target, rounds: readonly Round[]): TargetResult {
  const values = rounds.map((round) => target.measure(round)).sort((a, b) => a - b);
  const median = middle(values);
  const reaches = (limit: number) => (target.better === "more" ? median >= limit : median <= limit);
  const { name, unit, must, goal } = target;
  const verdict = () => {
    if (goal !== undefined && reaches(goal)) return "goal";
    if (must === undefined) return goal === undefined ? "told" : "open";
    return reaches(must) ? "must" : "missed";
  };
  const spread = { median, min: values[0]!, max: values.at(-1)! };
  return { target: name, unit, ...spread, ...boundsOf(target), verdict: verdict() };
}

function boundsOf({ must, goal }: Pick<Target, "must" | "goal">) {
  return { ...(must !== undefined && { must }), ...(goal !== undefined && { goal }) };
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
  yield "";
  yield `${result.workload}: ${result.title} (medians of ${result.runs})`;
  yield* table(result);
  for (const target of result.targets) {
    const value = `${short(target.median)} ${target.unit}`.padEnd(16);
    const spread = `${short(target.min)} to ${short(target.max)}`;
    const bounds = boundsText(target);
    yield `  ${marks[target.verdict]}  ${target.target.padEnd(28)} ${value} (${spread}${bounds && `; ${bounds}`})`;
  }
  for (const { target, reason, ...rest } of result.unmeasured) {
    const bounds = boundsText(rest);
    yield `  skipped ${target.padEnd(28)}${bounds && ` (${bounds})`}: ${reason}`;
  }
}

const marks = { missed: "MISSED", open: "open  ", must: "must  ", goal: "goal  ", told: "told  " } as const;

function boundsText({ must, goal }: Pick<Target, "must" | "goal">): string {
  const texts = [must === undefined ? [] : `must ${short(must)}`, goal === undefined ? [] : `goal ${short(goal)}`];
  return texts.flat().join(", ");
}

/** A row for each contestant, a column for each figure that any of them has. */
function* table({ contestants }: WorkloadResult): Generator<string> {
  const names = [...new Set(contestants.flatMap(({ figures }) => Object.keys(figures)))];
  const rows = [
    ["", ...names.map((name) => headings[name] ?? name)],
    ...contestants.map(({ title, figures }) => [
      title,
      ...names.map((name) => (figures[name] === undefined ? "" : short(figures[name]))),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)));
    yield `  ${cells.join("  ")}`.trimEnd();
  }
}

const headings: Readonly<Record<string, string>> = {
  perSecond: "events/s",
  cpuMicroseconds: "µs CPU/event",
  publisherMiB: "MiB publisher",
  subscriberMiB: "MiB subscriber",
  growthMiB: "MiB grown",
  routerMicroseconds: "µs CPU router",
  routerMiB: "MiB router",
  serverMicroseconds: "µs CPU server",
  peakMiB: "MiB",
  bytesPerEvent: "B/event",
  p50: "µs p50",
  p99: "µs p99",
  max: "µs max",
  coldNs: "ns cold",
  hotNs: "ns hot",
  recentNs: "ns hot, remembered",
  insertsPerSecond: "inserts/s",
  removalsPerSecond: "removals/s",
  bytesPerSubscription: "B/subscription",
  encodeNs: "ns encode",
  decodeNs: "ns decode",
  bothNs: "ns both",
  putsPerSecond: "puts/s",
  warmPutsPerSecond: "puts/s warm",
  warmAuthorityMicroseconds: "µs CPU authority warm",
  warmReplicaMicroseconds: "µs CPU replica warm",
  entriesPerSecond: "entries/s",
  authorityMicroseconds: "µs CPU authority",
  replicaMicroseconds: "µs CPU replica",
  authorityMiB: "MiB authority",
  replicaMiB: "MiB replica",
  authorityStallMs: "ms stall authority",
  replicaStallMs: "ms stall replica",
  mapNs: "ns Map",
  authorityNs: "ns authority",
  replicaNs: "ns replica",
  authorityToMap: "authority to Map",
  replicaToMap: "replica to Map",
  unsyncedPerSecond: "puts/s unsynced",
  bareUnsyncedPerSecond: "bare",
  unsyncedShare: "share",
  syncedPerSecond: "puts/s synced",
  bareSyncedPerSecond: "bare",
  syncedShare: "share",
};

function short(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString("en").replaceAll(",", " ");
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
