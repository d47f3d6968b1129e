/**
 * What waits to go out over one connection: gathered per turn, sent in slices, bounded when the peer is slow.
 *
 * Frames are kept as runs of bytes in the buffers they were packed or received in; neighbours in one buffer become one
 * run, so that a thousand events leave as one slice, uncopied, and ten connections share the same bytes.
 *
 * Invariant: `queuedMessages` and `queuedBytes` are those of `#runs`, and while the peer is slow, `heldBytes` is at most
 * a mebibyte more than twice what waits. Knows nothing of what frames mean but their length and whether they may be
 * dropped.
 */

import { frameLength } from "./wire/codec.ts";
import { FrameKind } from "./wire/frames.ts";

export type OverflowPolicy = "drop-oldest" | "drop-newest" | "disconnect";

export interface OutboxOptions {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly highWaterBytes: number;
  readonly policy: OverflowPolicy;
  /** Takes bytes; false: no more until `drained` is called. */
  readonly send: (bytes: Uint8Array) => boolean;
  /** May this frame be dropped when the queue is full? */
  readonly isDroppable: (bytes: Uint8Array, start: number) => boolean;
  /** A frame was dropped; it is whole at that place. */
  readonly dropped: (bytes: Uint8Array, start: number) => void;
  /** The queue is full of what must not be dropped, or the policy is to disconnect. */
  readonly overflowed: () => void;
}

interface Run {
  bytes: Uint8Array;
  start: number;
  end: number;
  messages: number;
  /** Bytes of frames that must not be dropped. */
  keptBytes: number;
}

/** Runs shorter than this are copied together; longer ones go out as they are. */
const copyBelow = 4 * 1024;
const gatherBytes = 64 * 1024;
/** What waits may keep alive this much, and as much again as twice what waits; then it is copied out of its buffers. */
const spareBytes = 1024 * 1024;

export class Outbox {
  queuedMessages = 0;
  queuedBytes = 0;
  /** Those of `queuedBytes` that must not be dropped. */
  keptBytes = 0;
  sentMessages = 0;
  sentBytes = 0;
  /** At most what the buffers have that what waits is in; one counts again when something in others lies between. */
  heldBytes = 0;
  isCongested = false;
  #isLinked = true;

  #options: OutboxOptions;
  #runs: Run[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** More waits than should: producers had better wait. */
  get isAboveHighWater(): boolean {
    return this.queuedBytes > this.#options.highWaterBytes || this.queuedMessages > this.#options.maxMessages / 2;
  }

