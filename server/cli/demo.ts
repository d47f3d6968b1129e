/**
 * `switchyard demo`: a small cluster on this machine, each node a process of its own.
 *
 * Invariant: when it ends, in whatever way, all of its processes end.
 */
import { basename, relative } from "node:path";
import type { Command } from "commander";
import { SwitchyardError } from "../../library/index.ts";
import { DemoChild } from "./demo/child.ts";
import { roles } from "./demo/roles.ts";
import { readRate } from "./options.ts";
import { type Shell, whenStopped } from "./shell.ts";
import { inGroups, printable } from "./style.ts";

interface Options {
  readonly json?: true;
  readonly rate: number;
}

export function registerDemo(program: Command, shell: Shell): void {
  program
    .command("demo")
    .description("Starts a cluster of five nodes on this machine that tells what really happens on it.")
    .option("--json", 'print {"ready":true,"connect":…,"nodes":[…]}, then counts once a second')
    .option("--rate <r>", "events a second of each sensor while nothing happens", readRate, 3)
    .addHelpText(
      "after",
      `
Example:
  switchyard demo --rate 100`,
    )
    .action((options: Options) => run(shell, options));
}

async function run(shell: Shell, options: Options): Promise<void> {
  const children: DemoChild[] = [];
  try {
    const connect = await start(children, String(options.rate));
    if (options.json) shell.out.line(JSON.stringify({ ready: true, connect, nodes: children.map(introduce) }));
    else shell.out.write(welcome(shell, connect, children));
    const timer = setInterval(() => tellCounts(shell, children, options), 1_000);
    const ended = await Promise.race([whenStopped(shell), ...children.map(endOf)]);
    clearInterval(timer);
    shell.progress("");
    if (ended === undefined || shell.stopped.aborted) return;
    shell.failed();
    shell.say(`switchyard: ${printable(ended)}; so does the demo`);
  } finally {
    await Promise.all(children.map((child) => child.end()));
  }
}

/** Starts the router, then all others, which connect to it. @returns where it listens for everybody */
async function start(children: DemoChild[], rate: string): Promise<string> {
  const [router, ...others] = roles.map(({ name }) => name);
  const first = new DemoChild(router!, []);
  children.push(first);
  await begun([first]);
  const args = first.listening.flatMap((location) => ["--router", location]);
  children.push(...others.map((name) => new DemoChild(name, [...args, "--rate", rate])));
  await begun(children);
  return first.listening[0]!;
}

async function begun(children: readonly DemoChild[]): Promise<void> {
  try {
    await Promise.all(children.map(({ ready }) => ready));
  } catch (cause) {
    for (const { ready } of children) ready.catch(() => undefined); // the first failure is told
    throw new SwitchyardError("INTERNAL", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function endOf({ name, ended }: DemoChild): Promise<string> {
  return `${name} ended by itself (${await ended})`;
}

function introduce({ name, pid, listening: [location] }: DemoChild) {
  return { name, pid, ...(location !== undefined && { location }) };
}

function welcome({ style }: Shell, connect: string, children: readonly DemoChild[]): string {
  const names = children.map(({ name }) => name).join(", ");
  const command = thisCommand();
  return `${style.bold("The demo cluster is running:")} ${names}

Connect to  ${style.topic(connect)}

Look at it from another terminal:
  ${command} topo ${connect}
  ${command} sub ${connect} 'demo.*'
  ${command} sub ${connect} 'demo.health.*'
  ${command} logs tail ${connect} 'demo.log.*'
  ${command} store ${connect} demo.seen watch

The sensors tell what really happens on this machine. One thing is set up wrongly, as happens in
real clusters: the manager asks both sensors how they are and hears from one. Can you see why?
docs/demo.md leads you there.

Ctrl-C ends it.
`;
}

/** As somebody would type it here. */
function thisCommand(): string {
  const path = process.argv[1] ?? "switchyard";
  return basename(path) === "switchyard" ? "switchyard" : `node ${relative(process.cwd(), path)}`;
}

function tellCounts(shell: Shell, children: readonly DemoChild[], { json }: Options): void {
  if (json) {
    const nodes = Object.fromEntries(children.map(({ name, counts }) => [name, counts]));
    if (!shell.out.isFull) shell.out.line(JSON.stringify({ time: new Date().toISOString(), nodes }));
    return;
  }
  const sum = (count: "raised" | "delivered" | "forwarded") =>
    inGroups(children.reduce((total, { counts }) => total + counts[count], 0));
  shell.progress(`raised ${sum("raised")}, forwarded ${sum("forwarded")}, delivered ${sum("delivered")}`);
}
