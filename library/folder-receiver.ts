/**
 * Appends what remote writers send to files beneath a folder.
 *
 * Invariant: nothing outside the folder is touched, whatever the paths are; quotas hold; writes happen one after the
 * other in the order they came, each whole or not at all; what is not written is told and counted. What waits is no more
 * than peers have under way, since the handler's promise holds them.
 */
import { type FileHandle, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type FailureCode, SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import { decidePath } from "./core/remote-path.ts";
import { quoted } from "./core/topic.ts";
import type { FileWrite } from "./files.ts";
import { codeOf, type InsideFolder, isStillAt, openInside } from "./inside-folder.ts";

export interface ReceiveOptions {
  /** Files beneath the folder; default 10 000. */
  readonly maxFiles?: number;
  /** Bytes of one file; default 1 GiB. */
  readonly maxFileBytes?: number;
  /** Bytes of all files beneath the folder; default 10 GiB. */
  readonly maxBytes?: number;
  /** Files kept open; default 64. */
  readonly maxOpenFiles?: number;
  /** Told of each write that is not written. Without it the handler fails, which the context tells as `error`. */
  readonly onRefused?: (refused: RefusedWrite) => void;
}

export interface RefusedWrite {
  readonly path: string;
  readonly byteCount: number;
  readonly topic: string;
  /** `BAD_PATH`, `QUOTA_EXCEEDED`, `NO_SPACE`, `DISK_FAILED` or `CLOSED`. */
  readonly error: SwitchyardError;
}

export interface FolderStats {
  /** Writes and their bytes that were appended, since the receiver was opened. */
  readonly writes: number;
  readonly bytes: number;
  /** Writes that were not, for whatever reason. */
  readonly refused: number;
  /** Files beneath the folder, and the bytes of all, as the quotas count them. */
  readonly files: number;
  readonly totalBytes: number;
  readonly openFiles: number;
}

export interface FolderReceiver {
  /** The folder, links resolved. */
  readonly folder: string;
  /**
   * For `context.files.on(pattern, receiver.handler)`. True once the bytes are in their file, false when they were
   * refused and `onRefused` was told.
   */
  readonly handler: (write: FileWrite, topic: string) => Promise<boolean>;
  stats(): FolderStats;
  /** Resolves when all that was handed in before is written, and every file closed. */
  close(): Promise<void>;
}

/**
 * Opens a folder for what remote writers send, and makes it where it is missing. What it holds already counts towards
 * the quotas.
 *
 *     const receiver = await receiveInto("incoming", { onRefused: ({ error }) => console.error(error.message) });
 *     await context.files.on("files.*", receiver.handler);
 *
 * A path is a label, `logs/dns.log`. Absolute ones, `..`, drives, devices, and whatever some system takes for more than a
 * name are `BAD_PATH`, and so is what leads over a link or to anything but a plain file of one name.
 * @throws SwitchyardError `BAD_ARGUMENT`, `NO_SPACE`, `DISK_FAILED`
 */
export async function receiveInto(folder: string, options: ReceiveOptions = {}): Promise<FolderReceiver> {
  const quotas = {
    maxFiles: options.maxFiles ?? limits.folderFiles,
    maxFileBytes: options.maxFileBytes ?? limits.folderFileBytes,
    maxBytes: options.maxBytes ?? limits.folderBytes,
    maxOpenFiles: options.maxOpenFiles ?? limits.folderOpenFiles,
  };
  for (const [name, quota] of Object.entries(quotas)) {
    if (!(quota >= 1)) throw new SwitchyardError("BAD_ARGUMENT", `${name} of ${quota}, which takes a number from 1 on`);
  }
  try {
    const inside = await openInside(folder);
    return new Receiver(inside, quotas, options.onRefused, await measure(inside.root));
  } catch (error) {
    throw failureOf(folder, error);
  }
}

interface Size {
  readonly files: number;
  readonly bytes: number;
}

/** What is beneath a folder, links not followed. What vanishes meanwhile does not count. */
async function measure(folder: string): Promise<Size> {
  let files = 0;
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const inner = await measure(path).catch(() => ({ files: 0, bytes: 0 }));
      files += inner.files;
      bytes += inner.bytes;
    } else if (entry.isFile()) {
      files += 1;
      bytes += await lstat(path).then(
        ({ size }) => size,
        () => 0,
      );
    }
  }
  return { files, bytes };
}

/** A full folder is measured anew no more often: somebody may have made room. */
const measureAgainMs = 10_000;

type Quotas = Required<Omit<ReceiveOptions, "onRefused">>;

