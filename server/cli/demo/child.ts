/**
 * One node of the demo cluster, as a process of its own.
 *
 * Invariant: it lives no longer than this process: its standard input is our end of a pipe, and it ends with that.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** How long a node may take to start, and to end. */
const startMs = 15_000;
const endMs = 3_000;

export interface Counts {
  readonly raised: number;
  readonly delivered: number;
  readonly forwarded: number;
}

export class DemoChild {
  readonly name: string;
  /** Where it listens, once it is ready. */
  listening: readonly string[] = [];
  /** What it said last. */
  counts: Counts = { raised: 0, delivered: 0, forwarded: 0 };
  /** Resolves when it is ready; rejects with its own words when it ended instead. */
  readonly ready: Promise<void>;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;

  /** @param args for this very command */
  constructor(name: string, args: readonly string[]) {
    this.name = name;
    const command = process.argv[1] ?? "";
    this.#process = spawn(process.execPath, [...process.execArgv, command, "demo-node", name, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process.stdin.on("error", () => undefined); // it is gone already
    let complaint = "";
    this.#process.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    this.ended = new Promise((resolve) => {
      this.#process.once("error", (error) => resolve(error.message));
      this.#process.once("close", (status, signal) => resolve(complaint.trim() || `status ${status ?? signal}`));
    });
    this.ready = this.#whenReady();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Resolves when it is gone. */
  async end(): Promise<void> {
    this.#process.stdin.end();
    const lastResort = setTimeout(() => this.#process.kill("SIGKILL"), endMs);
    await this.ended;
    clearTimeout(lastResort);
  }

  #whenReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.name} is not ready after ${startMs / 1000} s`)), startMs);
      createInterface({ input: this.#process.stdout }).on("line", (line) => {
        const said = JSON.parse(line) as Partial<Counts & { ready: true; listening: readonly string[] }>;
        if (said.ready !== true) this.counts = said as Counts;
        else {
          this.listening = said.listening ?? [];
          clearTimeout(late);
          resolve();
        }
      });
      void this.ended.then((how) => {
        clearTimeout(late);
        reject(new Error(`${this.name} ended: ${how}`));
      });
    });
  }
}
