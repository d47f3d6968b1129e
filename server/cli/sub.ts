/**
 * `switchyard sub`: prints events as they arrive.
 *
 * Invariant: what does not fit through a slow output is dropped and counted, never kept without bound, and the count is
 * told at the end.
 */
import type { Command } from "commander";
import { formatValue, type ReceivedEvent, toJson } from "../../library/index.ts";
import { join, withNode } from "./joining.ts";
import { gather, readCount } from "./options.ts";
import { type Shell, whenStopped } from "./shell.ts";
import { printable } from "./style.ts";

interface Options {
  readonly name?: string;
  readonly count?: number;
  readonly json?: true;
  readonly ignore?: readonly string[];
  readonly quiet?: true;
}

export function registerSub(program: Command, shell: Shell): void {
  program
    .command("sub")
    .description("Subscribes to patterns and prints the events that arrive: time, topic, event and arguments.")
    .argument("<loc>", "the node to connect to")
    .argument("<pattern...>", "topics; * stands for any run of characters")
    .option("--count <n>", "end after n events", readCount)
    .option("--json", 'print {"time","topic","name","args"} for each event, one a line')
    .option("--ignore <pattern>", "leave out what matches; may be given more than once", gather)
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
Example:
  switchyard sub tcp://127.0.0.1:9999 'app.*' 'demo.*' --ignore '*.heartbeat'`,
    )
    .action((location: string, patterns: string[], options: Options) => run(shell, location, patterns, options));
}

async function run(shell: Shell, location: string, patterns: readonly string[], options: Options): Promise<void> {
  const printer = await EventPrinter.make(shell, options);
  await withNode(shell, { command: "sub", name: options.name }, async (context) => {
    await join(shell, context, location);
    const handle = (event: ReceivedEvent, topic: string) => printer.print(event, topic);
    await Promise.all(patterns.map((pattern) => context.events.on(pattern, handle)));
    if (!options.quiet) shell.say(`subscribed to ${patterns.map(printable).join(", ")} at ${printable(location)}`);
    await Promise.race([whenStopped(shell), printer.finished]);
  });
  await printer.finish(options.quiet === true);
}
