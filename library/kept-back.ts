/**
 * Messages that are kept back behind one that is missing, and what those that one peer brought take together.
 *
 * Invariant: whatever is kept counts against whoever brought it, until it is handed on or let go of. Knows nothing of order.
 */
import { limits } from "./core/limits.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Shape } from "./wire/shape.ts";

export interface EarlyMessage {
  readonly shape: Shape;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly hops: number;
  readonly from: Neighbour;
  /** Of its frame, in bytes. */
  readonly size: number;
}

/** What a peer has brought that is kept back, of all streams. */
export interface KeptBack {
  messages: number;
  bytes: number;
}

/** It counts from now on. A frame in a large chunk is copied, for it would hold all of that. */
export function keepBack(early: EarlyMessage): EarlyMessage {
  const { bytes, start, size, from } = early;
  from.keptBack.messages += 1;
  from.keptBack.bytes += size;
  if (bytes.length < 2 * size) return early;
  return { ...early, bytes: new Uint8Array(bytes.subarray(start, start + size)), start: 0 }; // a Buffer's `slice` is no copy
}

export function letGo({ from, size }: EarlyMessage): void {
  from.keptBack.messages -= 1;
  from.keptBack.bytes -= size;
}

/** It has brought as much as may be kept back: no more of it waits. */
export function isOverfull({ messages, bytes }: KeptBack): boolean {
  return messages >= limits.earlyMessagesOfPeer || bytes >= limits.earlyBytesOfPeer;
}
