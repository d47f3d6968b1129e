/** The ledger against a plain list of all records, whatever is written, cleared, moved and dropped. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Change, Outcome } from "../../../library/core/store/change.ts";
import { keyOf } from "../../../library/core/values/index.ts";
import { Appending } from "../../../library/storage/appending.ts";
import { Ledger } from "../../../library/storage/ledger.ts";
import {
  bodyOf,
  RecordKind,
  recordsOf,
  unpackForget,
  unpackKey,
  unpackRange,
} from "../../../library/storage/record.ts";
import { headerBytes, type Segment } from "../../../library/storage/segment.ts";
import { repeats } from "../../rig/repeats.ts";

const client = "c";
const done: Outcome = { kind: "done", revision: 1, value: undefined };

const change = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("put" as const), key: fc.nat({ max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("remove" as const), key: fc.nat({ max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const), key: fc.constant(0) }) },
);
const step = fc.record({
  changes: fc.array(change, { maxLength: 6 }),
  outcomes: fc.nat({ max: 3 }),
  forgets: fc.boolean(),
  /** So many bytes of the oldest are moved along. */
  moves: fc.oneof(fc.constant(0), fc.nat({ max: 400 })),
  hasLead: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

function changeOf({ kind, key }: Step["changes"][number], value: number): Change {
  if (kind === "clear") return { kind };
  if (kind === "remove") return { kind, key, isExpired: false };
  return { kind, key, value, expiresAtMs: undefined, expiresAfterMs: undefined };
}

/** Every segment that was not dropped, record by record. */
class Twin {
  readonly ledger = new Ledger();
  segments: Segment[] = [];
  #next = 1;
  #revision = 0;

  run({ changes, outcomes, forgets, moves, hasLead }: Step): void {
    const { ledger } = this;
    const sequences = moves > 0 ? ledger.oldest(moves) : [];
    const moved = this.segments.filter(({ sequence }) => sequences.includes(sequence));
    const needed = (sequences.at(-1) ?? (ledger.needed ?? 1) - 1) + 1;
    const last = this.segments.at(-1);
    const version = { epoch: 1, revision: this.#revision };
    const tail = { generation: 0, sequence: last?.sequence ?? 0, checksum: last?.checksum ?? 0, version };
    const appending = new Appending(tail, ledger, needed);
    for (const segment of moved) appending.move({ segment, live: ledger.liveOf(segment) });
    if (hasLead || last === undefined) appending.addLead({ epochs: [], highestEpoch: 0, lineage: "l" });
    this.#revision += changes.length;
    appending.add({
      version: { epoch: 1, revision: this.#revision },
      changes: changes.map((each, i) => changeOf(each, this.#revision + i)),
      results: outcomes === 0 ? [] : [{ client, first: this.#next, outcomes: new Array<Outcome>(outcomes).fill(done) }],
      forget: forgets ? [{ client, before: this.#next }] : [],
    });
    this.#next += outcomes;
    for (const segment of appending.end({ epoch: 1, revision: this.#revision })) {
      ledger.take(segment);
      this.segments.push(segment);
    }
    ledger.drop(needed);
    this.segments = this.segments.filter(({ sequence }) => sequence >= (ledger.needed ?? 0));
  }

  /** The records that count, by sequence and where they start. */
  live(): readonly Counting[] {
    const entries = new Map<string, Counting>();
    const results: { readonly record: Counting; readonly end: number }[] = [];
    let lead: Counting | undefined;
    let before = 0;
    for (const { sequence, bytes } of this.segments) {
      for (const found of recordsOf(bytes, headerBytes)) {
        const { kind, start } = found;
        const record = { sequence, start, kind };
        const body = bodyOf(bytes, found);
        if (kind === RecordKind.put) entries.set(keyOf(unpackKey(body)), record);
        else if (kind === RecordKind.remove) entries.delete(keyOf(unpackKey(body)));
        else if (kind === RecordKind.clear) entries.clear();
        else if (kind === RecordKind.lead) lead = record;
        else if (kind === RecordKind.forget) before = Math.max(before, unpackForget(body).before);
        else results.push({ record, end: unpackRange(body).end });
      }
    }
    const needed = results.filter(({ end }) => end > before).map(({ record }) => record);
    return [...entries.values(), ...needed, ...(lead === undefined ? [] : [lead])];
  }
}

interface Counting {
  readonly sequence: number;
  readonly start: number;
  readonly kind: number;
}

function recordCount({ bytes }: Segment): number {
  return [...recordsOf(bytes, headerBytes)].length;
}

it("says of every segment which records count, and how much of all is void, whatever was cleared and moved", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const twin = new Twin();
      for (const each of steps) {
        twin.run(each);
        const { ledger, segments } = twin;
        const live = twin.live();
        expect(ledger.size).toBe(live.filter(({ kind }) => kind === RecordKind.put).length);
        expect(ledger.needed).toBe(segments[0]!.sequence);
        let [bytes, liveBytes] = [0, 0];
        for (const segment of segments) {
          const counting = live.filter(({ sequence }) => sequence === segment.sequence);
          const starts = counting.map(({ start }) => start).sort((a, b) => a - b);
          expect(ledger.liveOf(segment).map(({ start }) => start)).toEqual(starts);
          const isOfResults = (kind: number) => kind === RecordKind.results || kind === RecordKind.movedResults;
          const results = ledger.liveOf(segment).filter(({ kind }) => isOfResults(kind));
          expect(ledger.liveResultsOf(segment)).toEqual(results);
          const puts = counting.filter(({ kind }) => kind === RecordKind.put);
          expect(ledger.entriesOf(segment)).toHaveLength(puts.length);
          bytes += segment.bytes.length;
          if (starts.length > 0) liveBytes += (segment.bytes.length * starts.length) / recordCount(segment);
        }
        // An estimate is a sum of fractions, in whatever order.
        expect(ledger.isWasteful(bytes - 2 * liveBytes - 0.001)).toBe(true);
        expect(ledger.isWasteful(bytes - 2 * liveBytes + 0.001)).toBe(false);
      }
    }),
    { numRuns: repeats(300, 10_000) },
  );
});

it("takes a segment full of small entries with a stop for others after every 512 records, of which the lead is one", () => {
  const ledger = new Ledger();
  const tail = { generation: 0, sequence: 0, checksum: 0, version: { epoch: 0, revision: 0 } };
  const appending = new Appending(tail, ledger, 1);
  appending.addLead({ epochs: [], highestEpoch: 0, lineage: "l" });
  for (let key = 0; key < 3_000; key++) {
    appending.addEntry({ key, value: 1, revision: 1, expiresAtMs: undefined, expiresAfterMs: undefined });
  }
  const [segment, ...more] = appending.end({ epoch: 1, revision: 3_000 });
  expect(more).toEqual([]);
  expect([...ledger.taking(segment!)]).toHaveLength(5);
  expect([ledger.size, ledger.lead?.lineage]).toEqual([3_000, "l"]);
});
