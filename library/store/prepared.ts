/**
 * Batches that an authority gave its heir before it committed them: what was acknowledged is in the heir's
 * next epoch. Invariant: what is held follows the table without a hole.
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

export function preparedColumns({ version, firstRevision, changes, results }: PendingBatch): readonly Value[] {
  return [version.epoch, version.revision, firstRevision, resultColumns(results), ...changeColumns(changes)];
}

export function resultColumns(results: readonly Results[]): Value {
  return results.map(({ client, first, outcomes }) => [client, first, ...outcomeColumns(outcomes)]);
}

export function readResults(told: Value | undefined): readonly Results[] | undefined {
  if (!isVector(told)) return undefined;
  const results: Results[] = [];
  for (const each of told) {
    const [client, number, ...outcomes] = isVector(each) ? each : [];
    const read = readOutcomes(outcomes);
    if (typeof client !== "string" || !isRevision(number) || read === undefined) return undefined;
    if (!isRevision(number + read.length)) return undefined; // beyond, numbers do not follow one another
    results.push({ client, first: number, outcomes: read });
  }
  return results;
}

export function readPrepared([epoch, revision, first, told, ...columns]: readonly Value[]): Prepared | undefined {
  const changes = readChanges(columns);
  if (!isRevision(epoch) || !isRevision(revision) || !isRevision(first) || !isRevision(revision + 1)) return undefined;
  const results = readResults(told);
  if (changes === undefined || results === undefined || first + changes.length !== revision + 1) return undefined;
  return { version: { epoch, revision }, firstRevision: first, changes, results };
}

export class PreparedBatches {
  #batches: Prepared[] = [];

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
