/** `switchyard store`: reads a store and writes to it from outside, by one verb each time. */
import { Argument, type Command, Option } from "commander";
import { durabilities, SwitchyardError } from "../../library/index.ts";
import { nearest } from "./nearest.ts";
import { readCount, readDurationMs, readLifetimeMs } from "./options.ts";
import type { Shell } from "./shell.ts";
import type { StoreOptionValues } from "./store/call.ts";
import { type OptionKey, type Verb, verbs } from "./store/verbs.ts";

export function registerStore(program: Command, shell: Shell): void {
  const command = program
    .command("store")
    .description("Works on a store from outside: reads, writes, watches, exports and imports.")
    .argument("<loc>", "a node through which the store is reached")
    .argument("<store>", "the topic of the store")
    .addArgument(new Argument("<verb>", "what to do").argParser(checkedVerb))
    .argument("[operand...]", "KEY, VALUE and BY as values in their text form; FILE")
    .option("--expire <time>", "put: remove it so long after its last change: 30s, 1h, 7d", readLifetimeMs)
    .option("--if-absent", "put: only where the key is not there")
    .option("--if-value <value>", "put, rm: only where the key has this value")
    .option("--prefix <text>", "keys, watch: only keys that begin so")
    .option("--count <n>", "watch: end after n changes", readCount)
    .option("--force", "promote: whatever the authority does, and may be lost")
    .option("--node <name>", "promote: the node that is to be the authority")
    .option("--yes", "clear: yes, all of it; promote --force: do not ask")
    .option("--replace", "import: clear the store first")
    .option("--removals", "import: of what a former authority had, remove what it removed, too")
    .addOption(new Option("--durability <level>", "how safe a write is when it is done").choices(durabilities))
    .option(
      "--timeout <time>",
      "how long to wait for the authority (default: 5s; 30s for a copy; 1m to import)",
      readDurationMs,
    )
    .option("--json", "print one JSON document a line")
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText("after", help());
  command.action((location: string, topic: string, name: string, operands: string[], options: StoreOptionValues) =>
    run(shell, location, topic, name, operands, options),
  );
}

async function run(
  shell: Shell,
  location: string,
  topic: string,
  name: string,
  operands: readonly string[],
  options: StoreOptionValues,
): Promise<void> {
  const verb = verbs.find((each) => each.name === name)!;
  checkOperands(verb, operands);
  checkOptions(verb, options);
  await (await verb.load())({ shell, location, topic, operands, options });
}

function checkedVerb(text: string): string {
  const names = verbs.map(({ name }) => name);
  if (names.includes(text)) return text;
  const [near] = nearest(text, names);
  const hint = near === undefined ? `known are ${names.join(", ")}` : `did you mean ${near}?`;
  throw new SwitchyardError("BAD_ARGUMENT", `no verb ${JSON.stringify(text)}; ${hint}`);
}

function checkOperands({ name, operands }: Verb, given: readonly string[]): void {
  const needed = operands.filter((operand) => !operand.startsWith("[")).length;
  if (given.length >= needed && given.length <= operands.length) return;
  const wanted = operands.length === 0 ? "nothing behind it" : operands.join(" ");
  const got = given.length === 0 ? "nothing" : given.join(" ");
  throw new SwitchyardError("BAD_ARGUMENT", `${name} takes ${wanted}, and got ${got}`);
}

const special: Readonly<Record<OptionKey, string>> = {
  expire: "--expire",
  ifAbsent: "--if-absent",
  ifValue: "--if-value",
  prefix: "--prefix",
  count: "--count",
  yes: "--yes",
  force: "--force",
  node: "--node",
  replace: "--replace",
  removals: "--removals",
  durability: "--durability",
  json: "--json",
};

/** An option that would do nothing is a mistake. */
function checkOptions(verb: Verb, options: StoreOptionValues): void {
  for (const [key, flag] of Object.entries(special) as [OptionKey, string][]) {
    if (options[key] === undefined || verb.options.includes(key)) continue;
    throw new SwitchyardError("BAD_ARGUMENT", `${verb.name} takes no ${flag}`);
  }
}

function help(): string {
  const width = Math.max(...verbs.map((verb) => usage(verb).length));
  const examples = verbs.map(({ example }) => `  switchyard store tcp://127.0.0.1:9999 app.hosts ${example}`);
  return `
Verbs:
${verbs.map((verb) => `  ${usage(verb).padEnd(width)}  ${verb.summary}`).join("\n")}

Keys and values are written as for \`switchyard pub\`: a string takes quotes of
its own. What begins with a minus and is no number goes behind --.

Examples:
${examples.join("\n")}`;
}

function usage({ name, operands }: Verb): string {
  return [name, ...operands].join(" ");
}
