/** `switchyard bench`: how fast this is, beside bare sockets and other systems, in one run on this machine. */
import { cpus } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { SwitchyardError, version } from "../../library/index.ts";
import { defaultFolder, Packages } from "./bench/peers/packages.ts";
import { type Attendance, type CounterpartName, counterpartNames, takeAttendance } from "./bench/peers/peers.ts";
import { describe, resultOf, type WorkloadResult } from "./bench/report.ts";
import type { Part } from "./bench/role.ts";
import { play } from "./bench/roles.ts";
import { type Figures, run } from "./bench/run.ts";
import type { Round } from "./bench/target.ts";
import { type Workload, workloads } from "./bench/workloads.ts";
import { readCount } from "./options.ts";
import type { Shell } from "./shell.ts";

interface Options {
  readonly runs: number;
  readonly scale: number;
  readonly peers: readonly CounterpartName[];
  readonly peersFolder: string;
  readonly json?: boolean;
  readonly part?: string;
}

export function registerBench(program: Command, shell: Shell): void {
  program
    .command("bench")
    .description("measure speed beside bare sockets and other systems, on loopback, in processes of its own")
    .argument("[WORKLOAD...]", "only these; all without")
    .option("--runs <N>", "runs of each side, in turn", readCount, 3)
    .option("--scale <X>", "share of the full size: 1 is a million events", readScale, 1)
    .option("--peers <LIST>", `which of ${counterpartNames.join(",")}, or none`, readPeers, counterpartNames)
    .option("--peers-folder <FOLDER>", "where the clients of other systems are installed", defaultFolder())
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

function readPeers(text: string): readonly CounterpartName[] {
  if (text === "none") return [];
  return text.split(",").map((name) => {
    const known = counterpartNames.find((each) => each === name);
    if (known !== undefined) return known;
    throw new InvalidArgumentError(
      `no peer ${JSON.stringify(name)}; there are ${counterpartNames.join(", ")}, or none.`,
    );
  });
}

function names(): string[] {
  return workloads({ scale: 1, packages: "" }).map(({ name }) => name);
}

async function bench(wanted: readonly string[], options: Options, shell: Shell): Promise<void> {
  const unknown = wanted.find((name) => !names().includes(name));
  if (unknown !== undefined) {
    throw new SwitchyardError(
      "BAD_ARGUMENT",
      `no workload ${JSON.stringify(unknown)}; there are ${names().join(", ")}`,
    );
  }
  const { scale, runs, json, peersFolder } = options;
  const attendance = takeAttendance(options.peers, new Packages(peersFolder));
  const all = workloads({ scale, packages: peersFolder });
  const chosen = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}`;
  if (json !== true) {
    shell.out.line(`switchyard ${version} on ${machine}`);
    for (const line of describeAttendance(attendance)) shell.out.line(line);
  }
  const results: WorkloadResult[] = [];
  for (const workload of chosen) {
    if (shell.stopped.aborted) break;
    const result = resultOf(workload, await runRounds(workload, runs, attendance, shell), attendance);
    results.push(result);
    if (json !== true) for (const line of describe(result)) shell.out.line(line);
  }
  if (json === true) {
    const [present, absent] = [attendance.present, attendance.absent].map((map) => Object.fromEntries(map));
    shell.out.line(JSON.stringify({ version, machine, scale, peers: { present, absent }, results }));
  }
  if (results.some(({ targets }) => targets.some(({ verdict }) => verdict === "missed"))) shell.failed();
}

function* describeAttendance({ present, absent }: Attendance): Generator<string> {
  for (const versions of present.values()) yield `beside   ${versions}`;
  for (const [name, reason] of absent) yield `skipped  ${name}: ${reason}`;
}

/** All contestants in turn, then all again, so that a machine that changes its mind hits all of them. */
async function runRounds(workload: Workload, runs: number, { present }: Attendance, shell: Shell): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let i = 0; i < runs && !shell.stopped.aborted; i++) {
    const round: Record<string, Figures> = {};
    for (const { name, contest, needs } of workload.contestants) {
      if (needs !== undefined && !present.has(needs)) continue;
      shell.progress(`${workload.name}: ${name}, run ${i + 1} of ${runs}`);
      round[name] = await run(contest);
    }
    rounds.push(round);
  }
  shell.progress("");
  return rounds;
}
