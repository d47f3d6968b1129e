/**
 * Which entries are due.
 *
 * Invariant: what goes `after` a while is due by the monotonic clock, whatever the wall clock does; what goes `at` a time
 * is due by the wall clock as it was seen last, carried on by the monotonic one. What was due once stays due. Knows
 * entries by `keyOf` of their keys; times are in ms.
 */
import { limits } from "../limits.ts";
import { keyOf } from "../values/index.ts";
import type { Entry } from "./change.ts";
import { Deadlines } from "./deadlines.ts";
import type { Table } from "./table.ts";

export class Expiry {
  /** By the monotonic clock. */
  readonly #after = new Deadlines();
  /** By the wall clock, or the latest time that it ever showed: what was due by it stays due when it goes back. */
  readonly #at = new Deadlines();
  /** By the wall clock as it is: what was set since it went back, and is due before the latest time that it showed. */
  readonly #again = new Deadlines();
  /** The latest time that the wall clock showed before it went back, and when that was. */
  #latest = { wallMs: Number.NEGATIVE_INFINITY, nowMs: Number.NEGATIVE_INFINITY };
  /** How far the wall clock is ahead of the monotonic one. */
  #aheadMs: number;
  #jumpMs: number | undefined;

  constructor(nowMs: number, wallMs: number) {
    this.#aheadMs = wallMs - nowMs;
  }

  /** Entries that go one day. */
  get size(): number {
    return this.#after.size + this.#at.size + this.#again.size;
  }

  /** When the first is due, on the monotonic clock. */
  get deadlineMs(): number | undefined {
    const { first: after } = this.#after;
    const { first: at } = this.#at;
    const { first: again } = this.#again;
    if (after === undefined && at === undefined && again === undefined) return undefined;
    const wasDue = at !== undefined && at <= this.#latest.wallMs;
    return Math.min(
      after ?? Number.POSITIVE_INFINITY,
      wasDue ? this.#latest.nowMs : (at ?? Number.POSITIVE_INFINITY) - this.#aheadMs,
      (again ?? Number.POSITIVE_INFINITY) - this.#aheadMs,
    );
  }

  /** The entry is what it is since `nowMs`, when the wall clock showed `wallMs`. */
  set(id: string, { expiresAtMs, expiresAfterMs }: Entry, nowMs: number, wallMs: number): void {
    const heap = this.#heapOf(expiresAtMs, expiresAfterMs);
    for (const each of [this.#after, this.#at, this.#again]) if (each !== heap) each.delete(id);
    if (heap === undefined || expiresAtMs === undefined) return;
    // After a restart less than the whole while is left, and never more, wherever the wall clock was set meanwhile.
    heap.set(id, expiresAfterMs === undefined ? expiresAtMs : nowMs + Math.min(expiresAfterMs, expiresAtMs - wallMs));
  }

  #heapOf(expiresAtMs: number | undefined, expiresAfterMs: number | undefined): Deadlines | undefined {
    if (expiresAtMs === undefined) return undefined;
    if (expiresAfterMs !== undefined) return this.#after;
    return expiresAtMs > this.#latest.wallMs ? this.#at : this.#again;
  }

  delete(id: string): void {
    if (!this.#after.delete(id) && !this.#at.delete(id)) this.#again.delete(id);
  }

  clear(): void {
    this.#after.clear();
    this.#at.clear();
    this.#again.clear();
  }

  isDue(id: string, nowMs: number): boolean {
    const after = this.#after.get(id);
    if (after !== undefined) return after <= nowMs;
    const at = this.#at.get(id);
    if (at !== undefined) return at <= this.#latestMs(nowMs);
    const again = this.#again.get(id);
    return again !== undefined && again <= nowMs + this.#aheadMs;
  }

  /** Those due, in no particular order; at most so many. */
  due(nowMs: number, most: number): readonly string[] {
    const due = this.#after.due(nowMs, most);
    if (due.length < most) due.push(...this.#at.due(this.#latestMs(nowMs), most - due.length));
    if (due.length < most) due.push(...this.#again.due(nowMs + this.#aheadMs, most - due.length));
    return due;
  }

  /** How many are due: of a million it takes some milliseconds. */
  countDue(nowMs: number): number {
    const at = this.#at.count(this.#latestMs(nowMs)) + this.#again.count(nowMs + this.#aheadMs);
    return this.#after.count(nowMs) + at;
  }

  #latestMs(nowMs: number): number {
    return Math.max(this.#latest.wallMs, nowMs + this.#aheadMs);
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
    const wallMs = nowMs + this.#aheadMs;
    if (wallMs > this.#latest.wallMs) this.#latest = { wallMs, nowMs };
    if (this.#again.size === 0) return; // as nearly always: nothing is moved then, however much is due
    for (const id of this.#again.due(wallMs, Number.POSITIVE_INFINITY)) {
      this.#at.set(id, this.#again.get(id)!);
      this.#again.delete(id);
    }
  }
}

/** Entries that are looked at in one go. */
const gatheredTogether = 1_024;

/** Which entries of a table go when, from now on. Stops now and then, so that others may run; the table is to stay as it is. */
export function* gatherExpiry(table: Table, nowMs: number, wallMs: number): Generator<undefined, Expiry> {
  const expiry = new Expiry(nowMs, wallMs);
  if (!table.mayExpire) return expiry;
  let seen = 0;
  for (const entry of table) {
    if (entry.expiresAtMs !== undefined) expiry.set(keyOf(entry.key), entry, nowMs, wallMs);
    seen += 1;
    if (seen % gatheredTogether === 0) yield undefined;
  }
  return expiry;
}
