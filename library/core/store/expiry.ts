/**
 * Which entries are due.
 *
 * Invariant: what goes `after` a while is due by the monotonic clock, whatever the wall clock does; what goes `at` a time
 * is due by the wall clock as it was seen last, carried on by the monotonic one. What was due once stays due. Knows
 * entries by `keyOf` of their keys; times are in ms.
 */
import { limits } from "../limits.ts";
import type { Entry } from "./change.ts";
import { Deadlines } from "./deadlines.ts";

export class Expiry {
  /** By the monotonic clock. */
  readonly #after = new Deadlines();
  /** By the wall clock. */
  readonly #at = new Deadlines();
  /** How far the wall clock is ahead of the monotonic one. */
  #aheadMs: number;
  #jumpMs: number | undefined;

  constructor(nowMs: number, wallMs: number) {
    this.#aheadMs = wallMs - nowMs;
  }

  /** Entries that go one day. */
  get size(): number {
    return this.#after.size + this.#at.size;
  }

  /** When the first is due, on the monotonic clock. */
  get deadlineMs(): number | undefined {
    const { first: after } = this.#after;
    const { first: at } = this.#at;
    if (at === undefined) return after;
    return after === undefined ? at - this.#aheadMs : Math.min(after, at - this.#aheadMs);
  }

  /** The entry is what it is since `nowMs`, when the wall clock showed `wallMs`. */
  set(id: string, { expiresAtMs, expiresAfterMs }: Entry, nowMs: number, wallMs: number): void {
    if (expiresAtMs === undefined || expiresAfterMs === undefined) this.#after.delete(id);
    if (expiresAtMs === undefined || expiresAfterMs !== undefined) this.#at.delete(id);
    if (expiresAtMs === undefined) return;
    // After a restart less than the whole while is left, and never more, wherever the wall clock was set meanwhile.
    if (expiresAfterMs !== undefined) this.#after.set(id, nowMs + Math.min(expiresAfterMs, expiresAtMs - wallMs));
    else this.#at.set(id, expiresAtMs);
  }

  delete(id: string): void {
    if (!this.#after.delete(id)) this.#at.delete(id);
  }

  clear(): void {
    this.#after.clear();
    this.#at.clear();
  }

  isDue(id: string, nowMs: number): boolean {
    const after = this.#after.get(id);
    if (after !== undefined) return after <= nowMs;
    const at = this.#at.get(id);
    return at !== undefined && at <= nowMs + this.#aheadMs;
  }

  /** Those due, in no particular order; at most so many. */
  due(nowMs: number, most: number): readonly string[] {
    const after = this.#after.due(nowMs, most);
    return after.length === most ? after : [...after, ...this.#at.due(nowMs + this.#aheadMs, most - after.length)];
  }

  /** Takes notice of where the wall clock is. */
  observe(nowMs: number, wallMs: number): void {
    const aheadMs = wallMs - nowMs;
    const jumpMs = aheadMs - this.#aheadMs;
    if (jumpMs < 0) this.#keepDue(nowMs);
    this.#aheadMs = aheadMs;
    if (Math.abs(jumpMs) > limits.clockJumpMs) this.#jumpMs = (this.#jumpMs ?? 0) + jumpMs;
  }

  /** By how much the wall clock jumped since this was asked last; once. */
  takeJumpMs(): number | undefined {
    const jumpMs = this.#jumpMs;
    this.#jumpMs = undefined;
    return jumpMs;
  }

  /** The wall clock goes back: what was due before may have been missed by a reader already, and must not come back. */
  #keepDue(nowMs: number): void {
    const due = this.#at.due(nowMs + this.#aheadMs, Number.POSITIVE_INFINITY);
    for (const id of due) {
      this.#at.delete(id);
      this.#after.set(id, nowMs);
    }
  }
}
