/**
 * Operations, changes, entries and outcomes as columns: vectors side by side, as events carry them.
 *
 * A vector whose elements are all of one type travels without tags, so a batch of text keys and values is bare strings on
 * the wire. What is read here comes from others: whatever does not fit together gives `undefined`, and never throws.
 */
import { type FailureCode, failures } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Value } from "../values/index.ts";
import { type Change, type Entry, entryFrom, LastingPut, type Outcome } from "./change.ts";

export type Columns = readonly Value[];

const none: readonly Value[] = [];

/** `kinds` is empty where all are `put`: by far the most are. */
export function changeColumns(changes: readonly Change[]): Columns {
  return putColumns(changes) ?? mixedColumns(changes);
}

/** `undefined`: some are no `put`, or of entries that go one day. */
function putColumns(changes: readonly Change[]): Columns | undefined {
  const keys = new Array<Value>(changes.length);
  const values = new Array<Value>(changes.length);
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i]!;
    if (change.kind !== "put" || change.expiresAtMs !== undefined || change.expiresAfterMs !== undefined)
      return undefined;
    keys[i] = change.key;
    values[i] = change.value;
  }
  return ["", keys, values, null, null];
}

function mixedColumns(changes: readonly Change[]): Columns {
  const keys: Value[] = [];
  const values: Value[] = [];
  const expiries = new ExpiryColumns();
  for (const change of changes) {
    if (change.kind !== "clear") keys.push(change.key);
    if (change.kind !== "put") continue;
    values.push(change.value);
    expiries.push(change);
  }
  const kinds = values.length === changes.length ? "" : changes.map(letterOf).join("");
  return [kinds, keys, values, ...expiries.columns()];
}

function letterOf(change: Change): string {
  if (change.kind === "remove") return change.isExpired ? "x" : "r";
  return change.kind === "put" ? "p" : "c";
}

/** `firstRevision`: of the first of them, as whoever sent them says. */
export function readChanges(
  [kinds, keys, values, at, after]: Columns,
  firstRevision: number,
): readonly Change[] | undefined {
  if (typeof kinds !== "string" || !isVector(keys) || !isVector(values)) return undefined;
  const expiries = readExpiries(at, after, values.length);
  if (expiries === undefined) return undefined;
  if (kinds === "" && expiries === forever) return readPuts(keys, values, firstRevision);
  if (kinds.length > keys.length + limits.storeClearsTold) return undefined; // a letter is next to nothing, a change is not
  const changes: Change[] = [];
  let key = 0;
  let value = 0;
  for (let i = 0; i < (kinds.length || keys.length); i++) {
    const kind = kinds === "" ? "p" : kinds[i];
    if (kind === "c") {
      changes.push({ kind: "clear" });
      continue;
    }
    if (key >= keys.length) return undefined;
    if (kind === "p") {
      if (value >= values.length) return undefined;
      changes.push({ kind: "put", key: keys[key++]!, value: values[value]!, ...expiries(value++) });
    } else if (kind === "r" || kind === "x") {
      changes.push({ kind: "remove", key: keys[key++]!, isExpired: kind === "x" });
    } else return undefined;
  }
  return key === keys.length && value === values.length ? changes : undefined;
}

/** What by far the most are: puts of entries that stay. */
function readPuts(
  keys: readonly Value[],
  values: readonly Value[],
  firstRevision: number,
): readonly Change[] | undefined {
  if (keys.length !== values.length) return undefined;
  const changes = new Array<Change>(keys.length); // `map` makes other arrays once it is optimized
  for (let i = 0; i < keys.length; i++) {
    changes[i] = new LastingPut(keys[i]!, values[i]!, firstRevision + i);
  }
  return changes;
}

export function entryColumns(entries: readonly Entry[]): Columns {
  const keys: Value[] = [];
  const values: Value[] = [];
  const revisions: Value[] = [];
  const expiries = new ExpiryColumns();
  for (const entry of entries) {
    keys.push(entry.key);
    values.push(entry.value);
    revisions.push(entry.revision);
    expiries.push(entry);
  }
  return [keys, values, revisions, ...expiries.columns()];
}

