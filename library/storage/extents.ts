/**
 * How much of each segment still counts, of the segments that a ledger was told of, in order.
 *
 * Columns of numbers in pages: who writes one entry at a time has as many segments as entries, and an object for each would
 * take three times as much, in an array that is copied whole when it grows. That no entry counts any more is one number, not
 * a step for each segment. Invariant: `liveBytes` is the sum over the segments that were not dropped, by estimate, of what
 * still counts of each. Knows nothing of what records say.
 */
const pageBits = 10;
const pageExtents = 1 << pageBits;

interface Page {
  readonly sequences: Float64Array;
  /** Number of the first record of each; records are numbered through. */
  readonly firsts: Float64Array;
  readonly records: Uint32Array;
  readonly bytes: Uint32Array;
  /** Entries that count, and whatever else does. */
  readonly entries: Uint32Array;
  readonly others: Uint32Array;
}

/** What of a segment may count. */
export type Counted = "entries" | "others";

export class Extents {
  #pages: Page[] = [];
  /** Place of the first of `#pages`; places are numbered through. */
  #start = 0;
  /** Those before it were dropped. */
  #oldest = 0;
  #end = 0;
  /** Of those before it no entry counts. */
  #cleared = 0;
  #bytes = 0;
  #entryBytes = 0;
  #otherBytes = 0;

  /** Of all that were not dropped. */
  get bytes(): number {
    return this.#bytes;
  }

  get liveBytes(): number {
    return this.#entryBytes + this.#otherBytes;
  }

  /** Sequence of the oldest that was not dropped. */
  get needed(): number | undefined {
    return this.#oldest === this.#end ? undefined : this.#sequenceAt(this.#oldest);
  }

  /** Number of the first record that was not dropped. */
  get firstRecord(): number {
    return this.#oldest === this.#end ? 0 : this.#firstAt(this.#oldest);
  }

  /** Another one, behind all others; nothing of it counts yet. `first`: number of its first record. */
  add(sequence: number, first: number, records: number, bytes: number): void {
    const slot = slotOf(this.#end);
    if (this.#end - this.#start === this.#pages.length * pageExtents) this.#pages.push(newPage());
    const page = this.#pages.at(-1)!;
    page.sequences[slot] = sequence;
    page.firsts[slot] = first;
    page.records[slot] = records;
    page.bytes[slot] = bytes;
    this.#end += 1;
    this.#bytes += bytes;
  }

  /** One more record of the newest counts. */
  count(what: Counted): void {
    this.#change(this.#end - 1, what, 1);
  }

  /** The record of this number, which did, counts no more. */
  void(what: Counted, number: number): void {
    if (number >= this.firstRecord)
      this.#change(
        this.#lastUpTo(number, (place) => this.#firstAt(place)),
        what,
        -1,
      );
  }

  /** No entry counts any more. */
  voidEntries(): void {
    this.#cleared = this.#end - 1; // the newest is written on
    if (this.#end > this.#oldest) this.#pageOf(this.#cleared).entries[slotOf(this.#cleared)] = 0;
    this.#entryBytes = 0;
  }

  /** The oldest segments, at least so many bytes of them; the newest is not among them, for it carries on the chain. */
  oldest(bytes: number): readonly number[] {
    const sequences: number[] = [];
    let sum = 0;
    for (let place = this.#oldest; place < this.#end - 1 && sum < bytes; place++) {
      sequences.push(this.#sequenceAt(place));
      sum += this.#pageOf(place).bytes[slotOf(place)]!;
    }
    return sequences;
  }

  /** Segments before this one were moved, or are void. The newest stays. */
  drop(needed: number): void {
    while (this.#oldest < this.#end - 1 && this.#sequenceAt(this.#oldest) < needed) {
      const page = this.#pageOf(this.#oldest);
      const slot = slotOf(this.#oldest);
      this.#bytes -= page.bytes[slot]!;
      if (this.#oldest >= this.#cleared) this.#entryBytes -= page.entries[slot]! * bytesOfRecord(page, slot);
      this.#otherBytes -= page.others[slot]! * bytesOfRecord(page, slot);
      this.#oldest += 1;
    }
    const gone = (this.#oldest - this.#start) >> pageBits;
    if (gone === 0) return;
    this.#pages = this.#pages.slice(gone);
    this.#start += gone * pageExtents;
  }

  /** Number of the first record of a segment; `undefined`: it was dropped, or is not known. */
  firstOf(sequence: number): number | undefined {
    if (this.#oldest === this.#end) return undefined;
    const place = this.#lastUpTo(sequence, (each) => this.#sequenceAt(each));
    return this.#sequenceAt(place) === sequence ? this.#firstAt(place) : undefined;
  }

  #change(place: number, what: Counted, by: 1 | -1): void {
    const page = this.#pageOf(place);
    const slot = slotOf(place);
    page[what][slot]! += by;
    if (what === "entries") this.#entryBytes += by * bytesOfRecord(page, slot);
    else this.#otherBytes += by * bytesOfRecord(page, slot);
  }

  #pageOf(place: number): Page {
    return this.#pages[(place - this.#start) >> pageBits]!;
  }

  #sequenceAt(place: number): number {
    return this.#pageOf(place).sequences[slotOf(place)]!;
  }

  #firstAt(place: number): number {
    return this.#pageOf(place).firsts[slotOf(place)]!;
  }

  /** The last place of which `at` is not beyond `sought`. */
  #lastUpTo(sought: number, at: (place: number) => number): number {
    let low = this.#oldest;
    let high = this.#end - 1;
    while (low < high) {
      const middle = Math.floor((low + high + 1) / 2);
      if (at(middle) <= sought) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function newPage(): Page {
  return {
    sequences: new Float64Array(pageExtents),
    firsts: new Float64Array(pageExtents),
    records: new Uint32Array(pageExtents),
    bytes: new Uint32Array(pageExtents),
    entries: new Uint32Array(pageExtents),
    others: new Uint32Array(pageExtents),
  };
}

function slotOf(place: number): number {
  return place & (pageExtents - 1);
}

function bytesOfRecord({ bytes, records }: Page, slot: number): number {
  return records[slot] === 0 ? 0 : bytes[slot]! / records[slot]!;
}
