/**
 * Batches that an authority gave its heir before it committed them, and the outcomes that go with them: what was
 * acknowledged is in the heir's next epoch. Invariant: what is held follows the table without a hole.
 */
import type { Change, Version } from "../core/store/change.ts";
import {
  changeColumns,
  isRevision,
  isVector,
  outcomeColumns,
  readChanges,
  readOutcomes,
} from "../core/store/columns.ts";
import type { PendingBatch, Results } from "../core/store/submission.ts";
import type { Table } from "../core/store/table.ts";
import type { Value } from "../core/values/index.ts";

export interface Prepared {
  readonly version: Version;
  readonly firstRevision: number;
  readonly changes: readonly Change[];
  readonly results: readonly Results[];
}

/** Lots of outcomes that are kept: more than anybody asks for again. */
const resultsKept = 16_384;

export function preparedColumns({ version, firstRevision, changes, results }: PendingBatch): readonly Value[] {
  const told = results.map(({ client, first, outcomes }) => [client, first, ...outcomeColumns(outcomes)]);
  return [version.epoch, version.revision, firstRevision, told, ...changeColumns(changes)];
}

export function readPrepared([epoch, revision, first, told, ...columns]: readonly Value[]): Prepared | undefined {
  const changes = readChanges(columns);
  if (!isRevision(epoch) || !isRevision(revision) || !isRevision(first) || !isVector(told)) return undefined;
  if (changes === undefined || first + changes.length !== revision + 1) return undefined;
  const results: Results[] = [];
  for (const each of told) {
    const [client, number, ...outcomes] = isVector(each) ? each : [];
    const read = readOutcomes(outcomes);
    if (typeof client !== "string" || !isRevision(number) || read === undefined) return undefined;
    results.push({ client, first: number, outcomes: read });
  }
  return { version: { epoch, revision }, firstRevision: first, changes, results };
}

export class PreparedBatches {
  #batches: Prepared[] = [];
  #results: Results[] = [];

  get results(): readonly Results[] {
    return this.#results;
  }

  /** Up to which revision all is held, by the table, which is at `visible`, and here. */
  heldRevision(visible: number): number {
    this.#batches = this.#batches.filter(({ version }) => version.revision > visible);
    return this.#batches.at(-1)?.version.revision ?? visible;
  }

  /** False: something is missing before it. */
  add(batch: Prepared, visible: number): boolean {
    if (this.#batches.some(({ version }) => version.epoch !== batch.version.epoch)) this.clear();
    const held = this.heldRevision(visible);
    if (batch.version.revision <= held && batch.changes.length > 0) return true;
    if (batch.firstRevision > held + 1) return false;
    this.#results.push(...batch.results);
    if (this.#results.length > resultsKept) this.#results = this.#results.slice(-resultsKept / 2);
    if (batch.changes.length > 0) this.#batches.push(batch);
    return true;
  }

  /** Makes them part of the table; the revision that it has then. */
  applyTo(table: Table, visible: number): number {
    let revision = visible;
    for (const { firstRevision, changes } of this.#batches) {
      changes.forEach((change, i) => {
        if (firstRevision + i <= revision) return;
        table.apply(change, firstRevision + i);
        revision = firstRevision + i;
      });
    }
    this.clear();
    return revision;
  }

  clear(): void {
    this.#batches = [];
  }
}
