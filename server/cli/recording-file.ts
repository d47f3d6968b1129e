/**
 * The file that a recording is written to: plain or gzipped, or standard output.
 *
 * Invariant: nothing that is there is lost. A plain recording is appended to; whatever else has that name is refused.
 * What was written is readable to its last whole line, whenever we are killed.
 */
import { createWriteStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { SwitchyardError } from "../../library/index.ts";
import { Output } from "./output.ts";
import { isHeaderLine } from "./recording.ts";
import { outOfRoom, type Shell } from "./shell.ts";

export interface RecordingFile {
  readonly out: Output;
  /** The file had a recording in it already. */
  readonly isAppended: boolean;
  /** Aborts when the file takes no more; the reason is why. */
  readonly failed: AbortSignal;
  /** Writes what is left. @throws SwitchyardError `NO_SPACE`, `DISK_FAILED` */
  close(): Promise<void>;
}

/** How much of a packed recording a crash may cost. */
const flushMs = 1_000;

/** @throws SwitchyardError `BAD_ARGUMENT`; what the system says where it cannot be opened */
export async function openRecordingFile(shell: Shell, path: string): Promise<RecordingFile> {
  if (path === "-") return toStandardOutput(shell);
  const handle = await open(path, "a+", 0o600);
  try {
    const { size } = await handle.stat();
    const isPacked = path.endsWith(".gz");
    if (size > 0) await checkAppendable(handle, path, isPacked);
    const file = toFile(handle, path, isPacked, size > 0);
    if (size > 0 && (await byteAt(handle, size - 1)) !== 0x0a) file.out.write("\n"); // the line above was cut off
    return file;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function checkAppendable(handle: FileHandle, path: string, isPacked: boolean): Promise<void> {
  if (isPacked)
    throw new SwitchyardError("BAD_ARGUMENT", `${path} is there already, and a packed one is not appended to`);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  if (isHeaderLine(buffer.toString("latin1", 0, bytesRead))) return;
  throw new SwitchyardError("BAD_ARGUMENT", `${path} is there already, and is no recording to append to`);
}

async function byteAt(handle: FileHandle, position: number): Promise<number | undefined> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position);
  return buffer[0];
}

export function toStandardOutput({ out }: Shell): RecordingFile {
  return {
    ...{ out, isAppended: false, failed: new AbortController().signal },
    close: () => out.drained(),
  };
}

/** Writes to the end of `handle`, and closes it. `path` is for failures. */
export function toFile(handle: FileHandle, path: string, isPacked: boolean, isAppended: boolean): RecordingFile {
  const failure = new AbortController();
  const stream = createWriteStream("", { fd: handle, flush: true });
  stream.on("error", (error: Error) => failure.abort(failureOf(path, error)));
  const packing = isPacked ? createGzip() : undefined;
  packing?.pipe(stream);
  const out = new Output(packing ?? stream, () => undefined);
  stream.on("error", (error: Error) => packing?.destroy(error));
  const flushing = setInterval(() => packing?.flush(constants.Z_SYNC_FLUSH), flushMs);
  return {
    ...{ out, isAppended, failed: failure.signal },
    async close() {
      clearInterval(flushing);
      await out.drained();
      (packing ?? stream).end();
      await finished(stream).catch(() => undefined);
      if (failure.signal.aborted) throw failure.signal.reason;
    },
  };
}

function failureOf(path: string, cause: Error & { readonly code?: unknown }): SwitchyardError {
  const code = outOfRoom.has(String(cause.code)) ? "NO_SPACE" : "DISK_FAILED";
  return new SwitchyardError(code, `${path} (${String(cause.code)})`, { cause });
}
