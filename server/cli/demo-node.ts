/**
 * `switchyard demo-node`: one node of the demo cluster, started by `switchyard demo`.
 *
 * Invariant: ends with whoever started it: when its standard input ends, however that came about.
 */
import type { Command } from "commander";
import { SwitchyardError } from "../../library/index.ts";
import { roles, routerLocations } from "./demo/roles.ts";
import { join, withNode } from "./joining.ts";
import { gather, readRate } from "./options.ts";
import { type Shell, whenAborted } from "./shell.ts";

const graceMs = 500;

interface Options {
  readonly router?: readonly string[];
  readonly rate: number;
}

export function registerDemoNode(program: Command, shell: Shell): void {
  program
    .command("demo-node", { hidden: true })
    .argument("<role>")
    .option("--router <loc>", "where the router listens", gather)
    .option("--rate <r>", "events a second", readRate, 3)
    .action((role: string, options: Options) => run(shell, role, options));
}

async function run(shell: Shell, name: string, { router = [], rate }: Options): Promise<void> {
  const role = roles.find((each) => each.name === name);
  if (role === undefined) throw new SwitchyardError("BAD_ARGUMENT", `no role ${JSON.stringify(name)} in the demo`);
  const ended = new AbortController();
  const end = () => ended.abort();
  process.stdin.on("end", end).on("error", end).resume();
  shell.stopped.addEventListener("abort", end, { once: true });

  await withNode(shell, { command: "demo", name }, async (context) => {
    const listening = [];
    if (role.link === undefined) {
      for (const location of await routerLocations()) {
        listening.push((await context.connections.listen(location)).location);
      }
    } else {
      const location = router.find((each) => each.startsWith(`${role.link}:`)) ?? router[0];
      if (location === undefined) throw new SwitchyardError("BAD_ARGUMENT", `${name} needs --router`);
      await join(shell, context, location);
    }
    await role.begin({ context, rate, stopped: ended.signal });
    shell.out.line(JSON.stringify({ ready: true, name, pid: process.pid, listening }));
    const timer = setInterval(() => shell.out.line(JSON.stringify(countsOf(context.stats()))), 1_000);
    await whenAborted(ended.signal);
    clearInterval(timer);
    await context.close({ graceMs }); // the others end, too: what nobody takes is not waited for
  });
}

function countsOf({ raised, delivered, forwarded }: { raised: number; delivered: number; forwarded: number }) {
  return { raised, delivered, forwarded };
}
