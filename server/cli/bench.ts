/** `switchyard bench`: how fast this is, beside the raw socket, in one run on this machine. */
import { cpus } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { SwitchyardError, version } from "../../library/index.ts";
import { describe, type Pair, resultOf, type WorkloadResult } from "./bench/report.ts";
import type { Part } from "./bench/role.ts";
import { play } from "./bench/roles.ts";
import { run } from "./bench/run.ts";
import { type Workload, workloads } from "./bench/workloads.ts";
import { readCount } from "./options.ts";
import type { Shell } from "./shell.ts";

interface Options {
  readonly runs: number;
  readonly scale: number;
  readonly json?: boolean;
  readonly part?: string;
}

export function registerBench(program: Command, shell: Shell): void {
  program
    .command("bench")
    .description("measure throughput and round trips beside a raw socket, on loopback, in processes of its own")
    .argument("[WORKLOAD...]", "only these; all without")
    .option("--runs <N>", "runs of each side, in turn", readCount, 3)
    .option("--scale <X>", "share of the full size: 1 is a million events", readScale, 1)
    .option("--json", "print one JSON document")
    .option("--part <json>", "be one process of a benchmark")
    .addHelpText("after", `\nWorkloads: ${names().join(", ")}\n\nExample:\n  switchyard bench direct rtt-tcp --runs 5`)
    .action((wanted: readonly string[], options: Options) =>
      options.part === undefined ? bench(wanted, options, shell) : play(JSON.parse(options.part) as Part),
    );
}

function readScale(text: string): number {
  const read = Number(text);
  if (!(read > 0 && read <= 10)) throw new InvalidArgumentError("wanted a number above 0, at most 10.");
  return read;
}

function names(): string[] {
  return workloads(1).map(({ name }) => name);
}

async function bench(wanted: readonly string[], options: Options, shell: Shell): Promise<void> {
  const unknown = wanted.find((name) => !names().includes(name));
  if (unknown !== undefined) {
    throw new SwitchyardError(
      "BAD_ARGUMENT",
      `no workload ${JSON.stringify(unknown)}; there are ${names().join(", ")}`,
    );
  }
  const chosen = workloads(options.scale).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}`;
  if (options.json !== true) shell.out.line(`switchyard ${version} on ${machine}`);
  const results: WorkloadResult[] = [];
  for (const workload of chosen) {
    if (shell.stopped.aborted) break;
    const result = resultOf(workload, await runPairs(workload, options.runs, shell));
    results.push(result);
    if (options.json !== true) for (const line of describe(result)) shell.out.line(line);
  }
  if (options.json === true) shell.out.line(JSON.stringify({ version, machine, scale: options.scale, results }));
  if (results.some(({ targets }) => targets.some(({ verdict }) => verdict === "missed"))) shell.failed();
}

/** Ours and the reference in turn, so that a machine that changes its mind hits both. */
async function runPairs(workload: Workload, runs: number, shell: Shell): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let i = 0; i < runs && !shell.stopped.aborted; i++) {
    shell.progress(`${workload.name}: run ${i + 1} of ${runs}`);
    const own = await run(workload.own);
    pairs.push({ own, reference: workload.reference === undefined ? own : await run(workload.reference) });
  }
  shell.progress("");
  return pairs;
}
