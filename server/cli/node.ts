/** `switchyard node`: a node that runs until it is told to stop. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { type Context, type FailureCode, SwitchyardError } from "../../library/index.ts";
import { tellOf, withNode } from "./joining.ts";
import { mergeNodeConfig, type NodeConfig, type NodeOptions, parseNodeConfig } from "./node-config.ts";
import { gather } from "./options.ts";
import { type Shell, whenStopped } from "./shell.ts";
import { printable } from "./style.ts";

interface Options extends NodeOptions {
  readonly config?: string;
  readonly json?: true;
}

export function registerNode(program: Command, shell: Shell): void {
  program
    .command("node")
    .description("Runs a node until it is told to stop: a router, or a place to meet.")
    .option("--config <file>", "read name, listen, connect and forward from a YAML or JSON file")
    .option("--name <name>", "what other nodes see; default node- and 8 hex digits")
    .option("--listen <loc>", "listen there; may be given more than once", gather)
    .option("--connect <loc>", "connect to the node there, trying until it answers; more than once", gather)
    .option("--forward <pattern>", "pass on what matches between all connections; more than once", gather)
    .option("--insecure", "listen beyond this machine without TLS and a token; only on a network that you trust")
    .option("--json", 'print {"ready":true,"name":…,"listening":[…]} when it listens')
    .addHelpText(
      "after",
      `
Example: a router that a second one connects to
  switchyard node --name left --listen tcp://127.0.0.1:9999 --forward '*'
  switchyard node --name right --connect tcp://127.0.0.1:9999 --listen ipc:///tmp/right.sock --forward '*'

A configuration file has the same names: {"name":"left","listen":["tcp://127.0.0.1:9999"],"forward":["*"]}`,
    )
    .action((options: Options) => run(shell, options));
}

async function run(shell: Shell, options: Options): Promise<void> {
  const config = await configOf(options);
  if (config.listen.length === 0 && config.connect.length === 0) {
    throw new SwitchyardError("BAD_ARGUMENT", "a node needs --listen or --connect");
  }
  await withNode(shell, { command: "node", name: config.name }, async (context) => {
    for (const pattern of config.forward) context.topics.forward(pattern);
    const listeners = [];
    const insecure = config.insecure === true;
    for (const location of config.listen) listeners.push(await context.connections.listen(location, { insecure }));
    for (const { location, warning } of listeners) {
      if (warning !== undefined) shell.say(`warning: ${printable(location)} is not safe: ${warning}`);
    }
    const listening = listeners.map(({ location }) => location);
    const attempts = config.connect.map((location) => keepConnecting(shell, context, location));
    await Promise.all(attempts.map(({ tried }) => tried));
    if (options.json) shell.out.line(JSON.stringify({ ready: true, name: context.name, listening }));
    else shell.out.write(greeting(shell, context.name, listening, config));
    await Promise.race([whenStopped(shell), ...attempts.map(({ failed }) => failed)]);
  });
}

async function configOf({ config, ...options }: Options): Promise<NodeConfig> {
  const file = config === undefined ? {} : parseNodeConfig(await readFile(config, "utf8"), config);
  return mergeNodeConfig(file, options);
}

function greeting({ style }: Shell, name: string, listening: readonly string[], config: NodeConfig): string {
  const lines = [`${style.bold(name)} is up; Ctrl-C ends it`];
  for (const location of listening) lines.push(`  listens at  ${location}`);
  for (const location of config.connect) lines.push(`  connects to ${location}`);
  for (const pattern of config.forward) lines.push(`  forwards    ${style.topic(printable(pattern))}`);
  return `${lines.join("\n")}\n`;
}

/** A peer that is not there yet may come. Anything else is a mistake that waiting does not mend. */
const passing: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "UNREACHABLE",
  "TIMED_OUT",
  "NAME_NOT_FOUND",
  "PEER_LOST",
]);

const firstWaitMs = 100;
const longestWaitMs = 5_000;

interface Attempts {
  /** Resolves when the first attempt is over, however it ended; rejects when no other makes sense. */
  readonly tried: Promise<void>;
  /** Rejects when a later attempt meets what waiting does not mend; otherwise never settles. */
  readonly failed: Promise<never>;
}

/** Connects, and goes on trying until somebody answers. */
function keepConnecting(shell: Shell, context: Context, location: string): Attempts {
  const attempt = async (): Promise<boolean> => {
    try {
      tellOf(shell, await context.connections.open(location));
      return true;
    } catch (error) {
      if (!(error instanceof SwitchyardError) || !passing.has(error.code)) throw error;
      return false;
    }
  };
  const first = attempt();
  const failed = new Promise<never>((_resolve, reject) => {
    const goOn = async (): Promise<void> => {
      if (await first) return;
      shell.say(`${printable(location)}: nobody answers yet; trying until somebody does`);
      let waitMs = firstWaitMs;
      do {
        await pause(shell, waitMs);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      } while (!shell.stopped.aborted && !(await attempt()));
      if (!shell.stopped.aborted) shell.say(`${printable(location)}: connected`);
    };
    goOn().catch(reject);
  });
  failed.catch(() => undefined); // told by `tried`, or to whoever waits for it
  return { tried: first.then(() => undefined), failed };
}

function pause({ stopped }: Shell, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    stopped.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      stopped.removeEventListener("abort", done);
      resolve();
    }
  });
}
