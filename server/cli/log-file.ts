/**
 * The lines of a log file: plain or gzipped, from disk or standard input, in constant memory.
 *
 * Invariant: every byte of the file is in exactly one line; what is not valid UTF-8 stays bytes.
 * Knows nothing of formats.
 */
import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { SwitchyardError } from "../../library/index.ts";

/** Bytes read at a time, and unpacked at a time. */
const readBytes = 64 * 1024;
const chunkBytes = 256 * 1024;
/** A line longer than this is in no log. */
const longestLineBytes = 16 * 1024 * 1024;

/** Text, or bytes that are no text. */
export type Line = string | Uint8Array;

export interface LogFile {
  /** For messages. */
  readonly name: string;
  /** What the log is called when it does not say: `dns` for `dns.log.gz`. */
  readonly stem: string;
  /** The lines, many at a time. @throws SwitchyardError `BAD_LOG_FILE` when the compression is broken */
  readonly lines: AsyncIterable<readonly Line[]>;
  /** How much of the file was read, 0 to 1; `undefined` for standard input. */
  fractionRead(): number | undefined;
}

/**
 * Opens `path`, or standard input for `-`. It is closed when its lines have been read, or left.
 * @throws SwitchyardError `BAD_LOG_FILE` for a folder; what the system says where it cannot be opened
 */
export async function openLogFile(path: string, stdin: Readable = process.stdin): Promise<LogFile> {
  if (path === "-") {
    return {
      name: "standard input",
      stem: "stdin",
      lines: linesOf(stdin, "standard input"),
      fractionRead: () => undefined,
    };
  }
  const handle = await open(path);
  const stat = await handle.stat();
  const name = basename(path);
  if (stat.isDirectory()) {
    await handle.close();
    throw new SwitchyardError("BAD_LOG_FILE", `${path} is a folder`);
  }
  const stream = handle.createReadStream({ highWaterMark: readBytes });
  return {
    name,
    stem: name.replace(/\..*$/, "") || name,
    lines: linesOf(stream, name),
    fractionRead: () => (stat.size === 0 ? 1 : stream.bytesRead / stat.size),
  };
}

async function* linesOf(stream: Readable, name: string): AsyncGenerator<readonly Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of await inflated(stream, name)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield splitLines(bytes.subarray(0, end - 1));
    if (rest.length > longestLineBytes)
      throw new SwitchyardError("BAD_LOG_FILE", `${name}: a line of more than 16 MiB`);
  }
  if (rest.length > 0) yield splitLines(rest);
}

/** The file's bytes, unpacked where it is gzipped, whatever it is called. */
async function inflated(stream: Readable, name: string): Promise<AsyncIterable<Buffer>> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  const first = await firstBytes(chunks);
  const all = joined(first, chunks);
  return first[0] === 0x1f && first[1] === 0x8b ? gunzip(all, name) : all;
}

/** Enough to see what it is; empty for an empty file. */
async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 2) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    first = Buffer.concat([first, value]);
  }
  return first;
}

async function* joined(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzip(packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const unpacking = createGunzip({ chunkSize: chunkBytes });
  const feed = async (): Promise<void> => {
    for await (const chunk of packed) {
      if (!unpacking.write(chunk)) await new Promise((resolve) => unpacking.once("drain", resolve));
    }
    unpacking.end();
  };
  const fed = feed().catch((error: Error) => unpacking.destroy(error));
  try {
    for await (const chunk of unpacking) yield chunk as Buffer;
    await fed;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SwitchyardError("BAD_LOG_FILE", `${name}: its compression is broken (${why})`, { cause });
  }
}

function splitLines(bytes: Buffer): readonly Line[] {
  if (isUtf8(bytes)) return bytes.toString("utf8").split("\n");
  const lines: Line[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    lines.push(isUtf8(line) ? line.toString("utf8") : line);
    start = end + 1;
  }
  return lines;
}
