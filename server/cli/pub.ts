/** `switchyard pub`: raises an event, once or many times. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Command } from "commander";
import type { Context, Event } from "../../library/index.ts";
import { givenEvent } from "./given-event.ts";
import { join, withNode } from "./joining.ts";
import { readCount, readRate } from "./options.ts";
import { Pace } from "./pace.ts";
import { Progress } from "./progress.ts";
import type { Shell } from "./shell.ts";
import { inGroups, printable } from "./style.ts";

interface Options {
  readonly name?: string;
  readonly count?: number;
  readonly rate?: number;
}

export function registerPub(program: Command, shell: Shell): void {
  program
    .command("pub")
    .description("Raises an event under a topic, and ends when it has left.")
    .argument("<loc>", "the node to connect to")
    .argument("<topic>", "the topic to raise it under")
    .argument("<event>", "the event's name")
    .argument("[arg...]", "its arguments, as values in their text form")
    .option("--count <n>", "raise it n times (default: once)", readCount)
    .option("--rate <r>", "so many a second (default: as fast as they leave)", readRate)
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
Values: 42 count, +42 int, 4.2 double, '"text"' string, T and F, 10.0.0.1 addr,
10.0.0.0/8 subnet, 80/tcp port, '5 min' interval, Notice::LOG enum, '[1, 2]'
vector, '{1, 2}' set, '{"a" -> 1}' table, - none. What begins with a minus and
is no number goes behind --, as in: pub LOC TOPIC EVENT -- '-3 usecs'

Example:
  switchyard pub tcp://127.0.0.1:9999 app.hello greeted '"world"' 42 10.0.0.1`,
    )
    .action((location: string, topic: string, name: string, args: string[], options: Options) =>
      run(shell, location, topic, name, args, options),
    );
}

async function run(
  shell: Shell,
  location: string,
  topic: string,
  name: string,
  args: readonly string[],
  options: Options,
): Promise<void> {
  const make = givenEvent(topic, name, args);
  await withNode(shell, { command: "pub", name: options.name }, async (context) => {
    const connection = await join(shell, context, location);
    const sentBefore = connection.stats().sentMessages;
    const raised = await raise(shell, context, topic, make, options);
    await context.drained();
    if (connection.stats().sentMessages === sentBefore) {
      shell.say(`nobody subscribes to ${printable(topic)} at ${printable(location)}: it went nowhere`);
    }
    if (raised < (options.count ?? 1)) {
      shell.say(`stopped after ${inGroups(raised)} of ${inGroups(options.count ?? 1)}`);
      shell.brokenOff();
    }
  });
}

/** Between two looks at whether the peers keep up, and whether somebody pressed Ctrl-C. */
const burst = 100;

async function raise(
  shell: Shell,
  context: Context,
  topic: string,
  make: () => Event,
  { count = 1, rate }: Options,
): Promise<number> {
  const { stopped } = shell;
  const pace = new Pace();
  const progress = new Progress(shell);
  for (let raised = 0; raised < count; raised++) {
    if (rate !== undefined) await pace.until((raised * 1000) / rate, stopped);
    if (rate !== undefined || raised % burst === burst - 1) {
      progress.show(() => `${inGroups(raised)} of ${inGroups(count)} events`, raised / count);
    }
    if (raised % burst === burst - 1) {
      await context.drained();
      await nextTurn();
    }
    if (stopped.aborted) return raised;
    context.events.raise(topic, make());
  }
  progress.clear();
  return count;
}
