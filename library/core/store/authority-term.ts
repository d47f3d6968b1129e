/**
 * The authority's half of a term (F2, F3): its heir, and until when it may answer.
 *
 * Invariant: while there is an heir, nothing is answered later than `termMs` after the sending of a ping that the heir
 * answered, or of the first ping that named it heir: so the heir, which waits `takeoverMs` after its answer, cannot have
 * taken over yet, however long we were paused. Knows nothing of how an heir is chosen, or of what comes without one.
 */
import { limits } from "../limits.ts";
import type { Place } from "./epochs.ts";
import type { Party, TermMessage } from "./term-messages.ts";

type Pong = Extract<TermMessage, { kind: "pong" }>;

export class AuthorityTerm {
  readonly epoch: number;
  heir: Party | undefined;
  /** The heir may take over only if it holds this. */
  syncRevision = 0;
  /** What the heir holds of our history; -1 until it said so. */
  held = -1;
  /** When the next ping is due. */
  pingMs: number;

  readonly #life: string;
  #number = 0;
  /** The number of the first ping that named the heir. */
  #firstNumber = 0;
  /** When the last ping that counts was sent; `undefined`: none was answered yet. */
  #countsMs: number | undefined;
  /** Answers count only when the heir is in sync. */
  #mustHold = false;
  /** When pings were sent that may still be answered in time. */
  readonly #sentMs = new Map<number, number>();

  /** `life`: our own, which began the epoch. */
  constructor(epoch: number, life: string, nowMs: number) {
    this.epoch = epoch;
    this.#life = life;
    this.pingMs = nowMs;
  }

  /** Until when we may answer; `undefined`: there is no heir, hence no end. */
  get untilMs(): number | undefined {
    return this.heir === undefined ? undefined : (this.#countsMs ?? Number.NEGATIVE_INFINITY) + limits.termMs;
  }

  /** Of the last ping that went out; 0 before. */
  get sentNumber(): number {
    return this.#number;
  }

  holds(nowMs: number): boolean {
    return nowMs < (this.untilMs ?? Number.POSITIVE_INFINITY);
  }

  get isProtected(): boolean {
    return this.heir !== undefined && this.held >= this.syncRevision;
  }

  /** The first ping that names it must be sent right after. Until then nobody else knows, so the term holds from now. */
  appoint(heir: Party, syncRevision: number, nowMs: number): void {
    this.#name(heir, syncRevision, nowMs);
    this.#countsMs = nowMs;
    this.#mustHold = false;
  }

  /** The heir in another life of it, which knows nothing yet: nothing is answered until it is in sync. */
  reappoint(heir: Party, syncRevision: number, nowMs: number): void {
    this.#name(heir, syncRevision, nowMs);
    this.#countsMs = undefined;
    this.#mustHold = true;
  }

  #name(heir: Party, syncRevision: number, nowMs: number): void {
    this.heir = heir;
    this.syncRevision = syncRevision;
    this.held = -1;
    this.#firstNumber = this.#number + 1;
    this.pingMs = nowMs;
  }

  dismiss(): void {
    this.heir = undefined;
    this.#countsMs = undefined;
  }

  ping(from: Party, nowMs: number): TermMessage {
    this.#number += 1;
    for (const [number, sentMs] of this.#sentMs) if (sentMs + limits.termMs <= nowMs) this.#sentMs.delete(number);
    this.#sentMs.set(this.#number, nowMs);
    this.pingMs = nowMs + limits.termPingMs;
    const { epoch, syncRevision } = this;
    return { kind: "ping", from, epoch, number: this.#number, heir: this.heir?.life, syncRevision };
  }

  /** The heir answered. */
  answered({ number, held }: Pong): void {
    const sentMs = this.#sentMs.get(number);
    if (sentMs === undefined || number < this.#firstNumber) return;
    this.hold(held);
    if (this.#mustHold && !this.isProtected) return;
    this.#countsMs = Math.max(this.#countsMs ?? sentMs, sentMs);
  }

  /** Of an epoch that another life began, though with the same number, it means nothing. */
  hold({ epoch, revision, by }: Place): void {
    if (epoch === this.epoch && by === this.#life) this.held = Math.max(this.held, revision);
  }

  /**
   * Does this answer show that the heir's life is over, and that it did not take over? Another life of it answers, to a
   * ping that we sent since the heir was named, and it would remember (of a later epoch we would not be told like this); or
   * it comes while the term holds, so the life before was over before its turn came.
   */
  isProofOfRestart({ from, number, remembers }: Pong, nowMs: number): boolean {
    const isOther = from.node === this.heir?.node && from.life !== this.heir.life;
    return isOther && (remembers || this.holds(nowMs)) && number >= this.#firstNumber;
  }
}
