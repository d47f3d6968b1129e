/**
 * The records that a segment is made of: what each kind says, as bytes.
 *
 * Each record stands behind its length, so that one can be passed over, or copied to another segment, unread.
 * Invariant: the bytes of each kind never change once released. Knows nothing of which records still count.
 */
import { type FailureCode, failures } from "../core/errors.ts";
import { type Change, type Entry, entryFrom, type Outcome } from "../core/store/change.ts";
import type { Epoch } from "../core/store/epochs.ts";
import type { Value } from "../core/values/index.ts";
import { malformed, type Packer, Unpacker } from "./pack.ts";
import { packValue, unpackValue } from "./packed-value.ts";
import type { Lead, Results } from "./storage.ts";

export const RecordKind = {
  put: 1,
  remove: 2,
  clear: 3,
  results: 4,
  /** Results that stood in an older segment: what came after them may stand before them. */
  movedResults: 5,
  forget: 6,
  /** Of format 1: epochs without the lives that began them. Read, and never written. */
  leadWithoutLives: 7,
  lead: 8,
} as const;

export const lengthBytes = 4;
const hasTime = 1;
const hasSpan = 2;

/** Appends one record, whose body `pack` packs. */
function record(to: Packer, kind: number, pack: () => void): void {
  to.room(lengthBytes + 1);
  const start = to.length;
  to.length += lengthBytes;
  to.byte(kind);
  pack();
  to.bytes.writeUInt32LE(to.length - start - lengthBytes, start);
}

export function packChange(to: Packer, change: Change, revision: number): void {
  if (change.kind === "put") packEntry(to, { ...change, revision });
  else if (change.kind === "remove") record(to, RecordKind.remove, () => packValue(to, change.key));
  else record(to, RecordKind.clear, () => {});
}

export function packEntry(to: Packer, entry: Entry): void {
  const { expiresAtMs, expiresAfterMs } = entry;
  record(to, RecordKind.put, () => {
    packValue(to, entry.key);
    to.whole(entry.revision);
    to.byte((expiresAtMs === undefined ? 0 : hasTime) | (expiresAfterMs === undefined ? 0 : hasSpan));
    if (expiresAtMs !== undefined) to.double(expiresAtMs);
    if (expiresAfterMs !== undefined) to.double(expiresAfterMs);
    packValue(to, entry.value);
  });
}

export function packResults(to: Packer, { client, first, outcomes }: Results, isMoved: boolean): void {
  record(to, isMoved ? RecordKind.movedResults : RecordKind.results, () => {
    to.text(client);
    to.whole(first);
    to.whole(outcomes.length);
    for (const outcome of outcomes) packOutcome(to, outcome);
  });
}

function packOutcome(to: Packer, outcome: Outcome): void {
  const isDone = outcome.kind === "done";
  const value = isDone ? outcome.value : undefined;
  to.byte(isDone ? (value === undefined ? 0 : 1) : 2);
  to.whole(outcome.revision);
  if (!isDone) {
    to.text(outcome.code);
    to.text(outcome.what);
  } else if (value !== undefined) packValue(to, value);
}

export function packForget(to: Packer, client: string, before: number): void {
  record(to, RecordKind.forget, () => {
    to.text(client);
    to.whole(before);
  });
}

export function packLead(to: Packer, { epochs, highestEpoch, lineage, record: remembered }: Lead): void {
  record(to, RecordKind.lead, () => {
    to.text(lineage);
    to.whole(highestEpoch);
    to.whole(epochs.length);
    for (const { epoch, revision, by } of epochs) {
      to.whole(epoch);
      to.whole(revision);
      to.text(by);
    }
    if (remembered !== undefined) to.text(remembered); // nothing follows it
  });
}

/** Where one record is: `at` is behind its kind, `start` before its length. */
export interface Found {
  readonly kind: number;
  readonly start: number;
  readonly at: number;
  readonly end: number;
}

/** Every record from `start` on. @throws SwitchyardError `CORRUPT` */
export function* recordsOf(bytes: Buffer, start: number): Generator<Found> {
  for (let at = start; at < bytes.length; ) {
    if (bytes.length - at <= lengthBytes) malformed("a record that ends too early");
    const body = at + lengthBytes;
    const end = body + bytes.readUInt32LE(at);
    if (end <= body || end > bytes.length) malformed("a record that ends too early");
    yield { kind: bytes[body]!, start: at, at: body + 1, end };
    at = end;
  }
}

export function bodyOf(bytes: Buffer, { at, end }: Found): Unpacker {
  return new Unpacker(bytes, at, end);
}

/** What a `put` or `remove` is about. */
export function unpackKey(body: Unpacker): Value {
  return unpackValue(body);
}

export function unpackEntry(body: Unpacker): Entry {
  const key = unpackValue(body);
  const revision = body.whole();
  const flags = body.byte();
  const expiresAtMs = flags & hasTime ? body.double() : undefined;
  const expiresAfterMs = flags & hasSpan ? body.double() : undefined;
  return entryFrom(key, unpackValue(body), revision, expiresAtMs, expiresAfterMs);
}

/** Whose results, and which: the outcomes themselves are left unread. */
export function unpackRange(body: Unpacker): { readonly client: string; readonly first: number; readonly end: number } {
  const client = body.text();
  const first = body.whole();
  return { client, first, end: first + body.count() };
}

/** Of the results those from number `from` on. */
export function unpackResults(body: Unpacker, from: number): Results {
  const { client, first, end } = unpackRange(body);
  const outcomes: Outcome[] = [];
  for (let number = first; number < end; number++) {
    const outcome = unpackOutcome(body);
    if (number >= from) outcomes.push(outcome);
  }
  return { client, first: Math.max(first, from), outcomes };
}

function unpackOutcome(body: Unpacker): Outcome {
  const kind = body.byte();
  const revision = body.whole();
  if (kind > 2) malformed("an outcome of no kind");
  if (kind < 2) return { kind: "done", revision, value: kind === 0 ? undefined : unpackValue(body) };
  const code = body.text();
  if (!Object.hasOwn(failures, code)) malformed("an outcome of no known code");
  return { kind: "failed", revision, code: code as FailureCode, what: body.text() };
}

export function unpackForget(body: Unpacker): { readonly client: string; readonly before: number } {
  return { client: body.text(), before: body.whole() };
}

export function isLead(kind: number): boolean {
  return kind === RecordKind.lead || kind === RecordKind.leadWithoutLives;
}

/** `kind`: of the record. */
export function unpackLead(body: Unpacker, kind: number): Lead {
  const lineage = body.text();
  const highestEpoch = body.whole();
  const count = body.count();
  const epochs: Epoch[] = [];
  for (let i = 0; i < count; i++) {
    const [epoch, revision] = [body.whole(), body.whole()];
    epochs.push({ epoch, revision, by: kind === RecordKind.lead ? body.text() : "" });
  }
  const remembered = body.left > 0 ? body.text() : undefined;
  return { lineage, highestEpoch, epochs, ...(remembered !== undefined && { record: remembered }) };
}
