/** What a copy that is followed means for the disk of a standby: changes in lots, and replacements where history breaks. */
import type { Change, Version } from "../core/store/change.ts";
import type { Epoch } from "../core/store/epochs.ts";
import type { ReplicaEffect } from "../core/store/replica-messages.ts";
import type { Results } from "../core/store/submission.ts";
import { Mirror, type MirrorOptions } from "./mirror.ts";
import type { Prepared } from "./prepared.ts";

export interface StandbyDiskOptions extends Omit<MirrorOptions, "onReplaced"> {
  /** It has a history that another one has replaced: nothing of it counts. */
  readonly isForked: boolean;
  /** Writes down that the history has these epochs. */
  readonly writeEpochs: () => Promise<void>;
  /** Outcomes of changes that were not prepared to us: later than `after`, and up to `revision`. */
  readonly outcomes: (after: number, revision: number) => Iterable<Results>;
}

export class StandbyDisk {
  readonly #options: StandbyDiskOptions;
  readonly #mirror: Mirror;
  #changes: Change[] = [];
  /** Of what is there nothing counts: it is replaced when there is something whole, and says meanwhile what it is. */
  #replacement: "none" | "due" | "under way";
  /** Of which the disk knows. */
  #epoch = -1;

  constructor(options: StandbyDiskOptions) {
    this.#options = options;
    this.#replacement = options.isForked ? "due" : "none";
    this.#mirror = new Mirror({ ...options, onReplaced: () => this.#replaced() });
    if (options.isForked) this.#mirror.stop();
  }

  get synced(): number {
    return this.#replacement === "none" ? this.#mirror.synced : 0;
  }

  /** It has the table of another history, or one with a hole, as far as we know. */
  get isOutdated(): boolean {
    return this.#replacement !== "none" || this.#mirror.isBehind;
  }

  /** Outcomes that are known of what it has. `then`: they are as safe as that. */
  keep(version: Version, resultsTo: (revision: number) => Iterable<Results>, then: () => void): void {
    this.#mirror.keep(version, [...resultsTo(this.#mirror.queued)], then);
  }

  changed(changes: readonly Change[]): void {
    for (const change of changes) this.#changes.push(change);
  }

  prepared({ version, changes, results }: Prepared): void {
    this.#keepEpoch(version);
    this.#mirror.take(version, changes, results);
  }

  /** Of the copy, which is at `version` now. */
  take(effect: ReplicaEffect, version: Version): void {
    if (effect.kind === "reset" || effect.kind === "unmatched") this.#outdate();
    else if (effect.kind === "epoch") this.#begin(effect.epochs, effect.version);
    else if (effect.kind === "advanced") this.#flush(version);
    else if (effect.kind === "synced") this.#renew(version);
  }

  close(): void {
    this.#mirror.close();
  }

  #outdate(): void {
    this.#replacement = "due";
    this.#mirror.stop();
  }

  #flush(version: Version): void {
    const changes = this.#changes;
    this.#changes = [];
    if (this.#replacement === "due") return;
    this.#keepEpoch(version);
    const { queued } = this.#mirror;
    const results = version.revision > queued ? [...this.#options.outcomes(queued, version.revision)] : [];
    this.#mirror.take(version, changes, results);
  }

  #renew(version: Version): void {
    if (this.#replacement === "due") {
      this.#changes = [];
      this.#replace();
    }
    this.#keepEpoch(version);
  }

  #replace(): void {
    this.#replacement = "under way";
    this.#mirror.rewrite();
  }

  #replaced(): void {
    this.#replacement = "none";
    this.#epoch = -1; // a later one may have been written to what was there before
    this.#keepEpoch(this.#options.whole().version);
  }

  /** Before anything of it is written, but never in front of the table of another history. */
  #keepEpoch({ epoch }: Version): void {
    if (epoch === this.#epoch || this.#replacement !== "none") return;
    this.#epoch = epoch;
    this.#mirror.flush();
    this.#options.writeEpochs().catch((error) => {
      this.#epoch = -1;
      this.#options.onFailure(error);
    });
  }

  /** What was prepared beyond its beginning came to nothing, and is on the disk. */
  #begin(epochs: readonly Epoch[], version: Version): void {
    if ((epochs.at(-1)?.revision ?? 0) < this.#mirror.queued) this.#replace();
    this.#epoch = -1; // the number may be the same
    this.#keepEpoch(version);
  }
}
