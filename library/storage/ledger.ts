/**
 * Which records of which segments still count: the place of every entry, and how far each client's results are needed.
 *
 * It is told each segment in turn, as it is written or found on opening, and comes to the same either way.
 * Invariant: `size` is the number of entries. Knows nothing of values, or of where segments are kept.
 */
import type { Entry } from "../core/store/change.ts";
import { keyOf } from "../core/values/index.ts";
import {
  bodyOf,
  isLead,
  RecordKind,
  recordsOf,
  unpackEntry,
  unpackForget,
  unpackKey,
  unpackLead,
  unpackRange,
} from "./record.ts";
import { headerBytes, type Segment } from "./segment.ts";
import type { Lead } from "./storage.ts";

/** A record that still counts, and what it is. */
export interface Live {
  readonly kind: number;
  readonly start: number;
  readonly at: number;
  readonly end: number;
  /** Of results: the first number that is still needed. */
  readonly from: number;
}

interface Extent {
  readonly sequence: number;
  /** Number of its first record; records are numbered through. */
  readonly first: number;
  readonly records: number;
  readonly bytes: number;
  live: number;
}

/** Results of a client from `from` up to before `end` are kept. */
interface Client {
  from: number;
  end: number;
  /** Records that hold them: its number, and up to where it goes. */
  pieces: { readonly number: number; readonly end: number }[];
}

export class Ledger {
  lead: Lead | undefined;
  #leadRecord = -1;
  /** Of each entry the number of its record. */
  #entries = new Map<string, number>();
  readonly #clients = new Map<string, Client>();
  #extents: Extent[] = [];
  #oldest = 0; // those before it have been moved
  #records = 0;
  #bytes = 0;
  #liveBytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is an entry of the key that `keyOf` gives this name. */
  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** More is void than not, and more than is spared. */
  isWasteful(spareBytes: number): boolean {
    return this.#bytes > 2 * this.#liveBytes + spareBytes;
  }

  /** The segment from which on there is something that counts. */
  get needed(): number | undefined {
    return this.#extents[this.#oldest]?.sequence;
  }

