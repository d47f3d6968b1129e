/**
 * Both ends of a simulated link: slow, narrow, and cutting its bytes wherever it likes.
 *
 * Each end holds what the other one sent and it has not taken; the bytes move one chunk at a time, after a while, and
 * only while the end reads and nothing severs the two. Invariant: nothing is delivered inside the sender's call; order
 * is kept; chunks are the receiver's own. Knows nothing of nodes or names.
 */
import { EventGate } from "../../library/transports/event-gate.ts";
import { peerLost } from "../../library/transports/failures.ts";
import type { Link, LinkEvents } from "../../library/transports/transport.ts";
import type { SeededChance } from "./chance.ts";
import type { SimulatedTime } from "./clock.ts";
import type { NodeClock } from "./node-clock.ts";
import type { Trace } from "./trace.ts";

/** How a link behaves. */
export interface LinkNature {
  readonly latencyMs: number;
  readonly bytesPerMs: number;
  /** With so many bytes on their way, `send` returns false. */
  readonly congestedBytes: number;
  /** Longest chunk that arrives at once. */
  readonly chunkBytes: number;
  /** So many bytes arrive one by one before that. */
  readonly singleBytes: number;
}

export interface LinkSurroundings {
  readonly time: SimulatedTime;
  readonly chance: SeededChance;
  readonly trace: Trace;
  readonly nature: LinkNature;
  /** Nothing gets through to this end for the time being. */
  isSevered(): boolean;
  /** Of the node that has this end: while it is stopped, what comes in waits. */
  readonly process: NodeClock;
  /** Both ends are closed. */
  over(): void;
}

export class SimulatedLink implements Link {
  readonly remote: string;
  readonly #number: number;
  readonly #around: LinkSurroundings;
  readonly #gate = new EventGate();
  #peer: SimulatedLink = this; // until paired
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #arrivedBytes = 0;
  #owesDrained = false; // the peer was told false
  #peerHasEnded = false; // nothing follows what is in the inbox
  #isPaused = false;
  #isEnding = false; // nothing is sent any more, and what arrives is dropped
  #isMoving = false;
  #isOver = false;

  constructor(number: number, remote: string, around: LinkSurroundings) {
    this.#number = number;
    this.remote = remote;
    this.#around = around;
  }

  pairWith(peer: SimulatedLink): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  start(events: LinkEvents): void {
    this.#gate.start(events);
    this.move();
  }

  send(bytes: Uint8Array): boolean {
    if (this.#isEnding) return false;
    return this.#peer.#takeIn(bytes);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.move();
  }

  close(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#gate.mute();
    this.#peer.#peerHasEnded = true;
    this.#peer.move();
    this.move();
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#gate.mute();
    this.#breakBoth(undefined, peerLost(this.#peer.remote));
  }

  /** The network breaks it: both ends learn of it, each in its own time, and what was under way is lost. */
  cut(): void {
    if (!this.#isOver) this.#breakBoth(peerLost(this.remote), peerLost(this.#peer.remote));
  }

  /** Sees to it that what waits moves on, if it can. */
  move(): void {
    if (this.#isMoving || !this.#mayMove()) return;
    this.#isMoving = true;
    const { time, nature, chance } = this.#around;
    time.after(nature.latencyMs * chance.between(0.5, 1.5), this.#deliver);
  }

  #takeIn(bytes: Uint8Array): boolean {
    if (bytes.length > 0) this.#inbox.push(bytes);
    this.#inboxBytes += bytes.length;
    this.move();
    if (this.#inboxBytes < this.#around.nature.congestedBytes) return true;
    this.#owesDrained = true;
    return false;
  }

  #mayMove(): boolean {
    if (this.#isOver || this.#around.process.isStopped || this.#around.isSevered()) return false;
    if (this.#inbox.length === 0 && !this.#peerHasEnded) return false;
    return this.#isEnding || (this.#gate.isStarted && !this.#isPaused);
  }

  readonly #deliver = (): void => {
    this.#isMoving = false;
    if (!this.#mayMove()) return;
    const chunk = this.#nextChunk();
    if (chunk === undefined) {
      this.#closeBoth();
      return;
    }
    const { time, nature, trace } = this.#around;
    this.#inboxBytes -= chunk.length;
    this.#arrivedBytes += chunk.length;
    trace.delivered(time.nowMs, this.#number, chunk);
    this.#tellDrained();
    if (!this.#isEnding) this.#gate.received(chunk);
    if (this.#isMoving || !this.#mayMove()) return;
    this.#isMoving = true;
    time.after(chunk.length / nature.bytesPerMs, this.#deliver);
  };

  /** `undefined`: there is nothing more. */
  #nextChunk(): Uint8Array | undefined {
    const first = this.#inbox[0];
    if (first === undefined) return undefined;
    const { nature, chance } = this.#around;
    const isSingle = this.#arrivedBytes < nature.singleBytes;
    const length = isSingle ? 1 : chance.integer(1, nature.chunkBytes);
    const parts: Uint8Array[] = [];
    let wanted = length;
    while (wanted > 0 && this.#inbox.length > 0) {
      const part = this.#inbox[0]!;
      const taken = part.subarray(0, wanted);
      parts.push(taken);
      wanted -= taken.length;
      if (taken.length === part.length) this.#inbox.shift();
      else this.#inbox[0] = part.subarray(taken.length);
    }
    return joined(parts, length - wanted);
  }

  #tellDrained(): void {
    if (!this.#owesDrained || this.#inboxBytes > 0) return;
    this.#owesDrained = false;
    const peer = this.#peer;
    this.#around.time.after(0, () => peer.#inform(() => peer.#gate.drained()));
  }

  #closeBoth(): void {
    this.#end();
    this.#gate.closed();
    const peer = this.#peer;
    this.#around.time.after(this.#around.nature.latencyMs, () => peer.#inform(() => peer.#gate.closed()));
  }

  #breakBoth(ownError: ReturnType<typeof peerLost> | undefined, peersError: ReturnType<typeof peerLost>): void {
    this.#end();
    const { time, nature, chance } = this.#around;
    const peer = this.#peer;
    time.after(0, () => this.#inform(() => this.#gate.closed(ownError)));
    time.after(nature.latencyMs * chance.between(0, 2), () => peer.#inform(() => peer.#gate.closed(peersError)));
  }

  /** A stopped process learns of it when it goes on. */
  #inform(tell: () => void): void {
    this.#around.process.run(tell);
  }

  /** Drops whatever is under way in both directions. */
  #end(): void {
    for (const end of [this, this.#peer]) {
      end.#isOver = true;
      end.#isEnding = true;
      end.#inbox = [];
      end.#inboxBytes = 0;
    }
    this.#around.over();
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const chunk = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    chunk.set(part, at);
    at += part.length;
  }
  return chunk;
}
