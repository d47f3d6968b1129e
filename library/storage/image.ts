/**
 * A table with its head and results in memory: what a disk would hold, without one.
 *
 * Invariant: after the same batches it is what any backend gives back. Knows nothing of time or failure.
 */
import type { Entry } from "../core/store/change.ts";
import { Table } from "../core/store/table.ts";

import type { Batch, Lead, Results, StoreHead } from "./storage.ts";

export class Image {
  head: StoreHead;
  #table = new Table();
  /** Of each client, in order. */
  readonly #results = new Map<string, Results[]>();

  constructor(lineage: string) {
    this.head = { version: { epoch: 0, revision: 0 }, epochs: [], highestEpoch: 0, lineage };
  }

  get size(): number {
    return this.#table.size;
  }

  entries(): readonly Entry[] {
    return [...this.#table];
  }

  results(): readonly Results[] {
    return [...this.#results.values()].flat();
  }

  apply({ version, changes, results, forget }: Batch): void {
    let revision = version.revision - changes.length;
    for (const change of changes) {
      revision += 1;
      this.#table.apply(change, revision);
    }
    this.head = { ...this.head, version };
    for (const each of results) this.#keep(each);
    for (const { client, before } of forget) this.#forget(client, before);
  }

  lead({ epochs, highestEpoch, lineage, record }: Lead): void {
    this.head = { version: this.head.version, epochs, highestEpoch, lineage, record };
  }

  /** Everything anew. */
  replace(entries: readonly Entry[], results: readonly Results[], head: StoreHead): void {
    this.#table = new Table();
    for (const entry of entries) this.#table.restore(entry);
    this.#results.clear();
    for (const each of results) this.#keep(each);
    this.head = head;
  }

  copy(): Image {
    const copy = new Image(this.head.lineage);
    copy.replace(this.entries(), this.results(), this.head);
    return copy;
  }

  #keep(results: Results): void {
    const kept = this.#results.get(results.client);
    if (kept === undefined) this.#results.set(results.client, [results]);
    else kept.push(results);
  }

  #forget(client: string, before: number): void {
    const kept = (this.#results.get(client) ?? []).flatMap((results) => from(results, before));
    if (kept.length === 0) this.#results.delete(client);
    else this.#results.set(client, kept);
  }
}

/** The results from number `before` on. */
function from(results: Results, before: number): readonly Results[] {
  const { client, first, outcomes } = results;
  if (before <= first) return [results];
  const left = outcomes.slice(before - first);
  return left.length === 0 ? [] : [{ client, first: before, outcomes: left }];
}