  /** The oldest segments that are to be moved, at least so many bytes of them. */
  oldest(bytes: number): readonly number[] {
    const sequences: number[] = [];
    let sum = 0;
    // The newest stays: something must carry on the chain.
    for (let i = this.#oldest; i < this.#extents.length - 1 && sum < bytes; i++) {
      sequences.push(this.#extents[i]!.sequence);
      sum += this.#extents[i]!.bytes;
    }
    return sequences;
  }

  /** Segments before this one were moved, or are void. */
  drop(needed: number): void {
    while (this.#oldest < this.#extents.length - 1 && this.#extents[this.#oldest]!.sequence < needed) {
      const extent = this.#extents[this.#oldest]!;
      this.#bytes -= extent.bytes;
      this.#liveBytes -= liveBytesOf(extent);
      extent.live = 0;
      this.#oldest += 1;
    }
    if (this.#oldest < 1024) return;
    this.#extents = this.#extents.slice(this.#oldest);
    this.#oldest = 0;
  }

  take(segment: Segment): void {
    const { bytes, sequence } = segment;
    const found = [...recordsOf(bytes, headerBytes)];
    const extent: Extent = { sequence, first: this.#records, records: found.length, bytes: bytes.length, live: 0 };
    this.#extents.push(extent);
    this.#bytes += bytes.length;
    for (const each of found) {
      this.#apply(each.kind, bodyOf(bytes, each));
      this.#records += 1;
    }
  }

  /** The entries of a segment that count. */
  entriesOf(segment: Segment): readonly Entry[] {
    let number = this.#extentOf(segment)?.first;
    if (number === undefined) return [];
    const entries: Entry[] = [];
    for (const found of recordsOf(segment.bytes, headerBytes)) {
      if (found.kind === RecordKind.put) {
        const entry = unpackEntry(bodyOf(segment.bytes, found));
        if (this.#entries.get(keyOf(entry.key)) === number) entries.push(entry);
      }
      number += 1;
    }
    return entries;
  }

  #extentOf({ sequence }: Segment): Extent | undefined {
    const extent = this.#extents[this.#placeOf((each) => each.sequence, sequence)];
    return extent?.sequence === sequence ? extent : undefined;
  }

  /** The records of a segment that count. */
  liveOf(segment: Segment): readonly Live[] {
    const extent = this.#extentOf(segment);
    if (extent === undefined) return [];
    const live: Live[] = [];
    let number = extent.first;
    for (const found of recordsOf(segment.bytes, headerBytes)) {
      const from = this.#neededFrom(number, found.kind, () => bodyOf(segment.bytes, found));
      if (from !== undefined) live.push({ ...found, from });
      number += 1;
    }
    return live;
  }

  #neededFrom(number: number, kind: number, body: () => ReturnType<typeof bodyOf>): number | undefined {
    if (kind === RecordKind.put) return this.#entries.get(keyOf(unpackKey(body()))) === number ? 0 : undefined;
    if (isLead(kind)) return this.#leadRecord === number ? 0 : undefined;
    if (kind !== RecordKind.results && kind !== RecordKind.movedResults) return undefined;
    const { client, first, end } = unpackRange(body());
    const kept = this.#clients.get(client);
    return kept !== undefined && end > kept.from && first < kept.end ? Math.max(first, kept.from) : undefined;
  }

  #apply(kind: number, body: ReturnType<typeof bodyOf>): void {
    if (kind === RecordKind.put) {
      const id = keyOf(unpackKey(body));
      this.#void(this.#entries.get(id));
      this.#entries.set(id, this.#records);
      this.#count();
    } else if (kind === RecordKind.remove) {
      const id = keyOf(unpackKey(body));
      this.#void(this.#entries.get(id));
      this.#entries.delete(id);
    } else if (kind === RecordKind.clear) {
      for (const number of this.#entries.values()) this.#void(number);
      this.#entries = new Map();
    } else if (isLead(kind)) {
      this.#void(this.#leadRecord);
      this.lead = unpackLead(body, kind);
      this.#leadRecord = this.#records;
      this.#count();
    } else this.#applyResults(kind, body);
  }

  #applyResults(kind: number, body: ReturnType<typeof bodyOf>): void {
    if (kind === RecordKind.forget) {
      this.#forget(unpackForget(body));
      return;
    }
    const { client, first, end } = unpackRange(body);
    const kept = this.#clients.get(client);
    const piece = { number: this.#records, end };
    this.#count();
    if (kept === undefined) {
      this.#clients.set(client, { from: first, end, pieces: [piece] });
      return;
    }
    kept.end = Math.max(kept.end, end);
    kept.pieces.push(piece);
    if (kind === RecordKind.movedResults) kept.from = Math.min(kept.from, first);
  }

  #forget({ client, before }: ReturnType<typeof unpackForget>): void {
    const kept = this.#clients.get(client);
    if (kept === undefined) return;
    kept.from = Math.max(kept.from, before);
    kept.pieces = kept.pieces.filter(({ number, end }) => {
      const isNeeded = end > kept.from && number >= this.#firstRecord;
      if (!isNeeded) this.#void(number);
      return isNeeded;
    });
    if (kept.from >= kept.end) this.#clients.delete(client);
  }

  /** Number of the first record that was not moved. */
  get #firstRecord(): number {
    return this.#extents[this.#oldest]?.first ?? 0;
  }

  /** The record that is applied counts. */
  #count(): void {
    const extent = this.#extents.at(-1)!;
    extent.live += 1;
    this.#liveBytes += extent.bytes / extent.records;
  }

  /** The record of this number counts no more. */
  #void(number: number | undefined): void {
    if (number === undefined || number < this.#firstRecord) return;
    const extent = this.#extents[this.#placeOf(({ first }) => first, number)]!;
    extent.live -= 1;
    this.#liveBytes -= extent.bytes / extent.records;
  }

  /** The last extent of which `by` is not beyond `sought`. */
  #placeOf(by: (extent: Extent) => number, sought: number): number {
    let low = 0;
    let high = this.#extents.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (by(this.#extents[middle]!) <= sought) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function liveBytesOf({ bytes, records, live }: Extent): number {
  return records === 0 ? 0 : (bytes * live) / records;
}
