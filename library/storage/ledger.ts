/**
 * Which records of which segments still count: the place of every entry, and how far each client's results are needed.
 *
 * It is told each segment in turn, as it is written or found on opening, and comes to the same either way.
 * Invariant: `size` is the number of entries. Knows nothing of values, or of where segments are kept.
 */
import { limits } from "../core/limits.ts";
import type { Entry } from "../core/store/change.ts";
import { IdMap } from "../core/store/id-map.ts";
import { keyOf } from "../core/values/index.ts";
import { Extents } from "./extents.ts";
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

/** Results of a client from `from` up to before `end` are kept. */
interface Client {
  from: number;
  end: number;
  /** Records that hold them: its number, and up to where it goes. */
  pieces: { readonly number: number; readonly end: number }[];
}

const takenTogether = 512;

export class Ledger {
  lead: Lead | undefined;
  #leadRecord = -1;
  /** Of each entry the number of its record. */
  #entries = emptyMap();
  readonly #clients = new Map<string, Client>();
  readonly #extents = new Extents();
  #records = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Whether there is an entry of the key that `keyOf` gives this name. */
  has(id: string): boolean {
    return this.#entries.get(id) !== undefined;
  }

  /** More is void than not, and more than is spared. */
  isWasteful(spareBytes: number): boolean {
    return this.#extents.bytes > 2 * this.#extents.liveBytes + spareBytes;
  }

  /** The segment from which on there is something that counts. */
  get needed(): number | undefined {
    return this.#extents.needed;
  }

  /** The oldest segments that are to be moved, at least so many bytes of them. */
  oldest(bytes: number): readonly number[] {
    return this.#extents.oldest(bytes);
  }

  /** Segments before this one were moved, or are void. */
  drop(needed: number): void {
    this.#extents.drop(needed);
  }

  take(segment: Segment): void {
    const taking = this.taking(segment);
    while (taking.next().done !== true);
  }

  /** As `take`, with a stop after every 512 records, so that others may run; it is not to be told of another one meanwhile. */
  *taking({ bytes, sequence }: Segment): Generator<undefined, void> {
    const found = [...recordsOf(bytes, headerBytes)];
    this.#extents.add(sequence, this.#records, found.length, bytes.length);
    for (const each of found) {
      this.#apply(each.kind, bodyOf(bytes, each));
      this.#records += 1;
      if (this.#records % takenTogether === 0) yield undefined;
    }
  }

  /** The entries of a segment that count. */
  entriesOf(segment: Segment): readonly Entry[] {
    let number = this.#extents.firstOf(segment.sequence);
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

  /** The records of a segment that count. */
  liveOf(segment: Segment): readonly Live[] {
    let number = this.#extents.firstOf(segment.sequence);
    if (number === undefined) return [];
    const live: Live[] = [];
    for (const found of recordsOf(segment.bytes, headerBytes)) {
      const from = this.#neededFrom(number, found.kind, bodyOf(segment.bytes, found));
      if (from !== undefined) live.push({ ...found, from });
      number += 1;
    }
    return live;
  }

  /** Of these, the results; keys are not looked at. */
  liveResultsOf(segment: Segment): readonly Live[] {
    if (this.#extents.firstOf(segment.sequence) === undefined) return [];
    const live: Live[] = [];
    for (const found of recordsOf(segment.bytes, headerBytes)) {
      if (found.kind !== RecordKind.results && found.kind !== RecordKind.movedResults) continue;
      const from = this.#resultsNeededFrom(bodyOf(segment.bytes, found));
      if (from !== undefined) live.push({ ...found, from });
    }
    return live;
  }

  #neededFrom(number: number, kind: number, body: ReturnType<typeof bodyOf>): number | undefined {
    if (kind === RecordKind.put) return this.#entries.get(keyOf(unpackKey(body))) === number ? 0 : undefined;
    if (isLead(kind)) return this.#leadRecord === number ? 0 : undefined;
    return kind === RecordKind.results || kind === RecordKind.movedResults ? this.#resultsNeededFrom(body) : undefined;
  }

  #resultsNeededFrom(body: ReturnType<typeof bodyOf>): number | undefined {
    const { client, first, end } = unpackRange(body);
    const kept = this.#clients.get(client);
    return kept !== undefined && end > kept.from && first < kept.end ? Math.max(first, kept.from) : undefined;
  }

  #apply(kind: number, body: ReturnType<typeof bodyOf>): void {
    if (kind === RecordKind.put) {
      const id = keyOf(unpackKey(body));
      this.#voidEntry(id);
      this.#entries.set(id, this.#records);
      this.#extents.count("entries");
    } else if (kind === RecordKind.remove) {
      const id = keyOf(unpackKey(body));
      this.#voidEntry(id);
      this.#entries.delete(id);
    } else if (kind === RecordKind.clear) {
      this.#entries = emptyMap();
      this.#extents.voidEntries();
    } else if (isLead(kind)) {
      this.#extents.void("others", this.#leadRecord);
      this.lead = unpackLead(body, kind);
      this.#leadRecord = this.#records;
      this.#extents.count("others");
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
    this.#extents.count("others");
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
      const isNeeded = end > kept.from && number >= this.#extents.firstRecord;
      if (!isNeeded) this.#extents.void("others", number);
      return isNeeded;
    });
    if (kept.from >= kept.end) this.#clients.delete(client);
  }

  #voidEntry(id: string): void {
    const number = this.#entries.get(id);
    if (number !== undefined) this.#extents.void("entries", number);
  }
}

function emptyMap(): IdMap<number> {
  return new IdMap(limits.storeFirstRecords);
}
