/**
 * Batches as segments: what is moved from old ones first, then the changes, then the results.
 *
 * Pure but for the packer it fills. Invariant: the segments follow on the tail they are given, and the last one says
 * how many entries there are after it.
 */
import type { Entry, Version } from "../core/store/change.ts";
import { keyOf } from "../core/values/index.ts";
import type { Ledger, Live } from "./ledger.ts";
import {
  bodyOf,
  packChange,
  packEntry,
  packForget,
  packLead,
  packResults,
  RecordKind,
  unpackResults,
} from "./record.ts";
import { beginSegment, type Segment, sealSegment, segmentBytes } from "./segment.ts";
import type { Batch, Lead, Results } from "./storage.ts";
import type { Tail } from "./verify.ts";

/** A segment that is cleared away, and what of it still counts. */
export interface Moved {
  readonly segment: Segment;
  readonly live: readonly Live[];
}

/** What is there already. */
type Present = Pick<Ledger, "size" | "has">;

export class Appending {
  readonly segments: Segment[] = [];
  readonly #packer = beginSegment();
  readonly #tail: Tail;
  readonly #needed: number;
  /** Entries after what was packed so far. */
  #size: number;
  readonly #ledger: Present;
  /** What is there, where it is not what the ledger says. */
  readonly #present = new Map<string, boolean>();
  #isCleared = false;

  constructor(tail: Tail, ledger: Present, needed: number) {
    this.#tail = tail;
    this.#ledger = ledger;
    this.#needed = needed;
    this.#size = ledger.size;
  }

  move({ segment, live }: Moved): void {
    for (const record of live) {
      if (record.kind === RecordKind.results || record.kind === RecordKind.movedResults) {
        packResults(this.#packer, unpackResults(bodyOf(segment.bytes, record), record.from), true);
      } else this.#packer.raw(segment.bytes.subarray(record.start, record.end));
      this.#closeFull();
    }
  }

  add({ version, changes, results, forget }: Batch): void {
    let revision = version.revision - changes.length;
    for (const change of changes) {
      revision += 1;
      packChange(this.#packer, change, revision);
      if (change.kind === "clear") this.#clear();
      else this.#count(keyOf(change.key), change.kind === "put");
      this.#closeFull();
    }
    this.addResults(results);
    for (const { client, before } of forget) packForget(this.#packer, client, before);
  }

  addResults(results: readonly Results[]): void {
    for (const each of results) {
      packResults(this.#packer, each, false);
      this.#closeFull();
    }
  }

  addEntry(entry: Entry): void {
    packEntry(this.#packer, entry);
    this.#count(keyOf(entry.key), true);
    this.#closeFull();
  }

  addLead(lead: Lead): void {
    packLead(this.#packer, lead);
  }

  /** All segments; nothing can be added afterwards. */
  end(version: Version): readonly Segment[] {
    this.#seal(version, true);
    return this.segments;
  }

  #count(id: string, isThere: boolean): void {
    const wasThere = this.#present.get(id) ?? (!this.#isCleared && this.#ledger.has(id));
    if (wasThere === isThere) return;
    this.#present.set(id, isThere);
    this.#size += isThere ? 1 : -1;
  }

  #clear(): void {
    this.#present.clear();
    this.#isCleared = true;
    this.#size = 0;
  }

  #closeFull(): void {
    if (this.#packer.length >= segmentBytes) this.#seal(this.#tail.version, false);
  }

  #seal(version: Version, isLast: boolean): void {
    const before = this.segments.at(-1) ?? this.#tail;
    const place = { sequence: before.sequence + 1, previous: before.checksum, needed: this.#needed };
    this.segments.push(sealSegment(this.#packer, { ...place, version, size: this.#size, isLast }));
  }
}
