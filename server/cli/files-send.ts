/**
 * `switchyard files send`: sends a file in pieces.
 *
 * Invariant: all of its bytes are sent, in order, as fast as the slowest peer takes them, in constant memory.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { type Context, checkTopic, SwitchyardError } from "../../library/index.ts";
import { Progress } from "./progress.ts";
import { withReceivers } from "./sending.ts";
import type { Shell } from "./shell.ts";
import { inGroups, printable } from "./style.ts";

export interface SendOptions {
  readonly as?: string;
  readonly quiet?: true;
  readonly name?: string;
}

const pieceBytes = 256 * 1024;

export async function sendFile(
  shell: Shell,
  location: string,
  topic: string,
  path: string,
  options: SendOptions,
): Promise<void> {
  if (!topic.startsWith(".node.")) checkTopic(topic); // that one node has no other name
  if (path === "-" && options.as === undefined) throw new SwitchyardError("BAD_ARGUMENT", "- without --as");
  const size = path === "-" ? undefined : await sizeOf(path);
  const sending = { command: "send", name: options.name, location, where: topic, what: "pieces" };
  await withReceivers(shell, { ...sending, isQuiet: options.quiet === true }, async (context) => {
    await sendPieces(shell, context, topic, path, options.as ?? basename(path), size);
  });
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path);
  if (found.isDirectory()) throw new SwitchyardError("BAD_ARGUMENT", `${path} is a folder`);
  return found.size;
}

async function sendPieces(
  shell: Shell,
  context: Context,
  topic: string,
  path: string,
  as: string,
  size: number | undefined,
): Promise<void> {
  const source = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: pieceBytes });
  const progress = new Progress(shell);
  let sent = 0;
  try {
    if (size === 0) context.files.write(topic, as, new Uint8Array());
    for await (const piece of source as AsyncIterable<Buffer>) {
      if (shell.stopped.aborted) break;
      const isFlowing = context.files.write(topic, as, piece);
      sent += piece.length;
      progress.show(() => `${printable(as)}  ${inGroups(sent)} bytes`, size === undefined ? size : sent / size);
      if (!isFlowing) await context.drained();
    }
  } finally {
    progress.clear();
  }
  if (!shell.stopped.aborted) return;
  shell.brokenOff();
  shell.say(`send: stopped after ${inGroups(sent)} bytes`);
}
