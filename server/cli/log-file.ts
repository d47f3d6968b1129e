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
import { constants, createGunzip } from "node:zlib";
import { type FailureCode, SwitchyardError } from "../../library/index.ts";

/** Bytes read at a time, and unpacked at a time. */
const readBytes = 64 * 1024;
const chunkBytes = 256 * 1024;
/** What kind of file is read, as far as that matters here. */
export interface LineFormat {
  /** Of failures. */
  readonly code: FailureCode;
  /** A longer line is in no such file. */
  readonly longestLineMiB: number;
  /** What is packed may end anywhere: it was cut off. */
  readonly mayBeCut: boolean;
}

const logFormat: LineFormat = { code: "BAD_LOG_FILE", longestLineMiB: 16, mayBeCut: false };

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
 * @throws SwitchyardError `BAD_LOG_FILE`, or the code of the format, for a folder; what the system says where it cannot
 * be opened
 */
export async function openLogFile(
  path: string,
  stdin: Readable = process.stdin,
  format: LineFormat = logFormat,
): Promise<LogFile> {
  if (path === "-") {
    return {
      name: "standard input",
      stem: "stdin",
      lines: linesOf(stdin, "standard input", format),
      fractionRead: () => undefined,
    };
  }
  const handle = await open(path);
  const stat = await handle.stat();
  const name = basename(path);
  if (stat.isDirectory()) {
    await handle.close();
    throw new SwitchyardError(format.code, `${path} is a folder`);
  }
  const stream = handle.createReadStream({ highWaterMark: readBytes });
  return {
    name,
    stem: name.replace(/\..*$/, "") || name,
    lines: linesOf(stream, name, format),
    fractionRead: () => (stat.size === 0 ? 1 : stream.bytesRead / stat.size),
  };
}

async function* linesOf(stream: Readable, name: string, format: LineFormat): AsyncGenerator<readonly Line[]> {
  /** Of a line that has not ended yet; put together once it has. */
  let pieces: Buffer[] = [];
  let pieceBytes = 0;
  for await (const chunk of await inflated(stream, name, format)) {
    const end = chunk.lastIndexOf(0x0a) + 1;
    if (end > 0) {
      const lines = chunk.subarray(0, end - 1);
      yield splitLines(pieceBytes === 0 ? lines : Buffer.concat([...pieces, lines]));
      pieces = [];
      pieceBytes = 0;
    }
    if (end < chunk.length) pieces.push(chunk.subarray(end));
    pieceBytes += chunk.length - end;
    if (pieceBytes > format.longestLineMiB * 1024 * 1024)
      throw new SwitchyardError(format.code, `${name}: a line of more than ${format.longestLineMiB} MiB`);
  }
  if (pieceBytes > 0) yield splitLines(Buffer.concat(pieces));
}

/** The file's bytes, unpacked where it is gzipped, whatever it is called. */
async function inflated(stream: Readable, name: string, format: LineFormat): Promise<AsyncIterable<Buffer>> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  const first = await firstBytes(chunks);
  const all = joined(first, chunks);
  return first[0] === 0x1f && first[1] === 0x8b ? gunzip(all, name, format) : all;
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

async function* gunzip(
  packed: AsyncIterable<Buffer>,
  name: string,
  { code, mayBeCut }: LineFormat,
): AsyncGenerator<Buffer> {
  const finishFlush = mayBeCut ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  const unpacking = createGunzip({ chunkSize: chunkBytes, finishFlush });
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
    throw new SwitchyardError(code, `${name}: its compression is broken (${why})`, { cause });
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
