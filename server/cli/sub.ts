/**
 * `switchyard sub`: prints events as they arrive.
 *
 * Invariant: what does not fit through a slow output is dropped and counted, never kept without bound; the count is told
 * at the end, and so is how much was lost before it came here.
 */
import type { Command } from "commander";
import { type Context, checkPattern, matches, type ReceivedEvent, type Reply } from "../../library/index.ts";
import { type EventFormat, jsonEvents, readableEvents } from "./event-line.ts";
import { type EventFilter, readEventFilter } from "./filter/filters.ts";
import { join, withNode } from "./joining.ts";
import { gather, readCount } from "./options.ts";
import { type Shell, whenStopped } from "./shell.ts";
import { counted, inGroups, printable } from "./style.ts";
import { readValueArguments } from "./value-argument.ts";

interface Options {
  readonly name?: string;
  readonly count?: number;
  readonly json?: true;
  readonly ignore?: readonly string[];
  readonly filter?: EventFilter;
  readonly quiet?: true;
  /** `true`: with no values. */
  readonly answer?: readonly string[] | true;
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
    .option("--answer [value...]", "answer the questions of surveys with these values; behind the patterns")
    .option("--filter <expression>", "print only what it holds for, such as 'args[0] > 10'", readEventFilter)
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
A filter knows name, args, topic, time, from (the node that raised it) and hops.
It compares with values in their text form by == != < <= > >= in contains, and
by ~ with texts in which * stands for any; && || ! and parentheses join more.

Examples:
  switchyard sub tcp://127.0.0.1:9999 'app.*' 'demo.*' --ignore '*.heartbeat'
  switchyard sub tcp://127.0.0.1:9999 '*' --filter 'name == "opened" && args[0] in 10.0.0.0/8'`,
    )
    .action((location: string, patterns: string[], options: Options) => run(shell, location, patterns, options));
}

async function run(shell: Shell, location: string, patterns: readonly string[], options: Options): Promise<void> {
  for (const pattern of options.ignore ?? []) checkPattern(pattern);
  const answer = options.answer === true ? [] : options.answer && readValueArguments(options.answer, "answer");
  const printer = new EventPrinter(shell, options);
  await withNode(shell, { command: "sub", name: options.name }, async (context) => {
    await join(shell, context, location);
    tellOfMissing(shell, context);
    const handle = (event: ReceivedEvent, topic: string, reply: Reply) => {
      if (answer !== undefined) reply(answer);
      printer.take(event, topic);
    };
    await Promise.all(patterns.map((pattern) => context.events.on(pattern, handle)));
    if (!options.quiet) shell.say(`subscribed to ${patterns.map(printable).join(", ")} at ${printable(location)}`);
    await Promise.race([whenStopped(shell), printer.finished]);
    printer.stop(context.stats().missing);
  });
  printer.summarize();
}

/** Says once that some do not arrive; how many is told at the end. */
function tellOfMissing(shell: Shell, context: Context): void {
  let isTold = false;
  context.on("gap", ({ topic, origin, missing, cause }) => {
    if (isTold) return;
    isTold = true;
    const why = cause === "slow" ? ": somebody, perhaps this command, does not take them in time" : "";
    const first = `${counted(missing, "event")} of ${printable(topic)} from ${printable(origin.name)}`;
    shell.say(`${first} did not arrive${why}; the sum comes at the end`);
  });
}

/** Prints events until it has printed enough, and counts what it did. */
class EventPrinter {
  readonly finished: Promise<void>;
  #finish: () => void = () => {};
  #isStopped = false;
  #received = 0;
  #ignored = 0;
  #filtered = 0;
  #dropped = 0;
  #missing = 0;

  readonly #shell: Shell;
  readonly #options: Options;
  readonly #format: EventFormat;

  constructor(shell: Shell, options: Options) {
    this.#shell = shell;
    this.#options = options;
    this.#format = options.json ? jsonEvents : readableEvents(shell);
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  take(event: ReceivedEvent, topic: string): void {
    if (this.#isStopped) return;
    this.#received++;
    if (this.#options.ignore?.some((pattern) => matches(pattern, topic))) this.#ignored++;
    else if (this.#options.filter?.(event, topic) === false) this.#filtered++;
    else if (this.#shell.out.isFull) this.#dropped++;
    else this.#print(event, topic);
  }

  #print(event: ReceivedEvent, topic: string): void {
    this.#shell.out.line(this.#format(event, topic));
    if (this.#printed !== this.#options.count) return;
    this.#isStopped = true;
    this.#finish();
  }

  get #printed(): number {
    return this.#received - this.#ignored - this.#filtered - this.#dropped;
  }

  /** @param missing events that others dropped on their way here */
  stop(missing: number): void {
    this.#isStopped = true;
    this.#missing = missing;
  }

  /** Always where something was lost; otherwise where a person watches. */
  summarize(): void {
    if (this.#dropped + this.#missing === 0 && (this.#options.quiet || !this.#shell.isHeard)) return;
    const ignored = this.#ignored === 0 ? "" : `, ignored ${inGroups(this.#ignored)}`;
    const filtered = this.#filtered === 0 ? "" : `, filtered out ${inGroups(this.#filtered)}`;
    const dropped = this.#dropped === 0 ? "" : " (slow output)";
    const counts = `received ${inGroups(this.#received)}, printed ${inGroups(this.#printed)}${ignored}${filtered}`;
    const missing = this.#missing === 0 ? "" : `, lost on the way here ${inGroups(this.#missing)}`;
    this.#shell.say(`${counts}, dropped ${inGroups(this.#dropped)}${dropped}${missing}`);
  }
}
