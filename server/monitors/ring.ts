/**
 * A bounded ring of rows: the newest are kept, the oldest make room for them.
 *
 * Invariant: received = kept + evicted + cleared, and the rows kept carry the numbers `oldest` to `newest` without a
 * hole. A number is given out once, so that a row can be named for as long as somebody remembers it.
 * Knows nothing of messages, text or time: a row is whatever the caller keeps, with the bytes that it says it takes.
 */

/** Slots of a new ring; it doubles when they are full, so that a ring of few rows stays small. */
const firstSlots = 256;

export class Ring<Kept> {
  readonly maxRows: number;
  readonly maxBytes: number;

  #kept: (Kept | undefined)[] = new Array<Kept | undefined>(firstSlots).fill(undefined);
  #sizes: number[] = new Array<number>(firstSlots).fill(0);
  #start = 0; // slot of the oldest row
  #count = 0;
  #bytes = 0;
  #received = 0;
  #evicted = 0;
  #cleared = 0;

  constructor(maxRows: number, maxBytes: number) {
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
  }

  get kept(): number {
    return this.#count;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get received(): number {
    return this.#received;
  }
  get evicted(): number {
    return this.#evicted;
  }
  get cleared(): number {
    return this.#cleared;
  }

  /** Number of the oldest row kept; of the next to come while there is none. */
  get oldest(): number {
    return this.#received - this.#count;
  }

  /** Number of the newest row kept; -1 while there is none. */
  get newest(): number {
    return this.#count === 0 ? -1 : this.#received - 1;
  }

  /** Keeps a row, at the cost of the oldest where there is no room. Returns its number. */
  push(kept: Kept, bytes: number): number {
    if (this.#count === this.maxRows) this.evictOldest();
    if (this.#count === this.#kept.length) this.#grow();

    const slot = this.#slot(this.#count);
    this.#kept[slot] = kept;
    this.#sizes[slot] = bytes;
    this.#count++;
    this.#bytes += bytes;
    while (this.#bytes > this.maxBytes) this.evictOldest();
    return this.#received++;
  }

  /** The row of that number; `undefined` when it has left, or is yet to come. */
  get(row: number): Kept | undefined {
    const place = row - this.oldest;
    return place >= 0 && place < this.#count ? this.#kept[this.#slot(place)] : undefined;
  }

  /** Makes the oldest row leave. False when there is none. */
  evictOldest(): boolean {
    if (this.#count === 0) return false;
    this.#bytes -= this.#sizes[this.#start] ?? 0;
    this.#kept[this.#start] = undefined; // so that its memory goes with it
    this.#start = this.#slot(1);
    this.#count--;
    this.#evicted++;
    return true;
  }

  /** Forgets all rows; numbers and counters go on. */
  clear(): void {
    this.#cleared += this.#count;
    this.#kept = new Array<Kept | undefined>(firstSlots).fill(undefined);
    this.#sizes = new Array<number>(firstSlots).fill(0);
    this.#start = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  #slot(place: number): number {
    const slot = this.#start + place;
    return slot < this.#kept.length ? slot : slot - this.#kept.length;
  }

  /** Twice the slots, at most one for each row that may be kept, with the oldest row in the first. */
  #grow(): void {
    const slots = Math.min(this.#kept.length * 2, Math.max(this.maxRows, firstSlots));
    this.#kept = unrolled<Kept | undefined>(this.#kept, this.#start, slots, undefined);
    this.#sizes = unrolled(this.#sizes, this.#start, slots, 0);
    this.#start = 0;
  }
}

function unrolled<Slot>(full: readonly Slot[], start: number, length: number, empty: Slot): Slot[] {
  const rolledOut = full.slice(start).concat(full.slice(0, start));
  return rolledOut.concat(new Array<Slot>(length - full.length).fill(empty));
}
