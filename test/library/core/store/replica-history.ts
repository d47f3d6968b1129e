/**
 * Everything that authorities ever committed, kept whole: what a replica shows is looked up here.
 *
 * Invariant: an epoch has one authority, so a version names one table. Shares no code with the replica.
 */
import type { Entry, Version } from "../../../../library/core/store/change.ts";
import { equal, keyOf } from "../../../../library/core/values/index.ts";

export type Content = ReadonlyMap<string, Entry>;

export class StoreHistory {
  readonly #tables = new Map<string, Content>();
  readonly #epochs = new Map<number, readonly Version[]>();

  /** An epoch begins; `epochs` has it as its last. */
  begin(epochs: readonly Version[], table: Iterable<Entry>): void {
    const begun = epochs.at(-1)!;
    this.#epochs.set(begun.epoch, epochs);
    this.#tables.set(nameOf(begun), contentOf(table));
  }

  /** The table is at this version now. */
  committed(version: Version, content: Content): void {
    this.#tables.set(nameOf(version), content);
  }

  tableAt(version: Version): Content {
    const table = this.#tables.get(nameOf(version));
    if (table === undefined) throw new Error(`no authority was ever at ${nameOf(version)}`);
    return table;
  }

  epochsOf(epoch: number): readonly Version[] {
    return this.#epochs.get(epoch) ?? [];
  }

  /** Up to where a version is what the authority of `epoch` has, too. */
  sharedWith(version: Version, epoch: number): number {
    const theirs = this.epochsOf(epoch);
    for (let revision = version.revision; revision > 0; revision--) {
      const [ours, other] = [ownerOf(this.epochsOf(version.epoch), revision), ownerOf(theirs, revision)];
      if (ours === other) return revision;
    }
    return 0;
  }
}

/** Which epoch wrote a revision. */
function ownerOf(epochs: readonly Version[], revision: number): number | undefined {
  return epochs.findLast((begun) => begun.revision < revision)?.epoch;
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

function nameOf({ epoch, revision }: Version): string {
  return `${epoch}/${revision}`;
}
