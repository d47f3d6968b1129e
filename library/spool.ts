/**
 * What was sent of one stream that must arrive, until every subscriber has acknowledged it.
 *
 * Frames are copied, one behind the other, so that none of them keeps a buffer alive that others have long left.
 * Invariant: everything is kept that some subscriber has not acknowledged, from the lowest of their numbers on, unless
 * it was forgotten on purpose. Knows nothing of links; what is to be sent again is handed to the caller.
 */
import { ahead } from "./core/disorder.ts";
import { limits } from "./core/limits.ts";
import { frameLength } from "./wire/codec.ts";
import { routing } from "./wire/frames.ts";
import { viewOf } from "./wire/view.ts";

/** Frames of consecutive numbers in one buffer. */
interface Chunk {
  readonly bytes: Uint8Array;
  used: number;
  readonly first: number;
  count: number;
}

/** How far one subscriber is. */
interface Reader {
  /** Its name, where it was our neighbour when we met it; else its id. */
  readonly name: string;
  /** The number that it expects next. */
  next: number;
  /** When it acknowledged something last, or had nothing to acknowledge. */
  heardMs: number;
  /** When that was, or something was sent again. */
  sinceMs: number;
  /** How long that may take before something is sent again; doubles with each time in vain. */
  patienceMs: number;
  /** Since when it cannot be reached. */
  goneSinceMs: number | undefined;
  /** Up to where it was sent again and has not acknowledged. */
  resentTo: number | undefined;
}

/** One frame that is sent again, whole at that place. */
export interface Resent {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const smallestChunk = 1024;
const largestChunk = 64 * 1024;

export class Spool {
  readonly #chunks: Chunk[] = [];
  readonly #readers = new Map<string, Reader>();
  #bytes = 0;
  #messages = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get messages(): number {
    return this.#messages;
  }

  get isEmpty(): boolean {
    return this.#messages === 0;
  }

  get readers(): ReadonlyMap<string, Readonly<Reader>> {
    return this.#readers;
  }

  /** Who can be reached now. One that is new is owed what comes from `next` on. */
  meet(ids: readonly string[], next: number, nowMs: number, nameOf: (id: string) => string): void {
    for (const id of ids) {
      const reader = this.#readers.get(id);
      if (reader === undefined) {
        const fresh: Reader = {
          ...{ name: nameOf(id), next, heardMs: nowMs, sinceMs: nowMs, patienceMs: limits.resendMs },
          ...{ goneSinceMs: undefined, resentTo: undefined },
        };
        this.#readers.set(id, fresh);
      } else if (reader.goneSinceMs !== undefined) {
        reader.goneSinceMs = undefined;
        reader.heardMs = nowMs;
        reader.sinceMs = Number.NEGATIVE_INFINITY; // it is owed at once what it missed
        reader.patienceMs = limits.resendMs;
        reader.resentTo = undefined;
      }
    }
  }

  /** It cannot be reached. */
  miss(id: string, nowMs: number): void {
    const reader = this.#readers.get(id);
    if (reader !== undefined) reader.goneSinceMs ??= nowMs;
  }

