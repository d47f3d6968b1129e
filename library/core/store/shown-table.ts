/**
 * The table that a replica shows, and which version of which history it is.
 *
 * Invariant: `table` is the authority's at `version`, and `epochs` are those of its history that began up to there. It goes
 * on change by change, or is replaced as a whole. Knows nothing of how changes come.
 */
import type { Change, ChangeRun, Entry, Version } from "./change.ts";
import { type Epoch, epochAt, forkRevision, isSameEpoch } from "./epochs.ts";
import type { Head, ReplicaEffect, ReplicaStart } from "./replica-messages.ts";
import { Table } from "./table.ts";

export class ShownTable {
  table = new Table();
  version: Version = { epoch: 0, revision: 0 };
  epochs: readonly Epoch[] = [];
  /** Is there a table? */
  isWhole = false;
  /** The history of the authority that is followed; its epochs after that of `version` begin further on. */
  #path: readonly Epoch[] = [];

  constructor(start: ReplicaStart | undefined) {
    if (start === undefined) return;
    if (start.entries instanceof Table) this.table = start.entries;
    else for (const entry of start.entries) this.table.restore(entry);
    this.version = start.version;
    this.epochs = start.epochs;
    this.isWhole = true;
  }

  /** The last revision that it has in common with the history of an authority. */
  commonWith(head: Head): number {
    return forkRevision({ epochs: this.epochs, revision: this.version.revision }, head);
  }

  /**
   * Goes on along the history of an authority, where it can. Else gives the revision at which the two part; the table stays
   * as it is, until it is replaced.
   */
  follow(head: Head, effects: ReplicaEffect[]): number | undefined {
    const { epoch, revision } = this.version;
    const common = this.commonWith(this.#isLate(head) ? { ...head, revision } : head);
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
    const before = new Array<Entry | undefined>(changes.length);
    for (let i = 0; i < changes.length; i++) before[i] = this.table.apply(changes[i]!, revision + 1 + i);
    this.version = { epoch, revision: revision + changes.length };
    return { version: this.version, firstRevision: revision + 1, changes, before };
  }

  /** How many changes there are until the next epoch begins. */
  #changesOfThisEpoch(): number {
    const { revision } = this.version;
    const next = this.#path.find((begun) => begun.revision > revision);
    return next === undefined ? Number.POSITIVE_INFINITY : next.revision - revision;
  }

  /** With the authority's table at `version`, taken over as it is. */
  replace(table: Table, version: Version, epochs: readonly Epoch[]): void {
    this.table = table;
    this.version = version;
    this.epochs = epochs;
    this.isWhole = true;
    this.#path = epochs;
  }

  /** See `Replica.reached`. */
  reached({ epoch, revision }: Version): boolean {
    if (!this.isWhole || this.version.epoch < epoch) return false;
    return this.version.revision >= revision || this.version.epoch > epoch; // a later epoch with less has lost it
  }

  /** Of who began our very epoch: it has at least what we got from it, whenever it said this. */
  #isLate({ epochs, revision, node }: Head): boolean {
    const begun = epochs.at(-1);
    return revision < this.version.revision && node === begun?.by && isSameEpoch(begun, this.epochs.at(-1));
  }

  /** Epochs that begin at our very revision; one of our number, too, which somebody else began with the same table. */
  #passEpochs(effects: ReplicaEffect[]): void {
    const { revision } = this.version;
    for (const [i, begun] of this.#path.entries()) {
      if (begun.epoch < this.version.epoch || begun.revision > revision) continue;
      if (isSameEpoch(begun, this.epochs.at(-1))) continue;
      if (begun.epoch > this.version.epoch) this.version = { epoch: begun.epoch, revision };
      this.epochs = this.#path.slice(0, i + 1);
      effects.push({ kind: "epoch", version: this.version, epochs: this.epochs });
    }
  }
}
