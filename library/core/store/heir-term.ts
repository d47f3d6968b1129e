/**
 * The heir's half of a term (F2): when it may take over.
 *
 * Invariant: each answer to a ping is a promise not to take over for `takeoverMs`; and only who was once in sync with the
 * authority that named it ever takes over. It lasts for one life of both: a new life of either begins anew.
 */
import { limits } from "../limits.ts";
import type { Place } from "./epochs.ts";
import type { Party } from "./term-messages.ts";

export class HeirTerm {
  readonly authority: Party;
  readonly epoch: number;
  readonly #syncRevision: number;
  #isPromotable = false;
  /** Until when we wait. */
  #waitsUntilMs: number;
  #wasLate = false;

  constructor(authority: Party, epoch: number, syncRevision: number, nowMs: number) {
    this.authority = authority;
    this.epoch = epoch;
    this.#syncRevision = syncRevision;
    this.#waitsUntilMs = nowMs + limits.takeoverMs;
  }

  get isPromotable(): boolean {
    return this.#isPromotable;
  }

  /** When `isDue` may become true. */
  get deadlineMs(): number | undefined {
    return this.#isPromotable ? this.#waitsUntilMs : undefined;
  }

  /** We hold this. Of an epoch with this number that another life began nothing counts: we may have left ours for it. */
  hold({ epoch, revision, by }: Place, isLive: boolean): void {
    if (epoch !== this.epoch) return;
    if (by !== this.authority.life) this.#isPromotable = false;
    else if (isLive && revision >= this.#syncRevision) this.#isPromotable = true;
  }

  /** The authority was heard, and an answer goes out. */
  heard(nowMs: number): void {
    this.#waitsUntilMs = Math.max(this.#waitsUntilMs, nowMs + limits.takeoverMs);
    this.#wasLate = false;
  }

  /** Nothing came of a try to take over: the next one is not at once. */
  wait(nowMs: number): void {
    this.#waitsUntilMs = nowMs + limits.termRetryMs;
  }

  /** Is it time to take over? */
  isDue(nowMs: number): boolean {
    if (!this.#isPromotable || nowMs < this.#waitsUntilMs) return false;
    // We were paused ourselves: what the authority said meanwhile is still unread.
    if (!this.#wasLate && nowMs > this.#waitsUntilMs + limits.termPingMs) {
      this.#wasLate = true;
      this.#waitsUntilMs = nowMs + limits.termPingMs;
      return false;
    }
    return true;
  }
}
