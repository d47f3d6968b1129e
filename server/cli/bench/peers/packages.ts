/**
 * The peers' packages and commands: no dependencies of ours, but what `.ci/peers.mjs` (or anybody) put on this machine.
 *
 * Invariant: nothing is loaded before it is asked for, and what is missing is told in words.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Where `.ci/peers.mjs` installs; the same name is there. */
export function defaultFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "switchyard", "peers-2");
}

export class Packages {
  readonly #folder: string;
  readonly #require: NodeJS.Require;

  constructor(folder: string) {
    this.#folder = folder;
    this.#require = createRequire(join(folder, "package.json"));
  }

  /** What the package exports; whoever asks knows its type. */
  load(name: string): unknown {
    return this.#require(name);
  }

  /** Its version; `undefined` where it is not installed. */
  version(name: string): string | undefined {
    try {
      const text = readFileSync(join(this.#folder, "node_modules", name, "package.json"), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      return undefined;
    }
  }
}

/** Debian puts servers where the PATH of ordinary users does not lead. */
const serverFolders = ["/usr/sbin", "/usr/local/sbin"];

/** The full path of a command; `undefined` where it is not installed. */
export function findCommand(command: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...serverFolders];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

/** The first number with dots that the command says when asked for its version. */
export function commandVersion(file: string): string {
  for (const flag of ["--version", "-h"]) {
    const said = saidBy(file, flag);
    const version = /\d+\.\d+\.\d+/.exec(said)?.[0];
    if (version !== undefined) return version;
  }
  return "of unknown version";
}

function saidBy(file: string, flag: string): string {
  try {
    return execFileSync(file, [flag], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 5_000 });
  } catch (error) {
    const { stdout } = error as { stdout?: unknown };
    return typeof stdout === "string" ? stdout : ""; // mosquitto shows its help with status 3
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