  /** Queues one frame. The bytes are not copied and must not be changed any more. */
  append(bytes: Uint8Array, start: number, end: number): void {
    if (!this.isCongested) {
      this.#queue(bytes, start, end);
      return;
    }
    if (!this.#isFull(end - start) || this.#makeRoom(bytes, start, end)) this.#queue(bytes, start, end);
    this.#holdLittle();
  }

  #queue(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const keptBytes = this.#options.isDroppable(bytes, start) ? 0 : length;
    this.queuedMessages += 1;
    this.queuedBytes += length;
    this.keptBytes += keptBytes;
    if (this.#extend(bytes, start, end, keptBytes)) return;
    if (this.#runs.at(-1)?.bytes !== bytes) this.heldBytes += bytes.buffer.byteLength;
    this.#runs.push({ bytes, start, end, messages: 1, keptBytes });
  }

  /** True when the frame follows the last one in the same buffer. */
  #extend(bytes: Uint8Array, start: number, end: number, keptBytes: number): boolean {
    const last = this.#runs.at(-1);
    if (last === undefined || last.bytes !== bytes || last.end !== start) return false;
    if (keptBytes === 0 && isKept(last)) return false; // a run of what must be kept alone is passed over at a glance
    last.end = end;
    last.messages += 1;
    last.keptBytes += keptBytes;
    return true;
  }

  /** Hands over what waits, until the link is congested. */
  flush(): void {
    if (this.isCongested || this.#runs.length === 0) return;
    let next = 0;
    while (next < this.#runs.length && !this.isCongested) next = this.#sendFrom(next);
    this.#runs = next === this.#runs.length ? [] : this.#runs.slice(next);
    this.heldBytes = heldIn(this.#runs);
    if (this.isCongested) this.#holdLittle();
  }

  /** The link took everything; sending goes on. */
  drained(): void {
    if (!this.#isLinked) return;
    this.isCongested = false;
    this.flush();
  }

  /** The link is lost: of what waits and what comes, all that may be dropped is kept as if the peer were slow. */
  unlink(): void {
    this.isCongested = true;
    this.#isLinked = false;
    this.takeAll((bytes, start, end) => {
      if (this.#options.isDroppable(bytes, start)) this.append(bytes, start, end);
    });
  }

  /** Hands over everything that waits, and keeps nothing. */
  takeAll(take: (bytes: Uint8Array, start: number, end: number) => void): void {
    const runs = this.#empty();
    for (const run of runs) {
      for (let at = run.start; at < run.end; ) {
        const end = at + frameLength(run.bytes, at);
        take(run.bytes, at, end);
        at = end;
      }
    }
  }

  /** Drops some of the messages that wait, counting them. */
  discard(isUnwanted: (bytes: Uint8Array, start: number) => boolean): void {
    this.takeAll((bytes, start, end) => {
      if (bytes[start]! >= FrameKind.firstMessage && isUnwanted(bytes, start)) this.#options.dropped(bytes, start);
      else this.append(bytes, start, end);
    });
  }

  /** Drops everything that waits, counting what may be counted: the connection is gone. */
  clear(): void {
    this.takeAll((bytes, start) => this.#options.dropped(bytes, start));
    this.isCongested = false;
  }

  /** Nothing goes out any more: what waits is dropped, as by `clear`, and whatever still comes is lost. */
  close(): void {
    this.clear();
    this.#options = closed;
    this.#isLinked = false;
    this.isCongested = true;
  }

  #empty(): Run[] {
    const runs = this.#runs;
    this.#runs = [];
    this.heldBytes = 0;
    this.queuedMessages = 0;
    this.queuedBytes = 0;
    this.keptBytes = 0;
    return runs;
  }

  #isFull(moreBytes: number): boolean {
    const { maxMessages, maxBytes } = this.#options;
    return this.queuedMessages >= maxMessages || this.queuedBytes + moreBytes > maxBytes;
  }

  /** False when the new frame is the one that goes. */
  #makeRoom(bytes: Uint8Array, start: number, end: number): boolean {
    const { policy, isDroppable, dropped, overflowed, maxBytes } = this.#options;
    const canGo = isDroppable(bytes, start);
    if (policy === "disconnect" && canGo) {
      dropped(bytes, start);
      overflowed();
      return false;
    }
    if (policy === "drop-newest" && canGo) {
      dropped(bytes, start);
      return false;
    }
    while (this.#isFull(end - start)) {
      if (this.#dropOldest()) continue;
      if (canGo) {
        dropped(bytes, start);
        return false;
      }
      if (this.queuedBytes + end - start > maxBytes) {
        dropped(bytes, start);
        overflowed();
        return false;
      }
      break; // what must not be dropped is bounded in bytes alone
    }
    return true;
  }

  /** Drops the oldest frame that may be dropped; what must be kept is parted from it. */
  #dropOldest(): boolean {
    for (let i = 0; i < this.#runs.length; i++) {
      const run = this.#runs[i]!;
      if (isKept(run)) continue;
      const rest = this.#partAt(i, this.#keptUntil(run));
      this.#dropFirstOf(rest, this.#runs[rest]!);
      return true;
    }
    return false;
  }

  /** End of the frames at the beginning of a run that must be kept; before the run's end, for one may be dropped. */
  #keptUntil(run: Run): number {
    let at = run.start;
    while (!this.#options.isDroppable(run.bytes, at)) at += frameLength(run.bytes, at);
    return at;
  }

  /** Splits what must be kept from the beginning of a run; returns the index of the rest. */
  #partAt(index: number, at: number): number {
    const run = this.#runs[index]!;
    if (at === run.start) return index;
    let messages = 0;
    for (let frame = run.start; frame < at; frame += frameLength(run.bytes, frame)) messages += 1;
    const keptBytes = at - run.start;
    this.#runs.splice(index, 0, { bytes: run.bytes, start: run.start, end: at, messages, keptBytes });
    run.start = at;
    run.messages -= messages;
    run.keptBytes -= keptBytes;
    return index + 1;
  }

  #dropFirstOf(index: number, run: Run): void {
    const length = frameLength(run.bytes, run.start);
    this.#options.dropped(run.bytes, run.start);
    run.start += length;
    run.messages -= 1;
    this.queuedMessages -= 1;
    this.queuedBytes -= length;
    if (run.start === run.end) this.#runs.splice(index, 1);
  }

  /** While the peer is slow, a few bytes must not keep a whole buffer alive: neighbours are copied together. */
  #holdLittle(): void {
    const mayHold = spareBytes + 2 * this.queuedBytes;
    if (this.heldBytes <= mayHold) return;
    this.heldBytes = heldIn(this.#runs); // some were dropped
    if (this.heldBytes > mayHold) this.#compact();
  }

  #compact(): void {
    const runs = this.#runs;
    this.#runs = [];
    this.heldBytes = 0;
    for (let from = 0; from < runs.length; ) {
      let to = from + 1;
      let bytes = runs[from]!.end - runs[from]!.start;
      const kept = isKept(runs[from]!);
      while (to < runs.length && bytes < gatherBytes && isKept(runs[to]!) === kept) {
        bytes += runs[to]!.end - runs[to]!.start;
        to += 1;
      }
      this.#runs.push(together(runs, from, to, bytes));
      this.heldBytes += bytes;
      from = to;
    }
  }

  /** Sends one run, or several short ones copied together; returns the index of the next. */
  #sendFrom(index: number): number {
    const first = this.#runs[index]!;
    let end = index + 1;
    let bytes = first.end - first.start;
    let { messages, keptBytes } = first;
    while (end < this.#runs.length && bytes < gatherBytes) {
      const run = this.#runs[end]!;
      if (run.end - run.start >= copyBelow || bytes + run.end - run.start > gatherBytes) break;
      bytes += run.end - run.start;
      messages += run.messages;
      keptBytes += run.keptBytes;
      end += 1;
    }
    this.queuedMessages -= messages;
    this.queuedBytes -= bytes;
    this.keptBytes -= keptBytes;
    this.sentMessages += messages;
    this.sentBytes += bytes;
    const slice =
      end === index + 1 ? first.bytes.subarray(first.start, first.end) : gather(this.#runs, index, end, bytes);
    this.isCongested = !this.#options.send(slice);
    return end;
  }
}

/** One of these for all that are closed, so that none of them holds its link. */
const closed: OutboxOptions = {
  ...{ maxMessages: 0, maxBytes: 0, highWaterBytes: Number.POSITIVE_INFINITY, policy: "drop-newest" },
  ...{ send: () => true, isDroppable: () => true, dropped: () => {}, overflowed: () => {} },
};

function gather(runs: readonly Run[], from: number, to: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length); // a socket would make a Buffer of anything else
  let at = 0;
  for (let i = from; i < to; i++) {
    const run = runs[i]!;
    bytes.set(run.bytes.subarray(run.start, run.end), at);
    at += run.end - run.start;
  }
  return bytes;
}

function heldIn(runs: readonly Run[]): number {
  let held = 0;
  for (let i = 0; i < runs.length; i++) {
    if (i === 0 || runs[i]!.bytes !== runs[i - 1]!.bytes) held += runs[i]!.bytes.buffer.byteLength;
  }
  return held;
}

/** Several runs as one, in a buffer of just their length. */
function together(runs: readonly Run[], from: number, to: number, length: number): Run {
  const bytes = gather(runs, from, to, length);
  const parts = runs.slice(from, to);
  const messages = parts.reduce((total, run) => total + run.messages, 0);
  const keptBytes = parts.reduce((total, run) => total + run.keptBytes, 0);
  return { bytes, start: 0, end: length, messages, keptBytes };
}

/** Holds nothing that may be dropped. */
function isKept(run: Run): boolean {
  return run.keptBytes === run.end - run.start;
}
