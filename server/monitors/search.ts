/**
 * The rows of a ring that a search shows, kept up as rows come and go.
 *
 * Invariant: `#matches` holds, in order, the number of every matching row from the ring's oldest up to `#next`, and each
 * row is looked at once. Work is done when somebody asks and not as rows arrive, so a search nobody reads costs nothing.
 * Knows nothing of what makes a row match, nor of time: the caller says how long to go on.
 */
import type { Ring } from "./ring.ts";

/** Rows shown, by their place: 0 is the oldest. */
export interface ShownRows {
  /** How many shown rows have a number of at most `upTo`. */
  count(upTo?: number): number;
  /** Number of the row at a place below `count()`. */
  rowAt(place: number): number;
}

/** Rows looked at before the caller is asked again whether to go on. */
const rowsBetweenLooks = 64;
/** Fewer places of rows that have left than this are not worth tidying up. */
const fewStalePlaces = 4096;

export class RowSearch<Kept> implements ShownRows {
  readonly #ring: Ring<Kept>;
  readonly #isMatch: (kept: Kept) => boolean;
  #matches: number[] = [];
  #first = 0; // place in `#matches` of the oldest row that is still there
  #next = 0; // number of the next row to look at

  constructor(ring: Ring<Kept>, isMatch: (kept: Kept) => boolean) {
    this.#ring = ring;
    this.#isMatch = isMatch;
  }

  /** The row that is looked at now, or next. */
  get next(): number {
    return this.#next;
  }

  /** Looks at rows that are new, until there are none (true) or `mayGoOn` says no (false). */
  advance(mayGoOn: () => boolean): boolean {
    this.#next = Math.max(this.#next, this.#ring.oldest);
    while (this.#next <= this.#ring.newest) {
      const end = Math.min(this.#next + rowsBetweenLooks, this.#ring.newest + 1);
      while (this.#next < end) this.#look();
      if (!mayGoOn()) break;
    }
    return this.#next > this.#ring.newest;
  }

  count(upTo = Number.POSITIVE_INFINITY): number {
    this.#forgetEvicted();
    return this.#placeAfter(upTo) - this.#first;
  }

  rowAt(place: number): number {
    return this.#matches[this.#first + place] ?? -1;
  }

  #look(): void {
    const kept = this.#ring.get(this.#next);
    if (kept !== undefined && this.#isMatch(kept)) this.#matches.push(this.#next);
    this.#next++;
  }

  #forgetEvicted(): void {
    this.#first = this.#placeAfter(this.#ring.oldest - 1);
    if (this.#first < fewStalePlaces || this.#first < this.#matches.length / 2) return;
    this.#matches = this.#matches.slice(this.#first);
    this.#first = 0;
  }

  /** Place in `#matches` of the first row with a number above `row`, by halving. */
  #placeAfter(row: number): number {
    let low = this.#first;
    let high = this.#matches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#matches[middle] ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Every row of the ring: what is shown without a search. */
export class AllRows implements ShownRows {
  readonly #ring: Ring<unknown>;

  constructor(ring: Ring<unknown>) {
    this.#ring = ring;
  }

  count(upTo = Number.POSITIVE_INFINITY): number {
    return Math.max(0, Math.min(upTo, this.#ring.newest) - this.#ring.oldest + 1);
  }

  rowAt(place: number): number {
    return this.#ring.oldest + place;
  }
}
