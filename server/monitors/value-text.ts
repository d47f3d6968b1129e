/**
 * The text form of a list of values, bounded: of a long one only its start and its end are ever made.
 *
 * Invariant: a text that is whole reads back as the very values; one that is not costs no more than what is kept of it,
 * however large the values are. Knows nothing of rows.
 */
import { formatValue, type Value, ValueSet, ValueTable } from "../../library/index.ts";
import { head, tail } from "./visible-text.ts";

/** Most characters of a list of values that are kept as its text, and are looked through by a search. */
export const mostTextCharacters = 4096;
const keptAtEachEnd = mostTextCharacters / 2;
/** Long strings are written a piece at a time. */
const pieceCharacters = 1024;
const separator = ", ";

export interface ListText {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Comma separated, as `parseValues` reads it. */
export function listText(values: readonly Value[]): ListText {
  const parts = new Array<string>(values.length);
  let room = mostTextCharacters + separator.length;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? null;
    if (roomAfter(value, room) < 0) return cutText(values);
    const part = formatValue(value);
    room -= part.length + separator.length;
    if (room < 0) return cutText(values);
    parts[at] = part;
  }
  return { text: parts.join(separator), isWhole: true }; // joined and not added up, which would keep every part alive
}

/** What the text of `value` leaves of `room` at best; found without making it, and given up once it is negative. */
function roomAfter(value: Value, room: number): number {
  if (typeof value === "string") return room - value.length;
  if (value instanceof Uint8Array) return room - value.length / 4; // some may be characters of four bytes
  if (typeof value !== "object" || value === null) return room - 1;
  if (isList(value)) return roomAfterAll(value, room);
  if (value instanceof ValueSet) return roomAfterAll(value, room);
  if (!(value instanceof ValueTable)) return room - 1;
  for (const entry of value) {
    room = roomAfterAll(entry, room);
    if (room < 0) return room;
  }
  return room - 1;
}

function roomAfterAll(values: Iterable<Value>, room: number): number {
  let left = room - 1;
  for (const value of values) {
    left = roomAfter(value, left);
    if (left < 0) return left;
  }
  return left;
}

function cutText(values: readonly Value[]): ListText {
  const first = take(list(values, "start"), keptAtEachEnd).join("");
  const last = take(list(values, "end"), keptAtEachEnd).reverse().join("");
  return { text: `${head(first, keptAtEachEnd)} … ${tail(last, keptAtEachEnd)}`, isWhole: false };
}

/** Pieces until they have `length` characters together. */
function take(pieces: Iterable<string>, length: number): string[] {
  const taken: string[] = [];
  let characters = 0;
  for (const piece of pieces) {
    taken.push(piece);
    characters += piece.length;
    if (characters >= length) break;
  }
  return taken;
}

/** Which end pieces are made from. From the end, the last piece comes first. */
type End = "start" | "end";

function* pieces(value: Value, from: End): Generator<string> {
  if (typeof value === "string" || value instanceof Uint8Array)
    yield* bracketed('"', stringPieces(value, from), '"', from);
  else if (isList(value)) yield* bracketed("[", list(value, from), "]", from);
  else if (value instanceof ValueSet && value.size > 0) yield* bracketed("{", list(value, from), "}", from);
  else if (value instanceof ValueTable && value.size > 0) yield* bracketed("{", entries(value, from), "}", from);
  else yield formatValue(value);
}

function* bracketed(open: string, inner: Iterable<string>, close: string, from: End): Generator<string> {
  yield from === "start" ? open : close;
  yield* inner;
  yield from === "start" ? close : open;
}

function* list(values: Iterable<Value>, from: End): Generator<string> {
  let between = "";
  for (const value of inOrder(values, from)) {
    yield between;
    yield* pieces(value, from);
    between = separator;
  }
}

function* entries(table: ValueTable, from: End): Generator<string> {
  let between = "";
  for (const [key, value] of inOrder(table, from)) {
    yield between;
    yield* pieces(from === "start" ? key : value, from);
    yield " -> ";
    yield* pieces(from === "start" ? value : key, from);
    between = separator;
  }
}

function* stringPieces(whole: string | Uint8Array, from: End): Generator<string> {
  for (let at = 0; at < whole.length; at += pieceCharacters) {
    const start = from === "start" ? at : Math.max(0, whole.length - at - pieceCharacters);
    const end = from === "start" ? at + pieceCharacters : whole.length - at;
    yield formatValue(whole.slice(start, end)).slice(1, -1);
  }
}

function inOrder<T>(items: Iterable<T>, from: End): Iterable<T> {
  return from === "start" ? items : backwards(Array.isArray(items) ? (items as readonly T[]) : [...items]);
}

/** Looks at no more of them than it is asked for. */
function* backwards<T>(items: readonly T[]): Generator<T> {
  for (let at = items.length - 1; at >= 0; at--) yield items[at] as T;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
