/**
 * Whom a replica follows, and what is known of them.
 *
 * Invariant: the epoch never goes down, and of one epoch one node is followed until nothing is heard of it any more.
 * Knows nothing of tables. Times are ms on the monotonic clock.
 */
import { limits } from "../limits.ts";
import type { Head } from "./replica-messages.ts";

/**
 * What a head was:
 * - `same`: of the authority that we follow;
 * - `other`: of a higher epoch, or the first; followed from now on;
 * - `usurper`: of another node in the same epoch, while nothing is heard of ours; followed from now on;
 * - `rival`: the same, while ours is heard; not listened to;
 * - `fenced`: of a lower epoch; not listened to.
 */
export type Heard = "same" | "other" | "usurper" | "rival" | "fenced";

export class KnownAuthority {
  /** The latest that is known; `undefined` before any was heard. */
  head: Head | undefined;
  /** The revision that it had when we first heard of it; `undefined` once that is reached. */
  goal: number | undefined;
  readonly #floor: number;
  #heardMs: number;
  #isLost = false;

  /** `floor`: the epoch of what we have already. */
  constructor(nowMs: number, floor: number) {
    this.#heardMs = nowMs;
    this.#floor = floor;
  }

  get highestEpoch(): number {
    return this.head?.epoch ?? this.#floor;
  }

  ageMs(nowMs: number): number {
    return nowMs - this.#heardMs;
  }

  isHeard(nowMs: number): boolean {
    return !this.#isLost && this.ageMs(nowMs) < limits.storeStaleMs;
  }

  /** When it is not heard any more, if it stays silent. */
  get staleMs(): number {
    return this.#heardMs + limits.storeStaleMs;
  }

  /** It has left; cleared by whatever is heard. */
  lose(): void {
    this.#isLost = true;
  }

  hear(head: Head, nowMs: number): Heard {
    if (head.epoch < this.highestEpoch) return "fenced";
    const isSameEpoch = this.head?.epoch === head.epoch;
    const isSame = isSameEpoch && this.head?.node === head.node;
    if (isSameEpoch && !isSame && this.isHeard(nowMs)) return "rival";
    if (isSame) {
      this.hearRevision(head.revision, nowMs);
      return "same";
    }
    this.#heardMs = nowMs;
    this.#isLost = false;
    this.head = head;
    this.goal = head.revision;
    return isSameEpoch ? "usurper" : "other";
  }

  /** Of the one that we follow; what is late says less than we know. */
  hearRevision(revision: number, nowMs: number): void {
    this.#heardMs = nowMs;
    this.#isLost = false;
    if (this.head !== undefined && revision > this.head.revision) this.head = { ...this.head, revision };
  }

  /**
   * What it answered, asked when we believed that it had `believed`. It forgets nothing in its epoch: if it has less, what
   * we had heard was false, and would keep us asking for ever.
   */
  correct(revision: number, believed: number | undefined): void {
    if (this.goal !== undefined) this.goal = Math.min(this.goal, revision);
    if (this.head === undefined || believed === undefined || revision >= believed) return;
    if (this.head.revision === believed) this.head = { ...this.head, revision };
  }
}