  /** Nobody waits for it any more. Returns how many messages it is not known to have got. */
  forget(id: string): number {
    const reader = this.#readers.get(id);
    if (reader === undefined) return 0;
    this.#readers.delete(id);
    const owed = Math.max(ahead(this.#end ?? reader.next, reader.next), 0);
    this.#release();
    return owed;
  }

  /** Keeps the frame of this number; numbers only grow. */
  keep(sequence: number, bytes: Uint8Array, start: number, end: number, nowMs: number): void {
    for (const reader of this.#readers.values()) {
      if (reader.next !== sequence) continue; // it has everything so far: its time begins now
      reader.heardMs = nowMs;
      reader.sinceMs = nowMs;
    }
    const length = end - start;
    let chunk = this.#chunks.at(-1);
    const follows = chunk !== undefined && (chunk.first + chunk.count) >>> 0 === sequence;
    if (chunk === undefined || !follows || chunk.bytes.length - chunk.used < length) {
      const size = Math.min(2 * (chunk?.bytes.length ?? smallestChunk / 2), largestChunk);
      chunk = { bytes: Buffer.allocUnsafe(Math.max(size, length)), used: 0, first: sequence, count: 0 };
      this.#chunks.push(chunk);
    }
    chunk.bytes.set(bytes.subarray(start, end), chunk.used);
    chunk.used += length;
    chunk.count += 1;
    this.#bytes += length;
    this.#messages += 1;
  }

  /** The subscriber has everything before `next`. True: it may be owed more at once. */
  acknowledge(id: string, next: number, nowMs: number): boolean {
    const reader = this.#readers.get(id);
    if (reader === undefined || ahead(next, reader.next) <= 0 || ahead(next, this.#end ?? reader.next) > 0)
      return false;
    reader.next = next;
    reader.heardMs = nowMs;
    reader.sinceMs = nowMs;
    reader.patienceMs = limits.resendMs;
    const isCatchingUp = reader.resentTo !== undefined && ahead(next, reader.resentTo) >= 0;
    if (reader.resentTo !== undefined && isCatchingUp) reader.resentTo = undefined;
    this.#release();
    return isCatchingUp && !this.isEmpty;
  }

  /** Who has acknowledged nothing for too long, though it can be reached. */
  due(nowMs: number): string[] {
    const due: string[] = [];
    for (const [id, reader] of this.#readers) {
      if (reader.goneSinceMs !== undefined || !this.#owes(reader)) continue;
      if (nowMs - reader.sinceMs >= reader.patienceMs) due.push(id);
    }
    return due;
  }

  /**
   * What the subscriber expects next, so much as may be sent at once. Without `isAsked` its patience doubles.
   * `from` is the first that is still to be had, where that is not what it expects.
   */
  resend(id: string, nowMs: number, isAsked: boolean): { readonly frames: readonly Resent[]; readonly from?: number } {
    const reader = this.#readers.get(id);
    if (reader === undefined) return { frames: [] };
    reader.sinceMs = nowMs;
    if (!isAsked) reader.patienceMs = Math.min(2 * reader.patienceMs, limits.resendMostMs);
    const frames = this.#framesFrom(reader.next);
    const first = frames[0];
    if (first === undefined) return { frames };
    reader.resentTo = (sequenceOf(frames.at(-1)!) + 1) >>> 0;
    const from = sequenceOf(first);
    return from === reader.next ? { frames } : { frames, from };
  }

  #framesFrom(next: number): Resent[] {
    const frames: Resent[] = [];
    let bytes = 0;
    for (const chunk of this.#chunks) {
      if (ahead((chunk.first + chunk.count) >>> 0, next) <= 0) continue;
      let at = 0;
      for (let i = 0; i < chunk.count; i++) {
        const end = at + frameLength(chunk.bytes, at);
        if (ahead((chunk.first + i) >>> 0, next) >= 0) {
          frames.push({ bytes: chunk.bytes, start: at, end });
          bytes += end - at;
          if (frames.length >= limits.resendMessages || bytes >= limits.resendBytes) return frames;
        }
        at = end;
      }
    }
    return frames;
  }

  #owes({ next }: Reader): boolean {
    const end = this.#end;
    return end !== undefined && ahead(end, next) > 0;
  }

  /** The number behind the last that is kept. */
  get #end(): number | undefined {
    const last = this.#chunks.at(-1);
    return last === undefined ? undefined : (last.first + last.count) >>> 0;
  }

  /** Lets go of what everybody has. */
  #release(): void {
    let lowest = this.#end;
    for (const { next } of this.#readers.values()) if (lowest !== undefined && ahead(lowest, next) > 0) lowest = next;
    let chunk = this.#chunks[0];
    while (chunk !== undefined && lowest !== undefined && ahead((chunk.first + chunk.count) >>> 0, lowest) <= 0) {
      this.#bytes -= chunk.used;
      this.#messages -= chunk.count;
      this.#chunks.shift();
      chunk = this.#chunks[0];
    }
  }
}

function sequenceOf({ bytes, start }: Resent): number {
  return viewOf(bytes).getUint32(start + routing.sequence);
}
