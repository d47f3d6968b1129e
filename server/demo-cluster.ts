/**
 * The demo cluster: `switchyard demo` as a process of its own, started on request and ended with this one.
 *
 * Invariant: at most one runs; whoever asks while it starts waits for the same one; when this process ends in whatever
 * way, the demo ends too. Knows nothing of what its nodes do.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { SwitchyardError } from "../library/index.ts";
import { list, object, optional, text } from "./checks.ts";

export interface DemoNodes {
  readonly location: string;
  readonly nodes: readonly { readonly name: string; readonly location?: string }[];
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** How long its nodes may take to find each other. */
const readyMs = 20_000;
/** The command, beside this file's bundle. */
const commandPath = fileURLToPath(new URL("../cli/main.js", import.meta.url));

const readyLine = object<{ connect: string; nodes: DemoNodes["nodes"] }>({
  connect: text,
  nodes: list(object<DemoNodes["nodes"][number]>({ name: text, location: optional(text) }), 0, 1_000),
});

export class DemoCluster {
  readonly #command: readonly string[];
  readonly #endMs: number;
  #child: Child | undefined;
  #ready: Promise<DemoNodes> | undefined;

  /**
   * @param command what is run, by this very Node; default the command line beside this bundle
   * @param endMs how long it may take to end when asked to; then it is made to
   */
  constructor(command: readonly string[] = [commandPath, "demo", "--json"], endMs = 2_000) {
    this.#command = command;
    this.#endMs = endMs;
  }

  /** @throws SwitchyardError `TIMED_OUT`, or `INTERNAL` with what it said when it ended instead */
  start(): Promise<DemoNodes> {
    this.#ready ??= this.#launch().catch(async (error: unknown) => {
      await this.stop();
      throw error;
    });
    return this.#ready;
  }

  /** Resolves when its processes are gone. Harmless when none runs. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#ready = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const lastResort = setTimeout(() => child.kill("SIGKILL"), this.#endMs);
    await gone;
    clearTimeout(lastResort);
  }

  /** For the moment when this process ends and nothing can be waited for. */
  kill(): void {
    this.#child?.kill("SIGTERM");
  }

  async #launch(): Promise<DemoNodes> {
    const child: Child = spawn(process.execPath, this.#command, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    child.once("exit", () => {
      if (this.#child === child) void this.stop(); // it ended by itself: the next `start` begins anew
    });
    return nodesOf(await firstLine(child));
  }
}

/** The first line it prints; what it prints later is read and dropped, so that it never waits for us. */
function firstLine(child: Child): Promise<string> {
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  child.stdin.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new SwitchyardError("TIMED_OUT", "starting the demo cluster")), readyMs);
    const settle = (how: () => void): void => {
      clearTimeout(late);
      how();
    };
    createInterface({ input: child.stdout }).on("line", (line) => settle(() => resolve(line)));
    child.once("error", (cause) =>
      settle(() => reject(new SwitchyardError("INTERNAL", "the demo cluster", { cause }))),
    );
    child.once("exit", () =>
      settle(() => reject(new SwitchyardError("INTERNAL", `the demo cluster ended: ${complaint.trim()}`))),
    );
  });
}

/** `{"ready":true,"connect":"tcp://127.0.0.1:4321","nodes":[{"name":"sensor-1"}]}` */
function nodesOf(line: string): DemoNodes {
  try {
    const { connect, nodes } = readyLine(JSON.parse(line), "line");
    return { location: connect, nodes };
  } catch (cause) {
    throw new SwitchyardError("INTERNAL", `the demo cluster began with ${JSON.stringify(line.slice(0, 200))}`, {
      cause,
    });
  }
}
