/**
 * What every command is handed: where to print, how, and when to stop.
 *
 * Invariant: machine output goes to stdout alone, everything said to people beside it to stderr. What was printed and could
 * not be written makes the status 1; a reader that goes away is no failure.
 * Knows nothing of any command.
 */
import type { Writable } from "node:stream";
import { SwitchyardError } from "../../library/index.ts";
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
  /** How many columns that has. */
  readonly progressWidth: number;
  /** Aborts at Ctrl-C, at SIGTERM, and when stdout takes no more. A command may throw the reason: it was broken off. */
  readonly stopped: AbortSignal;
  /** The command failed in part: the exit status will be 1. */
  failed(): void;
  /** It was stopped before all was done: the exit status will be 130 for Ctrl-C, 143 for SIGTERM. */
  brokenOff(): void;
}

/** The part of `process` that a shell needs. */
export interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the system says where there is no room. */
export const outOfRoom: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

export class ProcessShell implements Shell {
  readonly out: Output;
  readonly style: Style;
  readonly stopped: AbortSignal;
  status = 0;
  connection: ConnectionOptions = {};

  readonly #terminal: Terminal;
  readonly #stop = new AbortController();
  /** The status of what is broken off; 0 where nobody reads any more. */
  #stopStatus = 0;
  #progressShown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.stopped = this.#stop.signal;
    this.style = styleFor(this.isTerminal, terminal.env);
    this.out = new Output(terminal.stdout, (failure) => this.#outputEnded(failure));
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

  get progressWidth(): number {
    return (this.#terminal.stderr.columns ?? 80) - 1;
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
    const shown = cut(printable(text), this.progressWidth);
    this.#terminal.stderr.write(`\r\u001b[K${shown}`);
    this.#progressShown = text !== "";
  }

  failed(): void {
    this.status = 1;
  }

  brokenOff(): void {
    if (this.status === 0) this.status = this.#stopStatus;
  }

  /** @param status of a command that was not done yet */
  stop(status = 0): void {
    if (!this.stopped.aborted) this.#stopStatus = status;
    this.#stop.abort();
  }

  #outputEnded(failure: NodeJS.ErrnoException | undefined): void {
    if (failure !== undefined) {
      const code = outOfRoom.has(failure.code ?? "") ? "NO_SPACE" : "DISK_FAILED";
      const { message } = new SwitchyardError(code, `standard output (${String(failure.code)})`);
      this.say(`switchyard: ${message} [${code}]`);
      this.failed();
    }
    this.stop();
  }
}

/** Resolves when the shell is told to stop. */
export function whenStopped({ stopped }: Shell): Promise<void> {
  return whenAborted(stopped);
}

/**
 * What comes of `work`, or the end of waiting for it when the shell is told to stop.
 * @throws what `work` throws; the reason of `stopped`, which says that the command was broken off
 */
export async function minding<Result>({ stopped }: Shell, work: Promise<Result>): Promise<Result> {
  let stop = (): void => {};
  const ended = new Promise<never>((_resolve, reject) => {
    stop = () => reject(stopped.reason);
    if (stopped.aborted) stop();
    else stopped.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, ended]); // nothing that `work` comes to is unhandled then
  } finally {
    stopped.removeEventListener("abort", stop);
  }
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
