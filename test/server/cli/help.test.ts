/** What each command tells of itself: by the very program that runs. */
import { PassThrough } from "node:stream";
import type { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { everything, makeProgram } from "../../../server/cli/command-line.ts";
import { wordsOf } from "../../../server/cli/completion/words.ts";
import { ProcessShell } from "../../../server/cli/shell.ts";

/** Started by other commands, never by a person. */
const internal = new Set(["demo-node", "complete"]);

let program: Command;

beforeAll(async () => {
  const shell = new ProcessShell({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} });
  program = await makeProgram(everything, shell);
});

interface Told {
  readonly path: string;
  readonly command: Command;
  readonly help: string;
}

/** Every command and subcommand. */
function all(command: Command = program, path = "switchyard"): Told[] {
  const below = command.commands.filter((each) => !internal.has(each.name()));
  return [{ path, command, help: helpOf(command) }, ...below.flatMap((each) => all(each, `${path} ${each.name()}`))];
}

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return help;
}

/** Command lines, up to where the shell takes over. */
function examplesOf(help: string): string[] {
  const lines = help.slice(help.search(/^Examples?\b/m)).split("\n");
  return lines
    .filter((line) => /^ {2}(?:source <\()?switchyard /.test(line))
    .map((line) => line.replace("source <(", ""));
}

describe("the help of every command", () => {
  it("is there for all of them", () => {
    const paths = all().map(({ path }) => path);
    for (const path of ["switchyard node", "switchyard logs tail", "switchyard context add", "switchyard completion"]) {
      expect(paths).toContain(path);
    }
  });

  it("describes the command, its arguments and its options", () => {
    const silent = all().flatMap(({ path, command }) => [
      ...(command.description() === "" ? [path] : []),
      ...command.registeredArguments.filter(({ description }) => !description).map((each) => `${path} ${each.name()}`),
      ...command.options.filter(({ description }) => !description).map(({ flags }) => `${path} ${flags}`),
    ]);
    expect(silent).toEqual([]);
  });

  it("has an example", () => {
    const without = all().filter(({ help }) => examplesOf(help).length === 0);
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it("has examples that name commands and options there are", () => {
    const wrong = all().flatMap(({ help }) => examplesOf(help).filter((line) => !isCallable(line)));
    expect(wrong).toEqual([]);
  });

  it("fits a terminal of 80 columns, examples aside", () => {
    const wide = all().flatMap(({ path, help }) =>
      help
        .split("\n")
        .filter((line) => line.length > 80 && !/^ {2}|^Workloads:/.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(wide).toEqual([]);
  });

  it("offers the same options to connect to every command with a LOC", () => {
    const connecting = all().filter(({ command }) => command.registeredArguments.some((each) => each.name() === "loc"));
    expect(connecting.length).toBeGreaterThanOrEqual(5);
    for (const { help } of connecting) {
      for (const option of ["ca", "cert", "key", "server-name"].map((name) => `--tls-${name} <`)) {
        expect(help).toContain(option);
      }
      expect(help).toContain("--token-file <file>");
      expect(help).toContain("--insecure-skip-verify");
      expect(help).not.toContain("--token <");
    }
  });

  it("finds what is wrong with an example", () => {
    expect(isCallable("  switchyard sub tcp://127.0.0.1:9999 'a*' --cont 5")).toBe(false);
    expect(isCallable("  switchyard frobnicate x")).toBe(false);
    expect(isCallable("  switchyard sub tcp://127.0.0.1:9999 'a*' --count 5 | wc -l")).toBe(true);
  });
});

/** Whether all commands and options in a command line exist, and its arguments are as many as the command takes. */
function isCallable(line: string): boolean {
  const own = line
    .trim()
    .replace(/ {2,}[a-z].*$/, "")
    .replace(/\)$/, ""); // without what is said beside it
  const words = wordsOf(own).slice(1);
  let command = program;
  let given = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "|" || word === ">" || word === "--") break;
    const option = word.startsWith("-") && word.length > 1;
    const next = given === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (option) {
      const found = command.options.find(({ long, short }) => long === word || short === word);
      if (found === undefined) return false;
      if (found.required) i++;
    } else if (next !== undefined) command = next;
    else given++;
  }
  if (command.commands.length > 0) return false;
  const { registeredArguments } = command;
  const least = registeredArguments.filter(({ required }) => required).length;
  return (
    given >= least && (registeredArguments.some(({ variadic }) => variadic) || given <= registeredArguments.length)
  );
}
