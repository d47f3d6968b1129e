/** Completion: what is offered where, by the program itself, and by bash with the script that is printed. */
import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { PassThrough } from "node:stream";
import { promisify } from "node:util";
import type { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { everything, makeProgram } from "../../../server/cli/command-line.ts";
import { offerOf, type World } from "../../../server/cli/completion/candidates.ts";
import { wordsOf } from "../../../server/cli/completion/words.ts";
import { formatContexts } from "../../../server/cli/contexts/saved-context.ts";
import { ProcessShell } from "../../../server/cli/shell.ts";
import { folder, listeningNode, RunningCommand, start, useCommand } from "./command.ts";

useCommand();

const execute = promisify(execFile);

describe("words of a command line", () => {
  it.each([
    ["switchyard", ["switchyard"]],
    ["switchyard ", ["switchyard", ""]],
    ["a  b c", ["a", "b", "c"]],
    [`a 'b c' "d e`, ["a", "b c", "d e"]],
    ['a b\\ c "\\"" ', ["a", "b c", '"', ""]],
    ["a '\\' b", ["a", "\\", "b"]],
    ["", [""]],
  ])("of %j are %j", (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });
});

describe("what is offered", () => {
  let program: Command;
  const world: World = {
    contexts: async () => [
      { text: "@lab", description: "the lab" },
      { text: "@prod", description: "" },
    ],
    topics: async (location) => [{ text: `topic.of.${location.slice(1)}`, description: "" }],
  };

  beforeAll(async () => {
    const shell = new ProcessShell({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} });
    program = await makeProgram(everything, shell);
  });

  const offered = async (line: string) => {
    const offer = await offerOf(program, wordsOf(line).slice(1), world);
    return offer === "files" ? offer : offer.map(({ text }) => text);
  };

  it.each([
    ["switchyard to", ["topo"]],
    ["switchyard logs ", ["tail", "replay", "help"]],
    ["switchyard help lo", ["logs"]],
    ["switchyard help logs t", ["tail"]],
    ["switchyard help pub ", []],
    ["switchyard sub --co", ["--count"]],
    ["switchyard sub --count ", []],
    ["switchyard sub --count 5 ", ["@lab", "@prod"]],
    ["switchyard sub @l", ["@lab"]],
    ["switchyard sub @lab ", ["topic.of.lab"]],
    ["switchyard sub @lab a t", ["topic.of.lab"]],
    ["switchyard pub @lab t", ["topic.of.lab"]],
    ["switchyard pub @lab t e ", []],
    ["switchyard pub @lab t e -- --", []],
    ["switchyard logs replay @lab t ", "files"],
    ["switchyard logs replay @lab t a.log b", "files"],
    ["switchyard node --config ", "files"],
    ["switchyard node --connect ", ["@lab", "@prod"]],
    ["switchyard node --on-overflow drop-", ["drop-oldest", "drop-newest"]],
    ["switchyard topo --tls-ca ", "files"],
    ["switchyard context use ", ["lab", "prod"]],
    ["switchyard context add x y --tok", ["--token-file"]],
    ["switchyard completion z", ["zsh"]],
    ["switchyard record @lab a --fi", ["--filter"]],
    ["switchyard record @lab a --filter ", []],
    ["switchyard nowhere ", []],
  ])("behind %j is %j", async (line, offer) => {
    expect(await offered(line)).toEqual(offer);
  });

  it("leaves out what no person starts", async () => {
    const names = await offered("switchyard ");
    expect(names).toEqual(expect.arrayContaining(["node", "completion", "help"]));
    expect(names).not.toContain("demo-node");
    expect(names).not.toContain("complete");
  });
});

describe("a live cluster", () => {
  it("gives its topics", async () => {
    const { location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*");
    const pub = start("pub", location, "app.hello", "e", "--count", "100000", "--rate", "100");
    const sub = start("sub", location, "app.*", "--count", "1", "--quiet");
    await sub.ended; // so that the router knows the topic
    const { out } = await new RunningCommand(["complete", "--line", `switchyard sub ${location} app`]).ended;
    await pub.end();
    expect(out).toBe("app.hello\ta topic\n");
  });

  it("that is not there says nothing, and fails nothing", async () => {
    const { status, out, err } = await new RunningCommand(["complete", "--line", "switchyard sub tcp://127.0.0.1:1 a"])
      .ended;
    expect({ status, out, err }).toEqual({ status: 0, out: "", err: "" });
  });
});

const hasBash = await execute("bash", ["--version"]).then(
  () => process.platform !== "win32",
  () => false,
);

describe.skipIf(!hasBash)("bash, with the script (skipped where there is none)", () => {
  /** What bash would offer for a line, the cursor at its end. */
  async function offeredByBash(line: string): Promise<string[]> {
    const bin = join(folder, "bin");
    const settings = join(folder, "settings");
    await mkdir(bin, { recursive: true });
    await mkdir(settings, { recursive: true });
    await writeFile(
      join(bin, "switchyard"),
      `#!/bin/sh\nexec '${process.execPath}' '${join(folder, "main.mjs")}' "$@"\n`,
    );
    await chmod(join(bin, "switchyard"), 0o755);
    const lab = { location: "tcp://127.0.0.1:1" };
    await writeFile(join(settings, "contexts.json"), formatContexts({ saved: new Map([["lab", lab]]) }));
    await writeFile(join(folder, "a file.log"), "");
    // As bash calls it: the words are cut at colons, too.
    const script = `
      source <(switchyard completion bash)
      complete -p switchyard >&2
      COMP_LINE="$1"; COMP_POINT=\${#1}
      read -ra COMP_WORDS <<< "$1"
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _switchyard
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await execute("bash", ["--norc", "-c", script, "bash", line], {
      cwd: folder,
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env["PATH"]}`,
        SWITCHYARD_CONFIG_HOME: settings,
      },
    });
    expect(stderr).toBe("complete -F _switchyard switchyard\n");
    return stdout.split("\n").filter(Boolean);
  }

  it("completes commands, options, contexts and files", async () => {
    expect(await offeredByBash("switchyard lo")).toEqual(["logs"]);
    expect(await offeredByBash("switchyard logs tail --cou")).toEqual(["--count"]);
    expect(await offeredByBash("switchyard sub @")).toEqual(["@lab"]);
    expect(await offeredByBash("switchyard node --config a")).toEqual(["a file.log"]);
    expect(await offeredByBash("switchyard nowhere ")).toEqual([]);
  });
});

it.each(["zsh", "fish"])("prints a script for %s that asks the command itself", async (name) => {
  const { status, out } = await start("completion", name).ended;
  expect(status).toBe(0);
  expect(out).toContain("complete --line");
});
