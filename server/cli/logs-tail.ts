/**
 * `switchyard logs tail`: prints the lines of remote logs as they arrive.
 *
 * Invariant: no line is dropped here. While the output is slow nothing more is read from the cluster, which in turn
 * slows whoever writes.
 */
import { type LogLine, SwitchyardError } from "../../library/index.ts";
import type { LineFilter } from "./filter/filters.ts";
import { join, withNode } from "./joining.ts";
import { jsonLines, type LogFormat, readableLines, tsvLines } from "./log-printer.ts";
import { type Shell, whenStopped } from "./shell.ts";
import { counted, inGroups, printable } from "./style.ts";

export interface TailOptions {
  readonly name?: string;
  readonly count?: number;
  readonly json?: true;
  readonly tsv?: true;
  readonly filter?: LineFilter;
  readonly quiet?: true;
}

export async function tailLogs(shell: Shell, location: string, pattern: string, options: TailOptions): Promise<void> {
  const format = formatOf(shell, options);
  let printed = 0;
  let filtered = 0;
  let finish: () => void = () => {};
  const enough = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const print = (line: LogLine, topic: string): Promise<void> | undefined => {
    if (printed === options.count || shell.stopped.aborted) return undefined;
    if (options.filter?.(line, topic) === false) {
      filtered++;
      return undefined;
    }
    shell.out.write(format(line));
    printed++;
    if (printed === options.count) finish();
    return shell.out.isFull ? shell.out.drained() : undefined;
  };
  await withNode(shell, { command: "tail", name: options.name }, async (context) => {
    await join(shell, context, location);
    await context.logs.on(pattern, print);
    if (!options.quiet) shell.say(`following ${printable(pattern)} at ${printable(location)}`);
    await Promise.race([whenStopped(shell), enough]);
  });
  const left = filtered === 0 ? "" : `, filtered out ${inGroups(filtered)}`;
  if (shell.isHeard && !options.quiet) shell.say(`printed ${counted(printed, "line")}${left}`);
}

function formatOf(shell: Shell, { json, tsv }: TailOptions): LogFormat {
  if (json && tsv) throw new SwitchyardError("BAD_ARGUMENT", "--json and --tsv, of which only one can be");
  if (!tsv && !json) return readableLines(shell);
  const format = tsv ? tsvLines(() => new Date()) : jsonLines();
  return shell.isTerminal ? (line) => harmlessLines(format(line)) : format;
}

/** Byte for byte where a program reads; on a terminal, what could do something to it is shown instead. */
function harmlessLines(text: string): string {
  return text.replace(/[^\t\n]+/g, printable);
}
