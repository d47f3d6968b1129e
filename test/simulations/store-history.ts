/**
 * What a store went through, written down as its authority told it, and what must be so of all who follow it.
 *
 * Invariant: the history comes from the authority's `change` events alone, and `tableAt` from replaying them, never from
 * a table of the library.
 */
import { isDeepStrictEqual } from "node:util";
import { keyOf, type Value } from "../../library/core/values/index.ts";
import type { StoreChange } from "../../library/store/told.ts";
import type { Store } from "../../library/store.ts";

export class StoreHistory {
  /** By revision, from 1. */
  readonly #changes: StoreChange[] = [];

  follow(authority: Store): void {
    authority.on("change", (change) => {
      if (change.version.revision !== this.#changes.length + 1) {
        throw new Error(`revision ${change.version.revision} after ${this.#changes.length}`);
      }
      this.#changes.push(change);
    });
  }

  /** Changes after this one never were: the authority that made them is gone. */
  cutAfter(revision: number): void {
    this.#changes.length = Math.min(this.#changes.length, revision);
  }

  get length(): number {
    return this.#changes.length;
  }

  tableAt(revision: number): Map<string, Value> {
    const table = new Map<string, Value>();
    for (const { kind, key, value } of this.#changes.slice(0, revision)) {
      if (kind === "clear") table.clear();
      else if (value === undefined) table.delete(keyOf(key));
      else table.set(keyOf(key), value);
    }
    return table;
  }

  /** S4: what the copy shows is the table as it was at its version. */
  check(copy: Store, name: string): void {
    const { revision } = copy.version;
    if (revision > this.#changes.length) throw new Error(`${name} is at ${revision}, of ${this.#changes.length}`);
    const shown = new Map<string, Value>();
    for (const { key, value } of copy.entriesSync()) shown.set(keyOf(key), value);
    const should = this.tableAt(revision);
    if (!isDeepStrictEqual(shown, should)) {
      throw new Error(`${name} at ${revision} has ${shown.size} entries, not the ${should.size} of then`);
    }
  }
}
