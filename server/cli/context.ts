/** `switchyard context`: names for places to connect to. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { SwitchyardError } from "../../library/index.ts";
import { addSavedOptions, type ConnectionOptions } from "./connection-options.ts";
import { readContexts, writeContexts } from "./contexts/context-file.ts";
import { type Contexts, checkContextName, contextNamed, type SavedContext } from "./contexts/saved-context.ts";
import type { Shell } from "./shell.ts";
import { harmlessJson, printable } from "./style.ts";

interface AddOptions extends ConnectionOptions {
  readonly description?: string;
  readonly replace?: true;
}

interface JsonOption {
  readonly json?: true;
}

export function registerContext(program: Command, shell: Shell): void {
  const context = program
    .command("context")
    .description("Saves names for places to connect to. Wherever LOC is wanted, @NAME stands for what was saved.")
    .addHelpText(
      "after",
      `
Example:
  switchyard context add lab tls://sensor.example:9999 --tls-ca ca.pem
  switchyard topo @lab`,
    );
  registerAdd(context, shell);
  registerLs(context, shell);
  registerShow(context, shell);
  registerUse(context);
  registerRename(context);
  registerRm(context);
}

function registerAdd(parent: Command, shell: Shell): void {
  const add = parent
    .command("add")
    .description("Saves a location, and what it takes to connect there. A token itself is never saved, only its file.")
    .argument("<name>", "letters, digits, '.', '-' and '_'")
    .argument("<location>", "where the node listens")
    .addOption(new Option("--description <text>", "what it is, for people"))
    .option("--replace", "take the place of a context of that name");
  addSavedOptions(add);
  add
    .addHelpText(
      "after",
      `
Example:
  switchyard context add lab tls://sensor.example:9999 --tls-ca ca.pem --token-file lab.token`,
    )
    .action((name: string, location: string, options: AddOptions) => addContext(shell, name, location, options));
}

function registerLs(parent: Command, shell: Shell): void {
  parent
    .command("ls")
    .alias("list")
    .description("Lists the contexts; the one in use has a star.")
    .option("--json", 'print {"name","location","isCurrent",…} for each, one a line')
    .addHelpText("after", "\nExample:\n  switchyard context ls")
    .action(async ({ json }: JsonOption) => {
      const contexts = await readContexts();
      const list = [...contexts.saved].map(([name, context]) => entryOf(name, context, contexts));
      if (json) for (const each of list) shell.out.line(harmlessJson(each));
      else if (list.length > 0) shell.out.write(tableOf(list, shell));
      else shell.say("no contexts yet; `switchyard context add NAME LOC` saves one");
    });
}

function registerShow(parent: Command, shell: Shell): void {
  parent
    .command("show")
    .description("Shows all that is saved in a context.")
    .argument("[context]", "the one in use, where none is named")
    .option("--json", 'print {"name","location","isCurrent",…} on one line')
    .addHelpText("after", "\nExample:\n  switchyard context show lab")
    .action(async (written: string | undefined, { json }: JsonOption) => {
      const contexts = await readContexts();
      const name = nameOf(written ?? "", contexts);
      const entry = entryOf(name, contextNamed(name, contexts), contexts);
      if (json) shell.out.line(harmlessJson(entry));
      else for (const [key, value] of Object.entries(entry)) shell.out.line(lineOf(key, value));
    });
}

function registerUse(parent: Command): void {
  parent
    .command("use")
    .description("Makes a context the one that @ alone stands for.")
    .argument("<context>", "its name")
    .addHelpText("after", "\nExample:\n  switchyard context use lab\n  switchyard topo @")
    .action(async (written: string) => {
      const contexts = await readContexts();
      await writeContexts({ ...contexts, current: nameOf(written, contexts) });
    });
}

function registerRename(parent: Command): void {
  parent
    .command("rename")
    .description("Gives a context another name.")
    .argument("<context>", "its name")
    .argument("<new>", "what it shall be called")
    .addHelpText("after", "\nExample:\n  switchyard context rename lab old-lab")
    .action(async (written: string, renamed: string) => {
      const contexts = await readContexts();
      const name = nameOf(written, contexts);
      checkContextName(renamed);
      if (contexts.saved.has(renamed)) {
        throw new SwitchyardError("BAD_ARGUMENT", `there is a context ${renamed} already`);
      }
      const saved = [...contexts.saved].map(([each, context]) => [each === name ? renamed : each, context] as const);
      await writeContexts({ saved: new Map(saved), ...currentAfter(contexts, name, renamed) });
    });
}

function registerRm(parent: Command): void {
  parent
    .command("rm")
    .description("Forgets a context.")
    .argument("<context>", "its name")
    .addHelpText("after", "\nExample:\n  switchyard context rm lab")
    .action(async (written: string) => {
      const contexts = await readContexts();
      const name = nameOf(written, contexts);
      const saved = [...contexts.saved].filter(([each]) => each !== name);
      await writeContexts({ saved: new Map(saved), ...currentAfter(contexts, name, undefined) });
    });
}

async function addContext(shell: Shell, name: string, location: string, options: AddOptions): Promise<void> {
  const contexts = await readContexts();
  checkContextName(name);
  checkLocation(location);
  if (contexts.saved.has(name) && !options.replace) {
    throw new SwitchyardError("BAD_ARGUMENT", `there is a context ${name} already; --replace takes its place`);
  }
  const { description, tlsServerName, pin } = options;
  const paths = (["tlsCa", "tlsCert", "tlsKey", "tokenFile"] as const).flatMap((key) => {
    const path = options[key];
    return path === undefined ? [] : [[key, resolve(path)] as const];
  });
  const context: SavedContext = {
    location,
    ...(description !== undefined && { description }),
    ...Object.fromEntries(paths),
    ...(tlsServerName !== undefined && { tlsServerName }),
    ...(pin !== undefined && { pins: pin }),
  };
  await writeContexts({ ...contexts, saved: new Map([...contexts.saved, [name, context]]) });
  if (shell.isHeard) shell.say(`saved: @${name} stands for ${location}`);
}

/** @throws SwitchyardError `BAD_LOCATION`, `BAD_ARGUMENT` */
function checkLocation(location: string): void {
  if (!location.includes("://") || !URL.canParse(location)) {
    throw new SwitchyardError("BAD_LOCATION", JSON.stringify(location));
  }
  const { username, password } = new URL(location);
  if (username === "" && password === "") return;
  throw new SwitchyardError(
    "BAD_ARGUMENT",
    "a location holds no user and no password; put a token into a file, for --token-file",
  );
}

