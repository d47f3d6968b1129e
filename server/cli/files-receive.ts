/**
 * `switchyard files receive`: appends remote writes to files beneath a folder, and prints what arrives.
 *
 * Invariant: what is printed is on the disk; while disk or output are slow, nothing more is read from the cluster.
 */
import { type FileWrite, receiveInto } from "../../library/index.ts";
import { failureOf } from "./failure.ts";
import { join, withNode } from "./joining.ts";
import { type Shell, whenStopped } from "./shell.ts";
import { counted, inGroups, printable } from "./style.ts";

export interface ReceiveOptions {
  readonly count?: number;
  readonly maxFiles?: number;
  readonly maxFileBytes?: number;
  readonly maxBytes?: number;
  readonly json?: true;
  readonly quiet?: true;
  readonly name?: string;
}

/** Refused writes told one by one; the rest is only counted. */
const refusedTold = 10;

export async function receiveFiles(
  shell: Shell,
  location: string,
  pattern: string,
  folder: string,
  options: ReceiveOptions,
): Promise<void> {
  const { maxFiles, maxFileBytes, maxBytes } = options;
  let refused = 0;
  const receiver = await receiveInto(folder, {
    ...(maxFiles === undefined ? {} : { maxFiles }),
    ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    onRefused: ({ error }) => {
      shell.failed();
      if (++refused <= refusedTold) shell.say(`switchyard: ${failureOf(error, "").line}`);
    },
  });
  let finish: () => void = () => {};
  const enough = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const format = options.json ? jsonWrite : readableWrite;
  const take = async (write: FileWrite, topic: string): Promise<void> => {
    if (left <= 0) return;
    left -= 1;
    const isLast = left === 0;
    if (await receiver.handler(write, topic)) shell.out.line(format(write, topic));
    if (shell.out.isFull) await shell.out.drained();
    if (isLast) finish();
  };
  try {
    await withNode(shell, { command: "receive", name: options.name }, async (context) => {
      await join(shell, context, location);
      await context.files.on(pattern, take);
      if (!options.quiet)
        shell.say(`receiving ${printable(pattern)} at ${printable(location)} into ${printable(folder)}`);
      await Promise.race([whenStopped(shell), enough]);
    });
  } finally {
    await receiver.close();
  }
  if (refused > refusedTold) shell.say(`switchyard: … and ${counted(refused - refusedTold, "more write")} refused`);
  if (options.quiet) return;
  const { writes, bytes } = receiver.stats();
  shell.say(`received ${counted(writes, "write")} of ${inGroups(bytes)} bytes, refused ${inGroups(refused)}`);
}

function jsonWrite({ path, bytes, time, origin }: FileWrite, topic: string): string {
  return JSON.stringify({ time: time.toString(), topic, path, bytes: bytes.length, origin: origin.name });
}

function readableWrite({ path, bytes, time, origin }: FileWrite, topic: string): string {
  const [where, what, who] = [topic, path, origin.name].map(printable);
  return `${time.toString()}  ${where!}  ${what!}  ${inGroups(bytes.length)} bytes from ${who!}`;
}
