/**
 * `switchyard replay`: raises again what was recorded.
 *
 * Invariant: all of a recording is raised once, in its order, as fast as the slowest peer takes it. A bad line ends it,
 * and is told with its number; one that was cut off where a recording, or a part of it, ends is only told of.
 */
import type { Command } from "commander";
import { type Context, checkTopic, event, type Log, type LogHeader, SwitchyardError } from "../../library/index.ts";
import { type LineFormat, type LogFile, openLogFile } from "./log-file.ts";
import { readRate, readSpeed } from "./options.ts";
import { Pace } from "./pace.ts";
import { Progress } from "./progress.ts";
import { isHeaderLine, type Recorded, RecordingReader, type Tally } from "./recording.ts";
import { withReceivers } from "./sending.ts";
import type { Shell } from "./shell.ts";
import { counted, printable } from "./style.ts";

interface Options {
  readonly speed?: number;
  readonly rate?: number;
  readonly topicPrefix?: string;
  readonly dryRun?: true;
  readonly quiet?: true;
  readonly name?: string;
}

export function registerReplay(program: Command, shell: Shell): void {
  program
    .command("replay")
    .description("Raises again what was recorded: events, log lines and file writes, each with its own types.")
    .argument("<loc>", "the node to connect to")
    .argument("<file>", "what `switchyard record` wrote, packed or not; - is standard input")
    .option("--speed <factor>", "as fast as it happened: 1x, or 10x for ten times that", readSpeed)
    .option("--rate <r>", "so many messages a second (default: as fast as they are taken)", readRate)
    .option("--topic-prefix <text>", "put this in front of each topic")
    .option("--dry-run", "only read and check the file; connect to nobody")
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
Messages are of now, and of this node: times and origins are in the recording
for people to read.

Example:
  switchyard replay tcp://127.0.0.1:9999 morning.rec.gz --speed 10x --topic-prefix replayed.`,
    )
    .action((location: string, path: string, options: Options) => run(shell, location, path, options));
}

async function run(shell: Shell, location: string, path: string, options: Options): Promise<void> {
  if (options.rate !== undefined && options.speed !== undefined) {
    throw new SwitchyardError("BAD_ARGUMENT", "--rate and --speed, of which only one can be");
  }
  if (options.topicPrefix !== undefined) checkTopic(options.topicPrefix);
  if (options.dryRun) {
    await new Replay(shell, undefined, options).runAndTell(await openRecording(path), path);
    return;
  }
  const file = await openRecording(path);
  const sending = { command: "replay", name: options.name, location, where: "any of it", what: "messages" };
  await withReceivers(shell, { ...sending, isQuiet: options.quiet === true }, async (context) => {
    await new Replay(shell, context, options).runAndTell(file, path);
  });
}

/** A value of 16 MiB, each byte of it written as five characters. */
const format: LineFormat = { code: "BAD_RECORDING", longestLineMiB: 96, mayBeCut: true };

function openRecording(path: string): Promise<LogFile> {
  return openLogFile(path, process.stdin, format);
}

class Replay {
  readonly #shell: Shell;
  /** `undefined`: only count. */
  readonly #context: Context | undefined;
  readonly #options: Options;
  readonly #pace = new Pace();
  readonly #startMs = performance.now();
  readonly #logs = new Map<LogHeader, Log>();
  readonly #topics = new Set<string>();
  readonly #tally: Tally = { events: 0, lines: 0, files: 0 };
  /** A bad line that may turn out to have been cut off. */
  #cut: SwitchyardError | undefined;
  #lastMs = 0;

  constructor(shell: Shell, context: Context | undefined, options: Options) {
    this.#shell = shell;
    this.#context = context;
    this.#options = options;
  }

