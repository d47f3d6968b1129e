/**
 * Bytes as they come in, cut anywhere, to whole frames.
 *
 * Frames that lie whole in a chunk are handed over in place; only one that spans chunks is put together, once, when its
 * last byte is there. Invariant: what is held back is less than one frame, and no longer than the limit.
 */
import { viewOf } from "./codec.ts";
import { header } from "./frames.ts";

/** Told of each whole frame; false: stop, the connection is closing. */
export type TakeFrame = (bytes: Uint8Array, start: number, end: number) => boolean;

export class Splitter {
  /** Longest frame that is taken. */
  maxFrameBytes: number;
  readonly #take: TakeFrame;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Bytes that the frame being held needs; the first four tell its length. */
  #needed = 4;

  constructor(maxFrameBytes: number, take: TakeFrame) {
    this.maxFrameBytes = maxFrameBytes;
    this.#take = take;
  }

  /** False when a frame tells an impossible length. */
  push(chunk: Uint8Array): boolean {
    if (this.#heldBytes === 0) return this.#walk(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#needed) return true;
    const joined = join(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return this.#walk(joined);
  }

  #walk(bytes: Uint8Array): boolean {
    const view = viewOf(bytes);
    const end = bytes.length;
    let at = 0;
    this.#needed = 4;
    while (end - at >= 4) {
      const length = view.getUint32(at + header.kindAndLength) & 0xff_ff_ff;
      if (length < header.bytes || length > this.maxFrameBytes) return false;
      if (length > end - at) {
        this.#needed = length;
        break;
      }
      if (!this.#take(bytes, at, at + length)) return true;
      at += length;
    }
    if (at < end) this.#hold(bytes, at);
    return true;
  }

  /** A copy, so that a few bytes do not keep the whole chunk. */
  #hold(bytes: Uint8Array, at: number): void {
    const rest = Buffer.allocUnsafeSlow(bytes.length - at);
    rest.set(bytes.subarray(at));
    this.#held.push(rest);
    this.#heldBytes = rest.length;
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