/** `@lab` and `lab` are the same context, and `@` is the one in use. */
function nameOf(written: string, contexts: Contexts): string {
  const name = written.replace(/^@/, "") || (contexts.current ?? "");
  contextNamed(name, contexts);
  return name;
}

/** What is in use when `name` is called `renamed`, or gone. */
function currentAfter({ current }: Contexts, name: string, renamed: string | undefined): Pick<Contexts, "current"> {
  const next = current === name ? renamed : current;
  return next === undefined ? {} : { current: next };
}

type Entry = SavedContext & { readonly name: string; readonly isCurrent: boolean };

function entryOf(name: string, context: SavedContext, { current }: Contexts): Entry {
  return { name, isCurrent: name === current, ...context };
}

function tableOf(entries: readonly Entry[], { style }: Shell): string {
  const width = (of: (entry: Entry) => string) => Math.max(...entries.map((entry) => of(entry).length));
  const nameWidth = width(({ name }) => name);
  const locationWidth = width(({ location }) => printable(location));
  const lines = entries.map(({ name, isCurrent, location, description = "" }) => {
    const what = style.dim(printable(description));
    return `${isCurrent ? "*" : " "} ${style.bold(name.padEnd(nameWidth))}  ${printable(location).padEnd(locationWidth)}  ${what}`.trimEnd();
  });
  return `${lines.join("\n")}\n`;
}

/** The words of a key, as people write them: `tls server name  sensor.example`. */
function lineOf(key: string, value: string | boolean | readonly string[]): string {
  const words = key === "isCurrent" ? "in use" : key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const text = typeof value === "boolean" ? (value ? "yes" : "no") : [value].flat().join(", ");
  return `${words.padEnd(16)}${printable(text)}`;
}
