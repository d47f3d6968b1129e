/** `switchyard files`: receives remote file writes into a folder, and sends files as such writes. */
import type { Command } from "commander";
import type { ReceiveOptions } from "./files-receive.ts";
import type { SendOptions } from "./files-send.ts";
import { readByteCount, readCount } from "./options.ts";
import type { Shell } from "./shell.ts";

export function registerFiles(program: Command, shell: Shell): void {
  const files = program
    .command("files")
    .description("Receives remote file writes into a folder; sends files.")
    .addHelpText(
      "after",
      `
Examples:
  switchyard files receive tcp://127.0.0.1:9999 'files.*' ./incoming
  switchyard files send tcp://127.0.0.1:9999 files.captures today.pcap`,
    );
  registerReceive(files, shell);
  registerSend(files, shell);
}

function registerReceive(files: Command, shell: Shell): void {
  files
    .command("receive")
    .description("Appends what remote writers send to files beneath a folder, and prints what arrives.")
    .argument("<loc>", "the node to connect to")
    .argument("<pattern>", "topics; * stands for any run of characters")
    .argument("<dir>", "the folder; made where it is missing, and never left, whatever the paths are")
    .option("--count <n>", "end after n writes, refused ones included", readCount)
    .option("--max-files <n>", "files beneath the folder (default: 10000)", readCount)
    .option("--max-file-bytes <n>", "bytes of one file (default: 1GiB)", readByteCount)
    .option("--max-bytes <n>", "bytes of all files (default: 10GiB)", readByteCount)
    .option("--json", 'print {"time","topic","path","bytes","origin"} for each write, one a line')
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
What is refused (a path that would leave the folder, a full one) is told,
counted, and makes the exit status 1.

Example:
  switchyard files receive tcp://127.0.0.1:9999 'files.*' ./incoming --max-bytes 1GiB`,
    )
    .action(async (location: string, pattern: string, folder: string, options: ReceiveOptions) => {
      const { receiveFiles } = await import("./files-receive.ts");
      await receiveFiles(shell, location, pattern, folder, options);
    });
}

function registerSend(files: Command, shell: Shell): void {
  files
    .command("send")
    .description("Sends a file in pieces, to be appended wherever somebody receives.")
    .argument("<loc>", "the node to connect to")
    .argument("<topic>", "the topic to write under")
    .argument("<file>", "the file; - is standard input, which takes --as")
    .option("--as <path>", "what receivers are to call it (default: the file's name)")
    .option("--quiet", "say nothing but failures on stderr")
    .option("--name <name>", "what other nodes see")
    .addHelpText(
      "after",
      `
Example:
  switchyard files send tcp://127.0.0.1:9999 files.captures today.pcap --as captures/today.pcap`,
    )
    .action(async (location: string, topic: string, path: string, options: SendOptions) => {
      const { sendFile } = await import("./files-send.ts");
      await sendFile(shell, location, topic, path, options);
    });
}
