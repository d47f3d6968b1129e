/** `switchyard logs`: follows remote logs, and replays files as remote logs. */
import type { Command } from "commander";
import { readLineFilter } from "./filter/filters.ts";
import type { ReplayOptions } from "./logs-replay.ts";
import type { TailOptions } from "./logs-tail.ts";
import { readCount, readRate, readSpeed } from "./options.ts";
import type { Shell } from "./shell.ts";

export function registerLogs(program: Command, shell: Shell): void {
  const logs = program
    .command("logs")
    .description("Follows remote logs; replays Zeek's log files.")
    .addHelpText(
      "after",
      `
Examples:
  switchyard logs tail tcp://127.0.0.1:9999 'zeek.*'
  switchyard logs replay tcp://127.0.0.1:9999 zeek.dns dns.log.gz`,
    );
  registerTail(logs, shell);
  registerReplay(logs, shell);
}

function registerTail(logs: Command, shell: Shell): void {
  logs
    .command("tail")
    .description("Prints the lines of remote logs as they arrive, with their columns. No line is dropped.")
    .argument("<loc>", "the node to connect to")
    .argument("<pattern>", "topics; * stands for any run of characters")
    .option("--tsv", "as Zeek's TSV, with the header of each log above its lines")
    .option("--json", "as Zeek's JSON lines: an object a line, columns by name, unset ones left out")
    .option("--count <n>", "end after n lines", readCount)
    .option("--filter <expression>", "print only what it holds for, by the names of columns", readLineFilter)
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
A filter knows the columns, and besides them log, topic, time, from (the node
that wrote it) and hops. \`switchyard help sub\` tells how it compares.

Examples:
  switchyard logs tail tcp://127.0.0.1:9999 'zeek.*' --tsv > all.log
  switchyard logs tail tcp://127.0.0.1:9999 'zeek.*' --filter 'id.orig_h in 10.0.0.0/8 && service == "dns"'`,
    )
    .action(async (location: string, pattern: string, options: TailOptions) => {
      const { tailLogs } = await import("./logs-tail.ts");
      await tailLogs(shell, location, pattern, options);
    });
}

function registerReplay(logs: Command, shell: Shell): void {
  logs
    .command("replay")
    .description("Writes the lines of Zeek's log files to remote logs, each value as the type it has there.")
    .argument("<loc>", "the node to connect to")
    .argument("<topic>", "the topic to write under")
    .argument("<file...>", "TSV with its header or JSON lines, plain or gzipped; - is standard input")
    .option("--rate <r>", "so many lines a second (default: as fast as they are taken)", readRate)
    .option("--speed <factor>", "as fast as it happened, by the time stamps: 1x, or 10x for ten times that", readSpeed)
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
A line that does not fit its header is told, left out, and makes the exit status
1; all others are written.

Example:
  switchyard logs replay tcp://127.0.0.1:9999 zeek.dns dns.log.gz --speed 10x`,
    )
    .action(async (location: string, topic: string, files: string[], options: ReplayOptions) => {
      const { replayLogs } = await import("./logs-replay.ts");
      await replayLogs(shell, location, topic, files, options);
    });
}
