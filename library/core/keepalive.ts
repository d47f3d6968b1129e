/**
 * Tells a silent peer from a dead one.
 *
 * Invariant: one ping is asked for in each silence, and nobody is dead who was not asked first: after a stall of our
 * own the peer's bytes are still unread, and it is heard before it can be condemned.
 * Knows nothing of frames or timers: the driver says when bytes came, and calls `check` at `deadlineMs`.
 */
import { limits } from "./limits.ts";

export class Keepalive {
  #heardMs: number;
  #askedMs: number | undefined; // when a ping was asked for in the present silence
  readonly #pingAfterMs: number;
  readonly #deadAfterMs: number;

  constructor(
    nowMs: number,
    { pingAfterMs = limits.pingAfterMs, deadAfterMs = limits.deadAfterMs }: KeepaliveOptions = {},
  ) {
    this.#heardMs = nowMs;
    this.#pingAfterMs = pingAfterMs;
    this.#deadAfterMs = deadAfterMs;
  }

  /** Bytes came, of whatever kind. Cheap: it runs for every chunk. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
    this.#askedMs = undefined;
  }

  /** "ping": send one now. "dead": give the connection up. A check ahead of `deadlineMs` is harmless. */
  check(nowMs: number): "ok" | "ping" | "dead" {
    if (nowMs < this.deadlineMs) return "ok";
    if (this.#askedMs !== undefined) return "dead";
    this.#askedMs = nowMs;
    return "ping";
  }

  /** When `check` has something to say, unless bytes come first: a timer set for it may fire early, never late. */
  get deadlineMs(): number {
    if (this.#askedMs === undefined) return this.#heardMs + this.#pingAfterMs;
    return Math.max(this.#heardMs + this.#deadAfterMs, this.#askedMs + this.#pingAfterMs);
  }
}

export interface KeepaliveOptions {
  readonly pingAfterMs?: number;
  readonly deadAfterMs?: number;
}
