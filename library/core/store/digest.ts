/**
 * The content of a table as text that is the same wherever the table is the same, for a hash.
 *
 * Invariant: two tables give the same text when, and only when, they have equal keys with equal values (as Zeek values:
 * -0.0 is 0.0, NaN is NaN, a set has no order); revisions and expiry are not in it. Knows nothing of hashes.
 */
import { keyOf } from "../values/index.ts";
import type { Entry } from "./change.ts";

/** Entries that are sorted in one go. */
const runEntries = 1_024;

interface Line {
  readonly id: string;
  readonly entry: Entry;
}

/**
 * Pieces of text, to be hashed one after the other as UTF-8; some are empty. The entries are those of the moment of the
 * call; the work of sorting them is spread over the pieces, each of which takes well under a millisecond for small values.
 */
export function contentOf(entries: Iterable<Entry>): IterableIterator<string> {
  return pieces([...entries]);
}

function* pieces(entries: readonly Entry[]): IterableIterator<string> {
  let runs: (readonly Line[])[] = [];
  for (let at = 0; at < entries.length; at += runEntries) {
    const run = entries.slice(at, at + runEntries).map((entry) => ({ id: keyOf(entry.key), entry }));
    runs.push(run.sort(byId));
    yield "";
  }
  while (runs.length > 1) {
    const merged: (readonly Line[])[] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(yield* merge(runs[i]!, runs[i + 1] ?? []));
    runs = merged;
  }
  for (const { id, entry } of runs[0] ?? []) yield framed(id) + framed(keyOf(entry.value));
}

function* merge(left: readonly Line[], right: readonly Line[]): Generator<string, readonly Line[]> {
  if (right.length === 0) return left;
  const merged: Line[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const takesLeft = j >= right.length || (i < left.length && left[i]!.id < right[j]!.id);
    merged.push(takesLeft ? left[i++]! : right[j++]!);
    if (merged.length % runEntries === 0) yield "";
  }
  return merged;
}

function byId(a: Line, b: Line): number {
  return a.id < b.id ? -1 : 1;
}

/** Length first: no text can then be mistaken for the end of another. */
function framed(text: string): string {
  return `${text.length}:${text}`;
}