export function readEntries([keys, values, revisions, at, after]: Columns): readonly Entry[] | undefined {
  if (!isVector(keys) || !isVector(values) || !isVector(revisions)) return undefined;
  if (values.length !== keys.length || revisions.length !== keys.length || !revisions.every(isRevision)) {
    return undefined;
  }
  const expiries = readExpiries(at, after, keys.length);
  if (expiries === undefined) return undefined;
  return keys.map((key, i) => {
    const { expiresAtMs, expiresAfterMs } = expiries(i);
    return entryFrom(key, values[i]!, revisions[i] as number, expiresAtMs, expiresAfterMs);
  });
}

/** `values` are of those outcomes that have one. */
export function outcomeColumns(outcomes: readonly Outcome[]): Columns {
  let kinds = "";
  const revisions: Value[] = [];
  const values: Value[] = [];
  const failed: Value[] = [];
  for (const outcome of outcomes) {
    revisions.push(outcome.revision);
    if (outcome.kind === "failed") {
      kinds += "f";
      failed.push(outcome.code, outcome.what);
    } else if (outcome.value === undefined) kinds += "d";
    else {
      kinds += "v";
      values.push(outcome.value);
    }
  }
  return [kinds, revisions, values, failed];
}

export function readOutcomes([kinds, revisions, values, failed]: Columns): readonly Outcome[] | undefined {
  if (typeof kinds !== "string" || !isVector(revisions) || !isVector(values) || !isVector(failed)) return undefined;
  if (revisions.length !== kinds.length || !revisions.every(isRevision)) return undefined;
  const outcomes: Outcome[] = [];
  let value = 0;
  let failure = 0;
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i];
    const revision = revisions[i] as number;
    if (kind === "d") outcomes.push({ kind: "done", revision, value: undefined });
    else if (kind === "v") outcomes.push({ kind: "done", revision, value: values[value++] });
    else if (kind === "f") {
      const [code, what] = [failed[failure++], failed[failure++]];
      if (!isCode(code) || typeof what !== "string") return undefined;
      outcomes.push({ kind: "failed", revision, code, what });
    } else return undefined;
  }
  return value === values.length && failure === failed.length ? outcomes : undefined;
}

/** When entries go, in ms: two columns, each none where no entry has such a rule. */
class ExpiryColumns {
  #count = 0;
  readonly #at: Value[] = [];
  readonly #after: Value[] = [];

  push({ expiresAtMs, expiresAfterMs }: Pick<Entry, "expiresAtMs" | "expiresAfterMs">): void {
    if (expiresAtMs !== undefined) pad(this.#at, this.#count).push(expiresAtMs);
    if (expiresAfterMs !== undefined) pad(this.#after, this.#count).push(expiresAfterMs);
    this.#count += 1;
  }

  columns(): readonly [Value, Value] {
    return [
      this.#at.length === 0 ? null : pad(this.#at, this.#count),
      this.#after.length === 0 ? null : pad(this.#after, this.#count),
    ];
  }
}

function pad(column: Value[], length: number): Value[] {
  while (column.length < length) column.push(null);
  return column;
}

type Expiries = (index: number) => Pick<Entry, "expiresAtMs" | "expiresAfterMs">;

const never = { expiresAtMs: undefined, expiresAfterMs: undefined };
const forever: Expiries = () => never;

function readExpiries(at: Value | undefined, after: Value | undefined, length: number): Expiries | undefined {
  if (at === null && after === null) return forever;
  if (at === undefined || after === undefined) return undefined;
  const [ats, afters] = [at ?? none, after ?? none];
  if (!isVector(ats) || !isVector(afters) || !isTimes(ats, length) || !isTimes(afters, length)) return undefined;
  return (index) => ({ expiresAtMs: timeOf(ats[index]), expiresAfterMs: timeOf(afters[index]) });
}

function isTimes(column: readonly Value[], length: number): boolean {
  if (column.length === 0) return true;
  return column.length === length && column.every((each) => each === null || isTime(each));
}

function timeOf(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Ms, of the wall clock or of a while. */
function isTime(value: Value): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

/** A whole number that counts changes. */
export function isRevision(value: Value | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isVector(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A code of a newer version is no code here. */
export function isCode(value: Value | undefined): value is FailureCode {
  return typeof value === "string" && Object.hasOwn(failures, value);
}
