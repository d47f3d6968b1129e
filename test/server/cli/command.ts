/**
 * The command as its users run it: bundled, as a process of its own.
 *
 *     useCommand();                                    // once in a test file
 *     const node = start("node", "--listen", "tcp://127.0.0.1:0", "--json");
 *     const { listening } = JSON.parse(await node.saying("out", /ready/));
 *
 * Invariant: whatever a test started is gone when the test, or its file, ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, vi } from "vitest";

/** Processes take their time where many run at once. */
const slowMs = 60_000;

/** CommonJS packages bundled into a module still want a `require`. */
const requireBanner =
  'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);';

/** A folder of the test file's own, removed at its end; the command lies there, too. */
export let folder = "";

const running = new Set<ChildProcess>();

/** Bundles the command for the tests of one file. */
export function useCommand(): void {
  vi.setConfig({ testTimeout: slowMs, hookTimeout: slowMs });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "switchyard-cli-"));
    // What is not bundled is found beside it, as where it is installed.
    await symlink(
      fileURLToPath(new URL("../../../node_modules", import.meta.url)),
      join(folder, "node_modules"),
      "junction",
    );
    await build({
      entryPoints: [fileURLToPath(new URL("../../../server/cli/main.ts", import.meta.url))],
      outfile: join(folder, "main.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      mainFields: ["module", "main"],
      external: ["classic-level", "msgpackr-extract", "bufferutil", "utf-8-validate"],
      banner: { js: requireBanner },
      logLevel: "silent",
    });
  });

  afterAll(async () => {
    for (const child of running) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });
}

export interface Ended {
  /** The exit status, or the signal that ended it. */
  readonly status: number | string | null;
  readonly out: string;
  readonly err: string;
}

export class RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Piece by piece, since all of it in one text would be copied anew for each. */
  readonly #said: Readonly<Record<"out" | "err", string[]>> = { out: [], err: [] };
  #listeners: (() => void)[] = [];

  constructor(args: readonly string[], options: StartOptions = {}) {
    const { isRead = true, env = {}, maxFileKiB, script = join(folder, "main.mjs") } = options;
    const command = [process.execPath, script, ...args] as const;
    const limited = ["bash", "-c", `ulimit -f ${maxFileKiB}; exec "$@"`, "bash", ...command] as const;
    const [file, ...rest] = maxFileKiB === undefined ? command : limited;
    this.child = spawn(file, rest, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    running.add(this.child);
    if (isRead) this.read();
    this.#gather("err");
    this.ended = new Promise((resolve) => {
      this.child.once(isRead ? "close" : "exit", (code, signal) => {
        running.delete(this.child);
        resolve({ status: signal ?? code, out: this.#said.out.join(""), err: this.#said.err.join("") });
        this.#changed();
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Begins to read its output; without it, the output is slow. */
  read(): void {
    this.#gather("out");
  }

  /** The first line on a stream that matches, said already or yet to come. */
  async saying(stream: "out" | "err", pattern: RegExp): Promise<string> {
    let isOver = false;
    void this.ended.then(() => {
      isOver = true;
    });
    const pieces = this.#said[stream];
    let rest = ""; // of a line that is not whole yet
    for (let at = 0; ; ) {
      while (at < pieces.length) {
        const lines = (rest + pieces[at++]!).split("\n");
        const line = lines.find((each) => pattern.test(each));
        if (line !== undefined) return line;
        rest = lines.at(-1)!;
      }
      if (isOver)
        throw new Error(
          `it ended without saying ${pattern}: ${JSON.stringify([this.#said.out.join(""), this.#said.err.join("")])}`,
        );
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  /** Ends it by a signal, and tells how it ended. */
  end(signal: "SIGINT" | "SIGTERM" | "SIGKILL" = "SIGINT"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  #gather(stream: "out" | "err"): void {
    const source = stream === "out" ? this.child.stdout! : this.child.stderr!;
    source.setEncoding("utf8").on("data", (text: string) => {
      this.#said[stream].push(text);
      this.#changed();
    });
  }

  #changed(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}

interface StartOptions {
  /** False: nobody reads its output, until `read`. */
  readonly isRead?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** No file that it writes may become larger: as if the disk were full. */
  readonly maxFileKiB?: number;
  /** What is run instead of the bundle of this file's tests. */
  readonly script?: string;
}

export function start(...args: readonly string[]): RunningCommand {
  return new RunningCommand(args);
}

/** Runs it to its end. */
export function run(...args: readonly string[]): Promise<Ended> {
  return start(...args).ended;
}

/** A node that listens; where, and the process. */
export async function listeningNode(location: string, ...args: readonly string[]) {
  const node = start("node", "--listen", location, "--json", ...args);
  const { listening } = JSON.parse(await node.saying("out", /"ready":true/)) as { listening: string[] };
  return { node, location: listening[0]! };
}
