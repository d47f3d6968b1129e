/**
 * `switchyard record`: keeps live events, log lines and file writes in a file.
 *
 * Invariant: what arrives here and is wanted is written, or told. While the file is slow nothing more is read from the cluster; what
 * others then drop is counted, and said at the end.
 */
import type { Command } from "commander";
import { type Context, checkPattern, time } from "../../library/index.ts";
import { type MessageFilter, readMessageFilter } from "./filter/filters.ts";
import { join, withNode } from "./joining.ts";
import { readByteCount, readCount, readDurationMs } from "./options.ts";
import { Progress } from "./progress.ts";
import { endLine, headerLine, RecordingPrinter, type Tally } from "./recording.ts";
import { openRecordingFile, type RecordingFile } from "./recording-file.ts";
import { type Shell, whenAborted, whenStopped } from "./shell.ts";
import { counted, inGroups, printable } from "./style.ts";

interface Options {
  readonly output: string;
  readonly duration?: number;
  readonly count?: number;
  readonly maxBytes?: number;
  readonly filter?: MessageFilter;
  readonly quiet?: true;
  readonly name?: string;
}

export function registerRecord(program: Command, shell: Shell): void {
  program
    .command("record")
    .description("Keeps the events, log lines and file writes that arrive in a file, to be replayed.")
    .argument("<loc>", "the node to connect to")
    .argument("<pattern...>", "topics; * stands for any run of characters")
    .requiredOption("-o, --output <file>", "appended to if it is a recording; packed if it ends with .gz; - is stdout")
    .option("--duration <time>", "end after that time: 10s, 5m", readDurationMs)
    .option("--count <n>", "end after n messages", readCount)
    .option("--max-bytes <n>", "end before the file has grown by more: 1000000, 10MiB", readByteCount)
    .option("--filter <expression>", "keep only what it holds for, by fields and names of columns", readMessageFilter)
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
Ctrl-C ends a recording in good order; whatever ends it, all lines up to there
can be replayed.

A filter knows name and args of events, the columns of log lines and log, path
and bytes (how many) of file writes, and of all of them topic, time, from (the
node it is of) and hops. \`switchyard help sub\` tells how it compares.

Examples:
  switchyard record tcp://127.0.0.1:9999 'app.*' 'zeek.*' -o morning.rec.gz --duration 10m
  switchyard record tcp://127.0.0.1:9999 '*' -o dns.rec --filter 'name == "dns_request" || service == "dns"'`,
    )
    .action((location: string, patterns: string[], options: Options) => run(shell, location, patterns, options));
}

async function run(shell: Shell, location: string, patterns: readonly string[], options: Options): Promise<void> {
  for (const pattern of patterns) checkPattern(pattern);
  await withNode(shell, { command: "record", name: options.name }, async (context) => {
    await join(shell, context, location);
    const file = await openRecordingFile(shell, options.output);
    const recorder = new Recorder(shell, file, options);
    try {
      file.out.write(headerLine(time(new Date()), patterns, options.filter?.text));
      await subscribe(context, patterns, recorder);
      const to = options.output === "-" ? "standard output" : options.output;
      const how = file.isAppended ? "appending" : "recording";
      if (!options.quiet) shell.say(`${how} ${patterns.map(printable).join(", ")} at ${printable(location)} to ${to}`);
      await Promise.race([whenStopped(shell), whenAborted(file.failed), recorder.enough]);
      recorder.stop(context.stats().missing);
    } finally {
      await file.close();
    }
    recorder.summarize(context.stats().missing);
  });
}

async function subscribe({ events, logs, files }: Context, patterns: readonly string[], recorder: Recorder) {
  await Promise.all(
    patterns.flatMap((pattern) => [
      events.on(pattern, recorder.takeEvent),
      logs.on(pattern, recorder.takeLine),
      files.on(pattern, recorder.takeFile),
    ]),
  );
}

class Recorder {
  /** Resolves when as much was recorded as was asked for. */
  readonly enough: Promise<void>;
  readonly #tally: Tally = { events: 0, lines: 0, files: 0 };
  readonly #printer = new RecordingPrinter();
  readonly #startMs = performance.now();
  readonly #progress: Progress;
  readonly #shell: Shell;
  readonly #file: RecordingFile;
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout | undefined;
  #finish: () => void = () => {};
  #isStopped = false;
  #filtered = 0;
  #bytes = 0;

  constructor(shell: Shell, file: RecordingFile, options: Options) {
    this.#shell = shell;
    this.#file = file;
    this.#options = options;
    this.#progress = new Progress(shell);
    this.enough = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#timer = options.duration === undefined ? undefined : setTimeout(() => this.#finish(), options.duration);
  }

  readonly takeEvent: Parameters<Context["events"]["on"]>[1] = (event, topic) =>
    this.#take("events", this.#options.filter?.takesEvent(event, topic), () =>
      this.#printer.event(event, topic, this.#atMs),
    );

  readonly takeLine: Parameters<Context["logs"]["on"]>[1] = (line, topic) =>
    this.#take("lines", this.#options.filter?.takesLine(line, topic), () => this.#printer.line(line, this.#atMs));

  readonly takeFile: Parameters<Context["files"]["on"]>[1] = (write, topic) =>
    this.#take("files", this.#options.filter?.takesWrite(write, topic), () =>
      this.#printer.file(write, topic, this.#atMs),
    );

  get #atMs(): number {
    return Math.round(performance.now() - this.#startMs);
  }

  get #messages(): number {
    return this.#tally.events + this.#tally.lines + this.#tally.files;
  }

  /** The promise holds whoever sends while the file is slow. Without a filter all is wanted. */
  #take(kind: keyof Tally, isWanted = true, print: () => string): Promise<void> | undefined {
    if (this.#isStopped || this.#file.failed.aborted || this.#shell.stopped.aborted) return undefined;
    if (!isWanted) {
      this.#filtered += 1;
      return undefined;
    }
    const text = print();
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > (this.#options.maxBytes ?? Number.POSITIVE_INFINITY)) {
      this.#end();
      return undefined;
    }
    this.#tally[kind] += 1;
    this.#file.out.write(text);
    this.#progress.show(() => `recorded ${counted(this.#messages, "message")}`, undefined);
    if (this.#messages === this.#options.count) this.#end();
    return this.#file.out.isFull ? this.#file.out.drained() : undefined;
  }

  #end(): void {
    this.#isStopped = true;
    this.#finish();
  }

  /** @param missed messages that others dropped on their way here */
  stop(missed: number): void {
    clearTimeout(this.#timer);
    this.#isStopped = true;
    this.#progress.clear();
    this.#file.out.write(endLine(this.#tally, missed));
  }

  /** Always where something was dropped. */
  summarize(missed: number): void {
    if (this.#options.quiet && missed === 0) return;
    if (missed > 0) this.#shell.failed();
    const { events, lines, files } = this.#tally;
    const kinds = [counted(events, "event"), counted(lines, "log line"), counted(files, "file write")];
    const dropped = missed === 0 ? "" : " on their way here, for want of speed";
    const filtered = this.#filtered === 0 ? "" : `; filtered out ${inGroups(this.#filtered)}`;
    this.#shell.say(`recorded ${kinds.join(", ")}${filtered}; dropped ${inGroups(missed)}${dropped}`);
  }
}
