/**
 * The table that a replica shows, and which version of which history it is.
 *
 * Invariant: `table` is the authority's at `version`, and `epochs` are those of its history that began up to there. It goes
 * on change by change, or is replaced as a whole. Knows nothing of how changes come.
 */
import type { Change, ChangeRun, Entry, Version } from "./change.ts";
import { commonRevision } from "./fork.ts";
import { epochAt, holdsVersion } from "./history.ts";
import type { Head, ReplicaEffect, ReplicaStart } from "./replica-messages.ts";
import { Table } from "./table.ts";

export class ShownTable {
  table = new Table();
  version: Version = { epoch: 0, revision: 0 };
  epochs: readonly Version[] = [];
  /** Is there a table? */
  isWhole = false;
  /** The history of the authority that is followed; its epochs after that of `version` begin further on. */
  #path: readonly Version[] = [];

  constructor(start: ReplicaStart | undefined) {
    if (start === undefined) return;
    for (const entry of start.entries) this.table.restore(entry);
    this.version = start.version;
    this.epochs = start.epochs;
    this.isWhole = true;
  }

  /** The last revision that it has in common with a history; see `commonRevision`. */
  commonWith({ epochs, revision }: Head, isSameTerm: boolean): number {
    return commonRevision({ epochs: this.epochs, revision: this.version.revision }, { epochs, revision }, isSameTerm);
  }

  /**
   * Goes on along the history of an authority, where it can. `isSameTerm`: see `commonRevision`.
   * Else gives the revision at which the two part; the table stays as it is, until it is replaced.
   */
  follow(head: Head, isSameTerm: boolean, effects: ReplicaEffect[]): number | undefined {
    const { epoch, revision } = this.version;
    const isLate = isSameTerm && head.epoch === epoch && head.revision < revision; // it has at least what we got from it
    const common = this.commonWith(isLate ? { ...head, revision } : head, isSameTerm);
    this.#path = [];
    if (common < revision || (epochAt(head.epochs, revision) ?? 0) < epoch) return common; // versions never go back
    this.#path = head.epochs;
    this.#passEpochs(effects);
    return undefined;
  }

  /** The changes after `version`. */
  apply(changes: readonly Change[], effects: ReplicaEffect[]): void {
    for (let at = 0; at < changes.length; ) {
      const count = Math.min(this.#changesOfThisEpoch(), changes.length - at);
      const run = count === changes.length ? changes : changes.slice(at, at + count);
      effects.push({ kind: "changed", run: this.#applyRun(run) });
      this.#passEpochs(effects);
      at += count;
    }
  }

  /** No epoch begins before the last of them. */
  #applyRun(changes: readonly Change[]): ChangeRun {
    const { epoch, revision } = this.version;
    const before: (Entry | undefined)[] = [];
    for (let i = 0; i < changes.length; i++) before.push(this.table.apply(changes[i]!, revision + 1 + i));
    this.version = { epoch, revision: revision + changes.length };
    return { version: this.version, firstRevision: revision + 1, changes, before };
  }

  /** How many changes there are until the next epoch begins. */
  #changesOfThisEpoch(): number {
    const { epoch, revision } = this.version;
    const next = this.#path.find((begun) => begun.epoch > epoch);
    return next === undefined ? Number.POSITIVE_INFINITY : next.revision - revision;
  }

  /** With the authority's table at `version`, taken over as it is. */
  replace(table: Table, version: Version, epochs: readonly Version[]): void {
    this.table = table;
    this.version = version;
    this.epochs = epochs;
    this.isWhole = true;
    this.#path = epochs;
  }

  /** See `Replica.reached`. */
  reached({ epoch, revision }: Version): boolean {
    if (!this.isWhole || this.version.epoch < epoch) return false;
    if (this.version.revision >= revision) return true;
    return this.version.epoch > epoch && !holdsVersion(this.epochs, this.version.revision, { epoch, revision });
  }

  /** Epochs that begin at our very revision. */
  #passEpochs(effects: ReplicaEffect[]): void {
    const { revision } = this.version;
    for (const [i, begun] of this.#path.entries()) {
      if (begun.epoch <= this.version.epoch || begun.revision > revision) continue;
      this.version = { epoch: begun.epoch, revision };
      this.epochs = this.#path.slice(0, i + 1);
      effects.push({ kind: "epoch", version: this.version, epochs: this.epochs });
    }
  }
}
