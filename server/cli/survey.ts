/** `switchyard survey`: asks a question of many nodes, and prints what each answers. */
import type { Command } from "commander";
import { type Answer, formatValue, type SurveyOptions, toJson } from "../../library/index.ts";
import { givenEvent } from "./given-event.ts";
import { join, withNode } from "./joining.ts";
import { readCount, readDurationMs } from "./options.ts";
import type { Shell } from "./shell.ts";
import { inGroups, printable } from "./style.ts";

interface Options {
  readonly name?: string;
  readonly expect?: number;
  readonly timeout: number;
  readonly json?: true;
  readonly quiet?: true;
}

const defaultTimeoutMs = 2_000;

export function registerSurvey(program: Command, shell: Shell): void {
  program
    .command("survey")
    .description("Asks a question of every node that handles events under a topic, and prints the answer of each.")
    .argument("<loc>", "the node to connect to")
    .argument("<topic>", "the topic to ask under")
    .argument("<event>", "the question's name")
    .argument("[arg...]", "its arguments, as values in their text form")
    .option("--expect <n>", "end once n nodes have answered; fail when fewer do", readCount)
    .option("--timeout <time>", "how long to wait for answers, such as 2s or 500ms", readDurationMs, defaultTimeoutMs)
    .option("--json", 'print {"node","id","afterMs","name","args","time"} for each answer, one a line')
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
The first answer of each node counts. Without --expect it waits the whole time.

Example:
  switchyard survey tcp://127.0.0.1:9999 app.health how_are_you 42 --expect 3 --timeout 1s`,
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
  const question = givenEvent(topic, name, args)();
  await withNode(shell, { command: "survey", name: options.name }, async (context) => {
    await join(shell, context, location);
    const format = options.json ? jsonAnswers : readableAnswers(shell, name);
    const terms: SurveyOptions = {
      expected: options.expect,
      timeoutMs: options.timeout,
      signal: shell.stopped,
      onAnswer: (answer) => shell.out.line(format(answer)),
    };
    const startedMs = performance.now();
    const answers = await context.events.survey(topic, question, terms);
    summarize(shell, answers.length, performance.now() - startedMs, options);
  });
}

function summarize(shell: Shell, count: number, tookMs: number, { expect = 0, quiet }: Options): void {
  const missing = expect - count;
  if (missing > 0) shell.failed();
  else if (quiet) return;
  const alone = count === 0 ? "nobody" : inGroups(count);
  const of = expect > 0 ? `${inGroups(count)} of ${inGroups(expect)}` : alone;
  const lack = missing > 0 ? `; ${inGroups(missing)} ${missing === 1 ? "is" : "are"} missing` : "";
  shell.say(`${of} answered in ${duration(tookMs)}${lack}`);
}

function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Microseconds are as exact as it gets. */
function jsonAnswers({ node, afterMs, name, args, time }: Answer): string {
  return JSON.stringify({
    ...{ node: node.name, id: node.id, afterMs: Math.round(afterMs * 1_000) / 1_000 },
    ...{ name, args: args.map(toJson), time: time.toString() },
  });
}

/** Names wider than this do not widen the column for all others. */
const widestName = 40;

/** Node, time and values in columns; the answer's name where it is not the question's. */
function readableAnswers({ style }: Shell, question: string): (answer: Answer) => string {
  let nameWidth = 0;
  return ({ node, afterMs, name, args }) => {
    const shown = printable(node.name);
    nameWidth = Math.max(nameWidth, Math.min(shown.length, widestName));
    const values = args.map(formatValue).join(", ");
    const said = name === question ? values : `${style.bold(printable(name))}(${values})`;
    return `${style.topic(shown.padEnd(nameWidth))}  ${style.dim(duration(afterMs).padStart(6))}  ${said}`.trimEnd();
  };
}
