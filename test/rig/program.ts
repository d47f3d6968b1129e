/**
 * A program of the tests, run as a process of its own that is told and tells by lines of JSON.
 *
 * Node 20 does not run TypeScript, so it is bundled first, once for each test file. Invariant: none outlives the run,
 * for such a program ends with its input; whoever starts one ends it, by its own id.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { afterAll } from "vitest";

export interface Told {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** For an answer; beyond it the process hangs. */
const patienceMs = 30_000;

const folders: string[] = [];
const programs = new Map<string, Promise<string>>();
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
  folders.length = 0;
  programs.clear();
});

export class Program {
  readonly ended: Promise<number | NodeJS.Signals | null>;
  readonly #child: ChildProcess;
  readonly #told: Told[] = [];
  #look: () => void = () => {};
  #isEnded = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#isEnded = true;
        this.#look();
        resolve(code ?? signal);
      });
    });
    child.stdin!.on("error", () => {}); // it was killed
    createInterface({ input: child.stdout! }).on("line", (line) => {
      this.#told.push(JSON.parse(line) as Told);
      this.#look();
    });
  }

  /** `entry` is relative to the file of `base`; the arguments go as JSON. */
  static async start(entry: string, base: string, task: unknown): Promise<Program> {
    const path = fileURLToPath(new URL(entry, base));
    const child = spawn(process.execPath, ["--expose-gc", await bundled(path), JSON.stringify(task)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    return new Program(child);
  }

  tell(told: Told): void {
    this.#child.stdin!.write(`${JSON.stringify(told)}\n`);
  }

  /** Tells, and takes the answer of the same kind. */
  ask(told: Told): Promise<Told> {
    this.tell(told);
    return this.hear(told.kind);
  }

  /** The next of this kind; others stay for whoever wants them. */
  async hear(kind: string, mostMs = patienceMs): Promise<Told> {
    const endMs = performance.now() + mostMs;
    for (;;) {
      const index = this.#told.findIndex((each) => each.kind === kind);
      if (index >= 0) return this.#told.splice(index, 1)[0]!;
      if (this.#isEnded) throw new Error(`it ended before it told ${kind}`);
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw new Error(`it did not tell ${kind} within ${mostMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#look = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** By force. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}

/** The file that Node can run, of one that is TypeScript; removed after the test file that needed it. */
export function bundled(path: string): Promise<string> {
  const program = programs.get(path) ?? bundle(path);
  programs.set(path, program);
  return program;
}

async function bundle(path: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-program-"));
  folders.push(folder);
  const outfile = join(folder, "program.cjs");
  const target = { outfile, bundle: true, platform: "node", format: "cjs" } as const;
  await build({ entryPoints: [path], ...target, plugins: [nativeCode], logLevel: "error" });
  return outfile;
}

/** Native code is loaded from where it is installed. */
const nativeCode: Plugin = {
  name: "native-code",
  setup: (builder) => {
    builder.onResolve({ filter: /^classic-level$/ }, () => ({
      path: createRequire(import.meta.url).resolve("classic-level"),
      external: true,
    }));
  },
};
