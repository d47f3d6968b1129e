/**
 * Reads the command line and runs what it asks for.
 *
 * Invariant: only the command that was called is loaded, so that `--help` is quick; every failure ends as one line on
 * stderr and a status. Knows the commands by name only.
 */
import { Command, CommanderError } from "commander";
import { version } from "../../library/index.ts";
import { makeConnectable } from "./connection-options.ts";
import { failureOf } from "./failure.ts";
import type { ProcessShell, Shell } from "./shell.ts";

/** Adds one command, with its options, to the program. */
export type Register = (program: Command, shell: Shell) => void;

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly isHidden?: boolean;
  readonly load: () => Promise<Register>;
}

/** For `makeProgram`. No command is called so. */
export const everything = "*";

/** In the order of `--help`. */
const entries: readonly Entry[] = [
  {
    name: "node",
    summary: "run a node until it is told to stop",
    load: async () => (await import("./node.ts")).registerNode,
  },
  { name: "pub", summary: "raise an event", load: async () => (await import("./pub.ts")).registerPub },
  { name: "sub", summary: "print the events that arrive", load: async () => (await import("./sub.ts")).registerSub },
  {
    name: "survey",
    summary: "ask a question of many nodes and print their answers",
    load: async () => (await import("./survey.ts")).registerSurvey,
  },
  {
    name: "store",
    summary: "read, write, watch, export and import a store",
    load: async () => (await import("./store.ts")).registerStore,
  },
  {
    name: "logs",
    summary: "follow remote logs; replay Zeek's log files",
    load: async () => (await import("./logs.ts")).registerLogs,
  },
  {
    name: "files",
    summary: "receive remote file writes into a folder; send a file",
    load: async () => (await import("./files.ts")).registerFiles,
  },
  {
    name: "record",
    summary: "keep live events, log lines and file writes in a file",
    load: async () => (await import("./record.ts")).registerRecord,
  },
  {
    name: "replay",
    summary: "raise again what was recorded",
    load: async () => (await import("./replay.ts")).registerReplay,
  },
  {
    name: "topo",
    summary: "show the whole cluster: nodes, connections, who raises, wants and forwards what",
    load: async () => (await import("./topo.ts")).registerTopo,
  },
  {
    name: "context",
    summary: "save names for places to connect to; @NAME stands for them",
    load: async () => (await import("./context.ts")).registerContext,
  },
  {
    name: "demo",
    summary: "start a small cluster on this machine to look at",
    load: async () => (await import("./demo.ts")).registerDemo,
  },
  {
    name: "demo-node",
    summary: "one node of the demo cluster",
    isHidden: true,
    load: async () => (await import("./demo-node.ts")).registerDemoNode,
  },
  {
    name: "bench",
    summary: "measure throughput and round trips beside a raw socket",
    load: async () => (await import("./bench.ts")).registerBench,
  },
  {
    name: "completion",
    summary: "print what makes a shell complete commands, options and contexts",
    load: async () => (await import("./completion.ts")).registerCompletion,
  },
  {
    name: "complete",
    summary: "what may come next on a command line",
    isHidden: true,
    load: async () => (await import("./complete.ts")).registerComplete,
  },
  {
    name: "lsp",
    summary: "the language server, for editors",
    load: async () => (await import("./lsp.ts")).registerLsp,
  },
];

/** @returns the exit status: 0 done, 1 failed, 2 called wrongly, 130 and such broken off by a signal */
export async function runCommandLine(args: readonly string[], shell: ProcessShell): Promise<number> {
  const { isDebugging, rest: asked } = takeDebug(args);
  const rest = asked[0] === "help" ? [...asked.slice(1), "--help"] : asked;
  const wanted = rest.find((arg) => !arg.startsWith("-"));
  try {
    if (isVersionAsJson(rest)) {
      shell.out.line(JSON.stringify({ version, node: process.versions.node, platform: process.platform }));
      return 0;
    }
    const program = await makeProgram(wanted, shell);
    if (rest.length === 0) program.help();
    await program.parseAsync(rest, { from: "user" });
    return shell.status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help, or the version
    if (shell.stopped.aborted && error === shell.stopped.reason) return brokenOff(shell);
    const known = entries.some(({ name }) => name === wanted);
    const { line, status } = failureOf(error, known ? `switchyard ${wanted}` : "switchyard");
    shell.say(`switchyard: ${line}`);
    if (isDebugging) for (const each of traceOf(error).split("\n")) shell.say(each);
    return status;
  }
}

function brokenOff(shell: ProcessShell): number {
  shell.brokenOff();
  if (shell.status > 1) shell.say("switchyard: told to stop before it was done");
  return shell.status;
}

/** `--debug` is good anywhere, but not behind `--`. */
function takeDebug(args: readonly string[]): { isDebugging: boolean; rest: string[] } {
  const end = args.indexOf("--");
  const isDebug = (arg: string, at: number) => arg === "--debug" && (end < 0 || at < end);
  return { isDebugging: args.some(isDebug), rest: args.filter((arg, at) => !isDebug(arg, at)) };
}

function isVersionAsJson(args: readonly string[]): boolean {
  return args.length === 2 && args.includes("--json") && (args.includes("--version") || args.includes("-V"));
}

/** @param wanted the one command that is loaded with its options; `everything` loads them all */
export async function makeProgram(wanted: string | undefined, shell: Shell): Promise<Command> {
  const program = new Command("switchyard")
    .description("See, raise and route the events and logs of a live cluster.")
    .version(version, "-V, --version", "print the version")
    .option("--debug", "show where in switchyard a failure came from")
    .helpOption("-h, --help", "explain a command, with an example")
    .helpCommand("help [command...]", "explain a command, with an example")
    .configureOutput({ writeOut: (text) => shell.out.write(text), writeErr: () => undefined })
    .exitOverride()
    .addHelpText("after", examples);
  for (const { name, summary, isHidden = false, load } of entries) {
    if (name === wanted || wanted === everything) (await load())(program, shell);
    else program.command(name, { hidden: isHidden }).description(summary);
  }
  makeConnectable(program, shell);
  return program;
}

const examples = `
LOC is where a node listens: tcp://host:port, tls://host:port, ipc:///path,
ws://host:port/path, or @NAME, which \`switchyard context add\` saves.

Examples:
  switchyard demo                                              a cluster to look at
  switchyard node --listen tcp://127.0.0.1:9999 --forward '*'  a router of your own
  switchyard sub tcp://127.0.0.1:9999 'app.*'                  what arrives there
  switchyard pub tcp://127.0.0.1:9999 app.hello greeted '"world"' 42

Exit status: 0 done, 1 failed, 2 called wrongly.
\`switchyard help COMMAND\` tells more of each.`;

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${traceOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
