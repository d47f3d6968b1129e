/**
 * Bytes as they come in, cut anywhere, to whole frames.
 *
 * Frames that lie whole in a chunk are handed over in place; only one that spans chunks is put together, once, when its
 * last byte is there. Invariant: what is held back is less than one frame, and no longer than the limit; it takes at
 * most twice its bytes, however small the pieces are that they come in.
 */

import { header } from "./frames.ts";
import { viewOf } from "./view.ts";

/** Told of each whole frame; false: stop, the connection is closing. */
export type TakeFrame = (bytes: Uint8Array, start: number, end: number) => boolean;

/** A frame that is announced with no more than this gets its whole place at once. */
const readyBytes = 64 * 1024;

export class Splitter {
  /** Longest frame that is taken. */
  maxFrameBytes: number;
  readonly #take: TakeFrame;
  /** Begins with the bytes held back, and has room for more. */
  #held: Uint8Array = new Uint8Array(0);
  #heldBytes = 0;
  /** Bytes that the frame being held needs; the first four tell its length. */
  #needed = 4;
  /** Whoever takes the frames wants no more. */
  #isStopped = false;

  constructor(maxFrameBytes: number, take: TakeFrame) {
    this.maxFrameBytes = maxFrameBytes;
    this.#take = take;
  }

  /** False when a frame tells an impossible length. */
  push(chunk: Uint8Array): boolean {
    if (this.#heldBytes === 0) return this.#walk(chunk, 0);
    const taken = this.#complete(chunk);
    if (this.#heldBytes < this.#needed) return true;
    const whole = this.#held.subarray(0, this.#heldBytes);
    this.#held = new Uint8Array(0);
    this.#heldBytes = 0;
    return this.#walk(whole, 0) && (taken === chunk.length || this.#isStopped || this.#walk(chunk, taken));
  }

  /** Adds no more than what the frame that is held back lacks; returns how much that was. */
  #complete(chunk: Uint8Array): number {
    let taken = 0;
    if (this.#needed === 4) {
      taken = Math.min(4 - this.#heldBytes, chunk.length);
      this.#append(chunk.subarray(0, taken));
      if (this.#heldBytes < 4) return taken;
      this.#needed = Math.max(viewOf(this.#held).getUint32(header.kindAndLength) & 0xff_ff_ff, 4);
      if (this.#needed > this.maxFrameBytes) this.#needed = 4; // the walk will refuse it
    }
    const rest = Math.min(this.#needed - this.#heldBytes, chunk.length - taken);
    if (rest > 0) this.#append(chunk.subarray(taken, taken + rest));
    return taken + Math.max(rest, 0);
  }

  #walk(bytes: Uint8Array, from: number): boolean {
    const view = viewOf(bytes);
    const end = bytes.length;
    let at = from;
    this.#needed = 4;
    while (end - at >= 4) {
      const length = view.getUint32(at + header.kindAndLength) & 0xff_ff_ff;
      if (length < header.bytes || length > this.maxFrameBytes) return false;
      if (length > end - at) {
        this.#needed = length;
        break;
      }
      if (!this.#take(bytes, at, at + length)) {
        this.#isStopped = true;
        return true;
      }
      at += length;
    }
    if (at < end) this.#append(at === 0 ? bytes : bytes.subarray(at)); // a copy: a few bytes do not keep a whole chunk
    return true;
  }

  #append(bytes: Uint8Array): void {
    const length = this.#heldBytes + bytes.length;
    if (length > this.#held.length) this.#grow(length);
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = length;
  }

  /** Doubles, so that what is only announced takes no memory, and pieces of a byte no more time than long ones. */
  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(length, Math.min(this.#needed, Math.max(2 * length, readyBytes))));
    grown.set(this.#held.subarray(0, this.#heldBytes));
    this.#held = grown;
  }
}
