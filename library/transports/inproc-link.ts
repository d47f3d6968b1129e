/**
 * Both ends of a link within one process. Each end holds what the other one sent and it has not taken.
 *
 * Invariant: an inbox is delivered in order, at the end of a turn, as copies, and only while its end wants it;
 * what is sent during a delivery waits for the next turn. Knows nothing of ids or listeners.
 */
import { bounds } from "./bounds.ts";
import { EventGate } from "./event-gate.ts";
import { peerLost } from "./failures.ts";
import type { Link, LinkEvents } from "./transport.ts";

class InprocLink implements Link {
  readonly remote: string;
  readonly #gate = new EventGate();
  #peer: InprocLink = this; // until paired
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #owesDrained = false; // the peer was told false
  #peerHasEnded = false; // nothing follows what is in the inbox
  #isPaused = false;
  #isEnding = false; // nothing is sent any more, and what arrives is dropped
  #isScheduled = false;

  constructor(remote: string) {
    this.remote = remote;
  }

  pairWith(peer: InprocLink): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  start(events: LinkEvents): void {
    this.#gate.start(events);
    this.#schedule();
  }

  send(bytes: Uint8Array): boolean {
    return !this.#isEnding && this.#peer.#takeIn(bytes);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  /** Takes as long as the peer takes to take what is queued: forever, if it stays paused. */
  close(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#gate.mute();
    this.#peer.#peerHasEnded = true;
    this.#peer.#schedule();
    this.#schedule();
  }

  destroy(): void {
    this.#gate.mute();
    this.#peer.#gate.mute();
    this.#end();
    const error = peerLost(this.#peer.remote);
    setImmediate(() => {
      this.#gate.closed();
      this.#peer.#gate.closed(error);
    });
  }

  #takeIn(bytes: Uint8Array): boolean {
    this.#inbox.push(bytes);
    this.#inboxBytes += bytes.length;
    this.#schedule();
    if (this.#inboxBytes < bounds.congestedBytes) return true;
    this.#owesDrained = true;
    return false;
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#wantsInbox()) return;
    if (this.#inbox.length === 0 && !this.#peerHasEnded) return;
    this.#isScheduled = true;
    setImmediate(this.#deliver);
  }

  #wantsInbox(): boolean {
    return this.#isEnding || (this.#gate.isStarted && !this.#isPaused);
  }

  readonly #deliver = (): void => {
    this.#isScheduled = false;
    const end = this.#inbox.length;
    let taken = 0;
    while (taken < end && this.#wantsInbox()) this.#passOn(this.#inbox[taken++]);
    this.#inbox.splice(0, taken);
    this.#schedule();
    if (this.#owesDrained && this.#inboxBytes < bounds.congestedBytes) {
      this.#owesDrained = false;
      this.#peer.#gate.drained();
    }
    if (this.#peerHasEnded && this.#inbox.length === 0 && this.#wantsInbox()) this.#closeBoth();
  };

  #passOn(bytes: Uint8Array | undefined): void {
    if (!bytes) return; // destroyed meanwhile
    this.#inboxBytes -= bytes.length;
    if (bytes.length > 0 && !this.#isEnding) this.#gate.received(new Uint8Array(bytes));
  }

  #closeBoth(): void {
    this.#end();
    this.#gate.closed();
    this.#peer.#gate.closed();
  }

  /** Drops whatever is under way in both directions. */
  #end(): void {
    for (const end of [this, this.#peer]) {
      end.#isEnding = true;
      end.#peerHasEnded = false;
      end.#inbox = [];
      end.#inboxBytes = 0;
    }
  }
}

/** @param id of the listener: where one end is connected to, and what the other one was accepted from */
export function inprocPair(id: string): readonly [connected: Link, accepted: Link] {
  const connected = new InprocLink(id);
  const accepted = new InprocLink(id);
  connected.pairWith(accepted);
  return [connected, accepted];
}
