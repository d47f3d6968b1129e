/**
 * What may come next on a command line, by the commands themselves: their subcommands, options and arguments.
 *
 * Invariant: follows the very program that runs, so that it cannot fall behind. Knows contexts, topics and
 * stores only as something to ask for.
 */
import type { Argument, Command, Option } from "commander";
import { verbs } from "../store/verbs.ts";

export interface Candidate {
  readonly text: string;
  readonly description: string;
}

/** What is outside of the program and may be asked for. */
export interface World {
  contexts(): Promise<readonly Candidate[]>;
  /** Topics of the cluster there; none where that takes too long. */
  topics(location: string): Promise<readonly Candidate[]>;
  /** Stores that nodes there have open. */
  stores(location: string): Promise<readonly Candidate[]>;
}

/** Candidates, or that the shell should offer files. */
export type Offer = readonly Candidate[] | "files";

/** @param words behind the name of the program; the last one is what is being typed */
export async function offerOf(program: Command, words: readonly string[], world: World): Promise<Offer> {
  const typed = words.at(-1) ?? "";
  const place = placeAfter(program, words.slice(0, -1));
  const offer = await offerAt(place, typed, world);
  return offer === "files" ? offer : offer.filter(({ text }) => text.startsWith(typed));
}

interface Place {
  readonly command: Command;
  /** Arguments so far. */
  readonly given: readonly string[];
  /** The option whose value comes next. */
  readonly option: Option | undefined;
  /** Nothing is an option any more. */
  readonly isBehindDashes: boolean;
  /** Only commands come next. */
  readonly isHelp: boolean;
}

function placeAfter(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, given: [], option: undefined, isBehindDashes: false, isHelp: false };
  for (const word of words) place = step(place, word);
  return place;
}

function step(place: Place, word: string): Place {
  const { command, given, option, isBehindDashes, isHelp } = place;
  if (option !== undefined) return { ...place, option: undefined };
  if (!isBehindDashes && word === "--") return { ...place, isBehindDashes: true };
  if (!isBehindDashes && word.startsWith("-")) {
    const found = command.options.find(({ long, short }) => long === word || short === word);
    return { ...place, option: found?.required || found?.optional ? found : undefined };
  }
  const next = given.length === 0 ? command.commands.find((each) => isCalled(each, word)) : undefined;
  if (next !== undefined) return { ...place, command: next };
  if (word === "help" && command.parent === null && !isHelp) return { ...place, isHelp: true };
  return { ...place, given: [...given, word] };
}

function isCalled(command: Command, word: string): boolean {
  return command.name() === word || command.aliases().includes(word);
}

async function offerAt(
  { command, given, option, isBehindDashes, isHelp }: Place,
  typed: string,
  world: World,
): Promise<Offer> {
  if (option !== undefined) return offerForValue(option, world);
  if (typed.startsWith("-") && !isBehindDashes) return optionsOf(command);
  if (command.commands.length > 0) return given.length === 0 ? commandsOf(command) : [];
  if (isHelp) return [];
  const declared = command.registeredArguments;
  const last = declared.at(-1);
  const argument = declared[given.length] ?? (last?.variadic ? last : undefined);
  return argument === undefined ? [] : offerForArgument(argument, given, world);
}

function commandsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((each) => ({ text: each.name(), description: each.description() }));
}

function optionsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.flatMap(({ long, description }) => (long ? [{ text: long, description }] : []));
}

/** `<file>` in the flags of an option says what its value is. */
async function offerForValue({ argChoices, flags }: Option, world: World): Promise<Offer> {
  if (argChoices !== undefined) return argChoices.map((text) => ({ text, description: "" }));
  if (/[<[]file[\]>]/.test(flags)) return "files";
  return /[<[]loc[\]>]/.test(flags) ? world.contexts() : [];
}

/** So does the name of an argument. */
async function offerForArgument(argument: Argument, given: readonly string[], world: World): Promise<Offer> {
  if (argument.argChoices !== undefined) return argument.argChoices.map((text) => ({ text, description: "" }));
  switch (argument.name()) {
    case "loc":
      return world.contexts();
    case "context":
      return (await world.contexts()).map(({ text, description }) => ({ text: text.replace(/^@/, ""), description }));
    case "file":
      return "files";
    case "topic":
    case "pattern":
      return given[0] === undefined ? [] : world.topics(given[0]);
    case "store":
      return given[0] === undefined ? [] : world.stores(given[0]);
    case "verb":
      return verbs.map(({ name, summary }) => ({ text: name, description: summary }));
    case "operand":
      return takesFile(given[2]) ? "files" : [];
    default:
      return [];
  }
}

function takesFile(verb: string | undefined): boolean {
  return verbs.some(({ name, operands }) => name === verb && operands[0] === "FILE");
}
