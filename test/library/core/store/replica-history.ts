/**
 * Everything that authorities ever committed, kept whole: what a replica shows is looked up here.
 *
 * Invariant: an epoch that one life began has one authority, so a place names one table; versions do not, where several
 * began the same number. Shares no code with the replica.
 */
import type { Entry } from "../../../../library/core/store/change.ts";
import type { Epoch, Place } from "../../../../library/core/store/epochs.ts";
import { equal, keyOf } from "../../../../library/core/values/index.ts";

export type Content = ReadonlyMap<string, Entry>;

export class StoreHistory {
  readonly #tables = new Map<string, Content>();
  readonly #epochs = new Map<string, readonly Epoch[]>();

  /** An epoch begins; `epochs` has it as its last. */
  begin(epochs: readonly Epoch[], table: Iterable<Entry>): void {
    const begun = epochs.at(-1)!;
    this.#epochs.set(ownerOf(begun), epochs);
    this.#tables.set(nameOf(begun), contentOf(table));
  }

  /** The table is at this place now. */
  committed(place: Place, content: Content): void {
    this.#tables.set(nameOf(place), content);
  }

  tableAt(place: Place): Content {
    const table = this.#tables.get(nameOf(place));
    if (table === undefined) throw new Error(`no authority was ever at ${nameOf(place)}`);
    return table;
  }

  /** Those of the history of whoever began this one. */
  epochsOf(epoch: Pick<Epoch, "epoch" | "by">): readonly Epoch[] {
    return this.#epochs.get(ownerOf(epoch)) ?? [];
  }

  /** Up to where a place is what the authority of an epoch has, too. */
  sharedWith(place: Place, epoch: Epoch): number {
    const theirs = this.epochsOf(epoch);
    for (let revision = place.revision; revision > 0; revision--) {
      if (writerOf(this.epochsOf(place), revision) === writerOf(theirs, revision)) return revision;
    }
    return 0;
  }
}

/** Which epoch wrote a revision, and whose it was. */
function writerOf(epochs: readonly Epoch[], revision: number): string | undefined {
  const begun = epochs.findLast((each) => each.revision < revision);
  return begun && ownerOf(begun);
}

function ownerOf({ epoch, by }: Pick<Epoch, "epoch" | "by">): string {
  return `${epoch} of ${by}`;
}

export function contentOf(table: Iterable<Entry>): Content {
  return new Map([...table].map((entry) => [keyOf(entry.key), entry]));
}

/** Fails with the key that differs; whole tables would be long to read. */
export function expectSame(shown: Content, there: Content, what: string): void {
  const keys = new Set([...shown.keys(), ...there.keys()]);
  for (const key of keys) {
    if (!isSameEntry(shown.get(key), there.get(key))) {
      throw new Error(`${what}: of ${key} revision ${shown.get(key)?.revision}, not ${there.get(key)?.revision}`);
    }
  }
}

function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return a === b;
  const isSameRule = a.expiresAtMs === b.expiresAtMs && a.expiresAfterMs === b.expiresAfterMs;
  return a.revision === b.revision && isSameRule && equal(a.key, b.key) && equal(a.value, b.value);
}

function nameOf(place: Place): string {
  return `${place.revision} in ${ownerOf(place)}`;
}