class Receiver implements FolderReceiver {
  readonly #inside: InsideFolder;
  readonly #quotas: Quotas;
  readonly #onRefused: ReceiveOptions["onRefused"];
  /** The one written last is the last. */
  readonly #open = new Map<string, FileHandle>();
  #files: number;
  #totalBytes: number;
  #measuredAtMs = performance.now();
  #writes = 0;
  #bytes = 0;
  #refused = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(inside: InsideFolder, quotas: Quotas, onRefused: ReceiveOptions["onRefused"], { files, bytes }: Size) {
    this.#inside = inside;
    this.#quotas = quotas;
    this.#onRefused = onRefused;
    this.#files = files;
    this.#totalBytes = bytes;
  }

  get folder(): string {
    return this.#inside.root;
  }

  readonly handler = ({ path, bytes }: FileWrite, topic: string): Promise<boolean> => {
    const isClosed = this.#closing !== undefined;
    const done = this.#queue.then(() => this.#take(path, bytes, topic, isClosed));
    this.#queue = done.catch(() => undefined);
    return done;
  };

  stats(): FolderStats {
    return {
      ...{ writes: this.#writes, bytes: this.#bytes, refused: this.#refused },
      ...{ files: this.#files, totalBytes: this.#totalBytes, openFiles: this.#open.size },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.then(async () => {
      const handles = [...this.#open.values()];
      this.#open.clear();
      await Promise.allSettled(handles.map((handle) => handle.close()));
      await this.#inside.close();
    });
    return this.#closing;
  }

  async #take(path: string, bytes: Uint8Array, topic: string, isClosed: boolean): Promise<boolean> {
    try {
      if (isClosed) throw new SwitchyardError("CLOSED", `receiver into ${this.folder}`);
      await this.#append(path, bytes);
      this.#writes += 1;
      this.#bytes += bytes.length;
      return true;
    } catch (cause) {
      const error = failureOf(quoted(path), cause);
      this.#refused += 1;
      if (this.#onRefused === undefined) throw error;
      this.#onRefused({ path, byteCount: bytes.length, topic, error });
      return false;
    }
  }

  async #append(path: string, bytes: Uint8Array): Promise<void> {
    const decision = decidePath(path);
    if ("fault" in decision) throw new SwitchyardError("BAD_PATH", `${quoted(path)} ${decision.fault}`);
    const key = decision.segments.join("/");
    this.#checkFileBytes(key, bytes.length);
    await this.#makeRoom(key, bytes.length);
    const handle = (await this.#stillOpen(key)) ?? (await this.#openFile(key, decision.segments));
    const { size } = await handle.stat();
    this.#checkFileBytes(key, size + bytes.length);
    try {
      await handle.appendFile(bytes);
    } catch (error) {
      await handle.truncate(size).catch(() => undefined); // all or nothing, if the disk lets us
      throw error;
    }
    this.#totalBytes += bytes.length;
  }

  /** The file as we have it open, unless somebody took it away or gave it another name meanwhile. */
  async #stillOpen(key: string): Promise<FileHandle | undefined> {
    const handle = this.#open.get(key);
    if (handle === undefined) return undefined;
    this.#open.delete(key);
    if (await isStillAt(join(this.folder, key), handle)) {
      this.#open.set(key, handle);
      return handle;
    }
    await handle.close();
    return undefined;
  }

  async #openFile(key: string, segments: readonly string[]): Promise<FileHandle> {
    const handle = await this.#inside.openFile(segments, {
      name: quoted(key),
      check: () => this.#checkFiles(key),
      made: () => {
        this.#files += 1;
      },
    });
    this.#open.set(key, handle);
    const [oldest, idle] = this.#open.entries().next().value!;
    if (this.#open.size > this.#quotas.maxOpenFiles) {
      this.#open.delete(oldest);
      await idle.close();
    }
    return handle;
  }

  #checkFiles(key: string): void {
    if (this.#files < this.#quotas.maxFiles) return;
    throw new SwitchyardError("QUOTA_EXCEEDED", `${quoted(key)} beside ${this.#files} files`);
  }

  #checkFileBytes(key: string, byteCount: number): void {
    if (byteCount <= this.#quotas.maxFileBytes) return;
    throw new SwitchyardError("QUOTA_EXCEEDED", `${quoted(key)} of ${byteCount} bytes`);
  }

  /** A receiver that seems full looks whether it still is. */
  async #makeRoom(key: string, byteCount: number): Promise<void> {
    const { maxBytes, maxFiles } = this.#quotas;
    const isFull = () => this.#totalBytes + byteCount > maxBytes;
    const isStale = performance.now() - this.#measuredAtMs >= measureAgainMs;
    if (isStale && (isFull() || this.#files >= maxFiles)) {
      const { files, bytes } = await measure(this.folder);
      this.#files = files;
      this.#totalBytes = bytes;
      this.#measuredAtMs = performance.now();
    }
    if (!isFull()) return;
    throw new SwitchyardError(
      "QUOTA_EXCEEDED",
      `${quoted(key)}, with which it were ${this.#totalBytes + byteCount} bytes`,
    );
  }
}

/** The system's words for what a path leads to, and no disk is to blame for. */
const badPaths = new Set([
  "ELOOP",
  "ENOTDIR",
  "EISDIR",
  "ENXIO",
  "ENODEV",
  "EMLINK",
  "ENAMETOOLONG",
  "EINVAL",
  "EILSEQ",
]);
const noSpace = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function failureOf(what: string, cause: unknown): SwitchyardError {
  if (cause instanceof SwitchyardError) return cause;
  const word = codeOf(cause) ?? "";
  const code: FailureCode = badPaths.has(word) ? "BAD_PATH" : noSpace.has(word) ? "NO_SPACE" : "DISK_FAILED";
  return new SwitchyardError(code, word === "" ? what : `${what} (${word})`, { cause });
}
