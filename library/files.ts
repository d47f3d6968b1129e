/**
 * Remote file writes: pieces of files, sent here to be appended wherever somebody subscribed.
 *
 * Invariant: bytes arrive as the very same bytes, in the order they were written, and never as text.
 * Knows nothing of disks: a path is a name, and what becomes of it is up to who gets it.
 */
import { Arrival, inspect } from "./arrival.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Origin } from "./core/origin.ts";
import { checkPattern } from "./core/pattern.ts";
import { checkNotOfStore, quoted, textFault } from "./core/topic.ts";
import type { Time, Value } from "./core/values/index.ts";
import type { MessageKind, Raised } from "./messages.ts";
import type { Node } from "./node.ts";
import type { WireTime } from "./wire/codec.ts";
import { FrameKind } from "./wire/frames.ts";
import { fileSignature, type ShapeName } from "./wire/shape.ts";
import { timeOfWire } from "./wire/time.ts";

/** One write, as handlers get it. */
export interface FileWrite {
  /** What the writer calls the file. It is only a label, and may be hostile: see `receiveInto`. */
  readonly path: string;
  /** A copy of its own; the same object for all handlers. */
  readonly bytes: Uint8Array;
  /** When it was written. */
  readonly time: Time;
  readonly origin: Origin;
  /** Connections it came over: 0 for our own, 1 from a direct peer. */
  readonly hops: number;
}

/** May return a promise: then nothing more is read from that peer until it settles. */
export type FileHandler = (write: FileWrite, topic: string) => unknown;

export class Files {
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
    node.messages.register(fileKind);
  }

  /**
   * Sends `bytes`, to be appended to the file that `path` names at every node with a matching subscription. Like a log
   * line it is never dropped; what one node writes under one topic arrives in order. The bytes are copied at once.
   * False: more waits for a peer than should; go on after `context.drained()`.
   *
   * @param topic 1 to 1024 bytes of UTF-8, no `*`; no leading `.` but in `.node.<name>`, which reaches one node
   * @param path 1 to 1024 bytes; what it means is up to the receiver
   * @param bytes at most `limits.fileWriteBytes`, which is 16 MiB less 128 KiB; pieces of up to 1 MiB are best
   * @throws SwitchyardError `BAD_TOPIC`, `BAD_ARGUMENT`, `TOO_LARGE`, `SPOOL_FULL`, `CLOSED`
   */
  write(topic: string, path: string, bytes: Uint8Array): boolean {
    this.#node.checkOpen();
    checkNotOfStore(topic);
    const fault = textFault(path);
    if (fault !== undefined) throw new SwitchyardError("BAD_ARGUMENT", `the path ${quoted(path)} ${fault}`);
    const given: unknown = bytes;
    if (!(given instanceof Uint8Array)) throw new SwitchyardError("BAD_ARGUMENT", `${path} takes a Uint8Array`);
    if (bytes.length > limits.fileWriteBytes) {
      throw new SwitchyardError("TOO_LARGE", `${bytes.length} bytes for ${path}, at most ${limits.fileWriteBytes}`);
    }
    return this.#node.messages.raise(topic, new RaisedWrite(this.#node.origin, path, bytes));
  }

  /**
   * Registers a handler and, on connections with `autoSubscribe`, subscribes to the pattern.
   * @throws SwitchyardError `BAD_PATTERN`, `CLOSED`
   */
  on(pattern: string, handler: FileHandler): Promise<void> {
    checkPattern(pattern);
    return this.#node.addHandler(FrameKind.file, pattern, handler);
  }

  /** @throws SwitchyardError `NOT_SUBSCRIBED`, `CLOSED` */
  off(pattern: string, handler?: FileHandler): Promise<void> {
    return this.#node.removeHandlers(FrameKind.file, pattern, handler);
  }
}

const noColumns: ShapeName["columns"] = [];

class RaisedWrite implements Raised<FileWrite> {
  readonly kind = FrameKind.file;
  readonly name = "";
  readonly writer = "";
  readonly columns = noColumns;
  readonly signature = fileSignature;
  readonly time = undefined;
  readonly values: readonly Value[];
  readonly #origin: Origin;
  readonly #path: string;
  readonly #bytes: Uint8Array;

  constructor(origin: Origin, path: string, bytes: Uint8Array) {
    this.values = [path, bytes];
    this.#origin = origin;
    this.#path = path;
    this.#bytes = bytes;
  }

  /** With bytes of its own, since the writer may go on to use the buffer. */
  toMessage(time: WireTime): FileWrite {
    const bytes = Uint8Array.from(this.#bytes);
    return { path: this.#path, bytes, time: timeOfWire(time), origin: this.#origin, hops: 0 };
  }
}

class ArrivedWrite extends Arrival implements FileWrite {
  get path(): string {
    return this.readValues()[0] as string;
  }

  get bytes(): Uint8Array {
    return this.readValues()[1] as Uint8Array;
  }

  /** What `console.log` shows. */
  [inspect](): FileWrite {
    const { path, bytes, time, origin, hops } = this;
    return { path, bytes, time, origin, hops };
  }
}

const fileKind: MessageKind<FileWrite> = {
  kind: FrameKind.file,
  isDroppable: false,
  received: (...arrival) => new ArrivedWrite(...arrival),
};
