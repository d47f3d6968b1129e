/**
 * `switchyard logs replay`: writes the lines of log files to remote logs.
 *
 * Invariant: every good line is written once, in order, as fast as the slowest peer takes them; a bad line is told with
 * its place, counted, and stops nothing. When the command ends, all has left.
 */
import {
  type Context,
  type Log,
  type LogLayout,
  LogReader,
  type LogRecord,
  SwitchyardError,
} from "../../library/index.ts";
import { failureOf } from "./failure.ts";
import { type Line, type LogFile, openLogFile } from "./log-file.ts";
import { Pace } from "./pace.ts";
import { Progress } from "./progress.ts";
import { withReceivers } from "./sending.ts";
import type { Shell } from "./shell.ts";
import { counted, inGroups, printable } from "./style.ts";
import { timestampOf } from "./timestamp.ts";

export interface ReplayOptions {
  readonly name?: string;
  readonly rate?: number;
  readonly speed?: number;
  readonly quiet?: true;
}

export async function replayLogs(
  shell: Shell,
  location: string,
  topic: string,
  paths: readonly string[],
  options: ReplayOptions,
): Promise<void> {
  if (options.rate !== undefined && options.speed !== undefined) {
    throw new SwitchyardError("BAD_ARGUMENT", "--rate and --speed, of which only one can be");
  }
  const sending = { command: "replay", name: options.name, location, where: topic, what: "lines" };
  await withReceivers(shell, { ...sending, isQuiet: options.quiet === true }, async (context) => {
    for (const path of paths) {
      if (shell.stopped.aborted) break;
      await replayFile(shell, context, topic, path, options);
    }
  });
}

/** A file that cannot be read is told, and does not keep the others from being replayed. */
async function replayFile(shell: Shell, context: Context, topic: string, path: string, options: ReplayOptions) {
  const startMs = performance.now();
  const replay = new Replay(shell, context, topic, options);
  let failure: unknown;
  try {
    await replay.run(await openLogFile(path));
  } catch (error) {
    if (error instanceof SwitchyardError && error.code !== "BAD_LOG_FILE") throw error;
    failure = error;
    shell.failed();
    shell.say(`switchyard: ${failureOf(error, "").line}`);
  }
  if (failure === undefined || replay.written > 0) replay.summarize(path, (performance.now() - startMs) / 1000);
}

/** Bad lines told one by one; the rest is only counted. */
const badLinesTold = 10;

/** One file on its way. */
class Replay {
  written = 0;
  #bad = 0;
  #firstStamp: number | undefined;
  readonly #pace = new Pace();
  readonly #logs = new Map<LogLayout, Log>();

  readonly #shell: Shell;
  readonly #context: Context;
  readonly #topic: string;
  readonly #options: ReplayOptions;

  constructor(shell: Shell, context: Context, topic: string, options: ReplayOptions) {
    this.#shell = shell;
    this.#context = context;
    this.#topic = topic;
    this.#options = options;
  }

  async run(file: LogFile): Promise<void> {
    const reader = new LogReader(file.name);
    const progress = new Progress(this.#shell);
    const show = () => progress.show(() => `${file.name}  ${inGroups(this.written)} lines`, file.fractionRead());
    try {
      for await (const lines of file.lines) {
        await this.#writeLines(file, reader, lines, show);
        show();
        if (this.#shell.stopped.aborted) return;
      }
      reader.end();
    } finally {
      progress.clear();
      for (const log of this.#logs.values()) log.close();
    }
  }

  async #writeLines(file: LogFile, reader: LogReader, lines: readonly Line[], show: () => void): Promise<void> {
    for (const line of lines) {
      const record = this.#read(reader, line);
      if (record === undefined) continue;
      if (this.#isPaced) {
        show();
        await this.#waitForTurn(record);
      }
      if (this.#shell.stopped.aborted) return;
      if (!this.#write(file, reader, record)) await this.#context.drained();
    }
  }

  #read(reader: LogReader, line: Line): LogRecord | undefined {
    try {
      return reader.read(line);
    } catch (error) {
      if (!(error instanceof SwitchyardError) || error.code !== "BAD_LOG_LINE") throw error;
      this.#tellBadLine(error);
      return undefined;
    }
  }

  /** False: peers have enough to do. */
  #write(file: LogFile, reader: LogReader, { layout, values }: LogRecord): boolean {
    const log = this.#logs.get(layout) ?? this.#open(layout, file);
    try {
      const isFlowing = log.write(values);
      this.written++;
      return isFlowing;
    } catch (error) {
      if (!(error instanceof SwitchyardError) || error.code === "CLOSED") throw error;
      this.#tellBadLine(error, `${file.name}:${reader.lines}: `);
      return true;
    }
  }

  #open(layout: LogLayout, file: LogFile): Log {
    const log = this.#context.logs.open(this.#topic, layout.path ?? file.stem, undefined, { columns: layout.columns });
    this.#logs.set(layout, log);
    return log;
  }

  get #isPaced(): boolean {
    return this.#options.rate !== undefined || this.#options.speed !== undefined;
  }

  async #waitForTurn(record: LogRecord): Promise<void> {
    const { rate, speed } = this.#options;
    if (rate !== undefined) await this.#pace.until((this.written * 1000) / rate, this.#shell.stopped);
    if (speed === undefined) return;
    const stamp = timestampOf(record);
    if (stamp === undefined) return;
    this.#firstStamp ??= stamp;
    await this.#pace.until((stamp - this.#firstStamp) / speed, this.#shell.stopped);
  }

  #tellBadLine(error: SwitchyardError, where = ""): void {
    this.#bad++;
    this.#shell.failed();
    if (this.#bad <= badLinesTold) this.#shell.say(`switchyard: ${where}${failureOf(error, "").line}`);
  }

  summarize(path: string, seconds: number): void {
    if (this.#bad > badLinesTold) {
      this.#shell.say(`switchyard: … and ${counted(this.#bad - badLinesTold, "more bad line")}`);
    }
    if (this.#shell.stopped.aborted) this.#shell.brokenOff();
    if (this.#options.quiet) return;
    const left = this.#bad === 0 ? "" : `, left out ${counted(this.#bad, "bad one")}`;
    const stopped = this.#shell.stopped.aborted ? ", then stopped" : "";
    const written = counted(this.written, "line");
    this.#shell.say(`replayed ${written} of ${printable(path)} in ${seconds.toFixed(1)} s${left}${stopped}`);
  }
}
