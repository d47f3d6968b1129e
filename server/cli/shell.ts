/**
 * What every command is handed: where to print, how, and when to stop.
 *
 * Invariant: machine output goes to stdout alone, everything said to people beside it to stderr.
 * Knows nothing of any command.
 */
import type { Writable } from "node:stream";
import type { ConnectionOptions } from "./connection-options.ts";
import { Output } from "./output.ts";
import { cut, printable, type Style, styleFor } from "./style.ts";

export interface Shell {
  readonly out: Output;
  /** Whether a person looks at stdout. */
  readonly isTerminal: boolean;
  /** Columns of the terminal at stdout; 80 where there is none. */
  readonly width: number;
  /** Colours for stdout, or none. */
  readonly style: Style;
  /** Whether a person looks at stderr. */
  readonly isHeard: boolean;
  /** How the command that runs was told to connect. */
  readonly connection: ConnectionOptions;
  connectWith(options: ConnectionOptions): void;
  /** Prints one line to stderr, made harmless for a terminal. */
  say(line: string): void;
  /** Prints over the line that it printed last, on a terminal; an empty text clears it. */
  progress(text: string): void;
  /** Aborts at Ctrl-C, at SIGTERM, and when nobody reads stdout any more. */
  readonly stopped: AbortSignal;
  /** The command failed in part: the exit status will be 1. */
  failed(): void;
}

/** The part of `process` that a shell needs. */
export interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class ProcessShell implements Shell {
  readonly out: Output;
  readonly style: Style;
  readonly stopped: AbortSignal;
  status = 0;
  connection: ConnectionOptions = {};

  readonly #terminal: Terminal;
  readonly #stop = new AbortController();
  #progressShown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.stopped = this.#stop.signal;
    this.style = styleFor(this.isTerminal, terminal.env);
    this.out = new Output(terminal.stdout, () => this.stop());
    terminal.stderr.on("error", () => undefined); // nobody to tell
  }

  get isTerminal(): boolean {
    return this.#terminal.stdout.isTTY === true;
  }

  get width(): number {
    return this.#terminal.stdout.columns ?? 80;
  }

  get isHeard(): boolean {
    return this.#terminal.stderr.isTTY === true;
  }

  connectWith(options: ConnectionOptions): void {
    this.connection = options;
  }

  say(line: string): void {
    this.progress("");
    this.#terminal.stderr.write(`${printable(line)}\n`);
  }

  progress(text: string): void {
    if (!this.isHeard || (text === "" && !this.#progressShown)) return;
    // One that is wider than the terminal would leave its first part behind.
    const shown = cut(printable(text), (this.#terminal.stderr.columns ?? 80) - 1);
    this.#terminal.stderr.write(`\r\u001b[K${shown}`);
    this.#progressShown = text !== "";
  }

  failed(): void {
    this.status = 1;
  }

  stop(): void {
    this.#stop.abort();
  }
}

/** Resolves when the shell is told to stop. */
export function whenStopped({ stopped }: Shell): Promise<void> {
  return whenAborted(stopped);
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
