/**
 * What a link has to tell, on its way to whoever started the link.
 *
 * Invariant: nothing is told before `start`; `closed` is told exactly once and last of all; between a close of our
 * own and `closed` nothing else is told. Knows nothing of what carries the bytes: chunks that arrive before `start`
 * are the link's to hold back, for only it can stop the source.
 */
import { assert, type SwitchyardError } from "../core/errors.ts";
import type { LinkEvents } from "./transport.ts";

export class EventGate implements LinkEvents {
  #events: LinkEvents | undefined;
  #isMuted = false;
  #isOver = false; // closed: nothing can follow
  #heldDrained = false;
  #heldClosed: { readonly error: SwitchyardError | undefined } | undefined;

  get isStarted(): boolean {
    return this.#events !== undefined;
  }

  start(events: LinkEvents): void {
    assert(this.#events === undefined, "a link is started once");
    this.#events = events;
    if (this.#heldDrained || this.#heldClosed) process.nextTick(() => this.#tellHeld());
  }

  /** We close: whatever still arrives is nobody's business. */
  mute(): void {
    this.#isMuted = true;
  }

  received(chunk: Uint8Array): void {
    if (!this.#isMuted) this.#events?.received(chunk);
  }

  drained(): void {
    if (this.#isMuted) return;
    if (this.#events) this.#events.drained();
    else this.#heldDrained = true;
  }

  closed(error?: SwitchyardError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isMuted = true;
    if (this.#events) this.#tellClosed(this.#events, error);
    else this.#heldClosed = { error };
  }

  #tellHeld(): void {
    if (this.#heldDrained) this.drained();
    if (this.#events && this.#heldClosed) this.#tellClosed(this.#events, this.#heldClosed.error);
  }

  #tellClosed(events: LinkEvents, error: SwitchyardError | undefined): void {
    if (error) events.closed(error);
    else events.closed();
  }
}