  get #messages(): number {
    return this.#tally.events + this.#tally.lines + this.#tally.files;
  }

  async runAndTell(file: LogFile, path: string): Promise<void> {
    try {
      await this.#run(file);
    } catch (error) {
      if (this.#messages > 0) this.#summarize(path);
      throw error;
    }
    this.#summarize(path);
  }

  async #run(file: LogFile): Promise<void> {
    const reader = new RecordingReader(file.name);
    const progress = new Progress(this.#shell);
    const show = () => progress.show(() => `${file.name}  ${counted(this.#messages, "message")}`, file.fractionRead());
    try {
      for await (const lines of file.lines) {
        for (const line of lines) {
          const recorded = this.#read(reader, line);
          if (recorded === undefined) continue;
          show();
          await this.#raise(recorded);
          if (this.#shell.stopped.aborted) return;
        }
      }
      this.#checkEnd(file, reader);
    } finally {
      progress.clear();
    }
  }

  #read(reader: RecordingReader, line: string | Uint8Array): Recorded | undefined {
    if (this.#cut !== undefined) {
      if (!isHeaderLine(line)) throw this.#cut;
      this.#tellCut(this.#cut.message);
    }
    this.#cut = undefined;
    try {
      return reader.read(line);
    } catch (error) {
      if (reader.lines === 1 || !(error instanceof SwitchyardError)) throw error;
      this.#cut = error;
      return undefined;
    }
  }

  #checkEnd({ name }: LogFile, reader: RecordingReader): void {
    if (reader.lines === 0) throw new SwitchyardError("BAD_RECORDING", `${name}: it is empty`);
    if (this.#cut === undefined && reader.isEnded) return;
    this.#tellCut(this.#cut?.message ?? `${name}:${reader.lines}: the last line is no end`);
  }

  #tellCut(message: string): void {
    if (this.#options.quiet) return;
    this.#shell.say(`${printable(message.replace(/: not what .*$/, ""))}: the recording was cut off there`);
  }

  async #raise(recorded: Recorded): Promise<void> {
    const topic = `${this.#options.topicPrefix ?? ""}${recorded.kind === "line" ? recorded.log.topic : recorded.topic}`;
    this.#topics.add(topic);
    this.#lastMs = recorded.atMs;
    if (this.#context !== undefined) {
      await this.#waitForTurn(recorded.atMs);
      if (this.#shell.stopped.aborted) return;
      if (!this.#send(this.#context, topic, recorded)) await this.#context.drained();
      else if (this.#messages % burst === burst - 1) await this.#context.drained();
    }
    this.#tally[tallied[recorded.kind]] += 1;
  }

  async #waitForTurn(atMs: number): Promise<void> {
    const { rate, speed } = this.#options;
    if (rate !== undefined) await this.#pace.until((this.#messages * 1000) / rate, this.#shell.stopped);
    if (speed !== undefined) await this.#pace.until(atMs / speed, this.#shell.stopped);
  }

  /** False: peers have enough to do. */
  #send(context: Context, topic: string, recorded: Recorded): boolean {
    if (recorded.kind === "file") return context.files.write(topic, recorded.path, recorded.bytes);
    if (recorded.kind === "line") return this.#logOf(context, topic, recorded.log).write(recorded.values);
    context.events.raise(topic, event(recorded.name, recorded.values));
    return true;
  }

  #logOf(context: Context, topic: string, header: LogHeader): Log {
    const known = this.#logs.get(header);
    if (known !== undefined) return known;
    const { id, writer, columns } = header;
    const log = context.logs.open(topic, id, writer, { columns });
    this.#logs.set(header, log);
    return log;
  }

  #summarize(path: string): void {
    const isStopped = this.#shell.stopped.aborted;
    if (isStopped) this.#shell.brokenOff();
    if (this.#options.quiet) return;
    const { events, lines, files } = this.#tally;
    const kinds = [counted(events, "event"), counted(lines, "log line"), counted(files, "file write")].join(", ");
    const recorded = `recorded over ${(this.#lastMs / 1000).toFixed(1)} s, under ${counted(this.#topics.size, "topic")}`;
    const seconds = ((performance.now() - this.#startMs) / 1000).toFixed(1);
    const [what, how] = this.#context === undefined ? ["would raise", recorded] : ["replayed", `in ${seconds} s`];
    this.#shell.say(`${what} ${kinds} of ${printable(path)} ${how}${isStopped ? ", then stopped" : ""}`);
  }
}

/** Events between two looks at whether the peers keep up: raising one does not tell. */
const burst = 100;

const tallied = { event: "events", line: "lines", file: "files" } as const;
