/**
 * Batches that an authority gave its heir before it committed them: what was acknowledged is in the heir's
 * next epoch. Invariant: what is held follows the table without a hole.
 */
import type { Change, ChangeRun, Version } from "../core/store/change.ts";
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
  if (!isRevision(epoch) || !isRevision(revision) || !isRevision(first) || !isRevision(revision + 1)) return undefined;
  const changes = readChanges(columns, first);
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

  /** Makes them part of the table, which is at `visible`; tells what changed. */
  applyTo(table: Table, visible: number): readonly ChangeRun[] {
    const runs: ChangeRun[] = [];
    let revision = visible;
    for (const { version, firstRevision, changes } of this.#batches) {
      const added = changes.slice(Math.max(revision + 1 - firstRevision, 0));
      if (added.length === 0) continue;
      const before = added.map((change, i) => table.apply(change, revision + 1 + i));
      runs.push({ version, firstRevision: revision + 1, changes: added, before });
      revision = version.revision;
    }
    return runs;
  }

  clear(): void {
    this.#batches = [];
  }
}
