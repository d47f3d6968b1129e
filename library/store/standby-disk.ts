/** What a copy that is followed means for the disk of a standby: changes in lots, and replacements where history breaks. */
import type { Change, Version } from "../core/store/change.ts";
import type { Epoch } from "../core/store/epochs.ts";
import type { ReplicaEffect } from "../core/store/replica-messages.ts";
import { Mirror, type MirrorOptions } from "./mirror.ts";
import type { Prepared } from "./prepared.ts";

export interface StandbyDiskOptions extends MirrorOptions {
  /** It has a history that another one has replaced: nothing of it counts. */
  readonly isForked: boolean;
  /** Writes down that the history has these epochs. */
  readonly writeEpochs: () => Promise<void>;
}

export class StandbyDisk {
  readonly #options: StandbyDiskOptions;
  readonly #mirror: Mirror;
  #changes: Change[] = [];
  #isReset: boolean;
  /** Of which the disk knows. */
  #epoch = -1;

  constructor(options: StandbyDiskOptions) {
    this.#options = options;
    this.#isReset = options.isForked;
    this.#mirror = new Mirror(options);
  }

  get synced(): number {
    return this.#mirror.synced;
  }

  changed(change: Change): void {
    this.#changes.push(change);
  }

  prepared({ version, changes, results }: Prepared): void {
    this.#keepEpoch(version);
    this.#mirror.take(version, changes, results);
  }

  /** Of the copy, which is at `version` now. */
  take(effect: ReplicaEffect, version: Version): void {
    if (effect.kind === "reset" || effect.kind === "unmatched") this.#isReset = true;
    else if (effect.kind === "epoch") this.#begin(effect.epochs, effect.version);
    else if (effect.kind === "advanced") this.#flush(version);
    else if (effect.kind === "synced") this.#renew(version);
  }

  close(): void {
    this.#mirror.close();
  }

  #flush(version: Version): void {
    const changes = this.#changes;
    this.#changes = [];
    if (this.#isReset) return;
    this.#keepEpoch(version);
    this.#mirror.take(version, changes, []);
  }

  #renew(version: Version): void {
    if (this.#isReset) {
      this.#isReset = false;
      this.#changes = [];
      this.#mirror.rewrite();
    }
    this.#keepEpoch(version);
  }

  /** Before anything of it is written. */
  #keepEpoch({ epoch }: Version): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#options.writeEpochs().catch((error) => {
      this.#epoch = -1;
      this.#options.onFailure(error);
    });
  }

  /** What was prepared beyond its beginning came to nothing, and is on the disk. */
  #begin(epochs: readonly Epoch[], version: Version): void {
    if ((epochs.at(-1)?.revision ?? 0) < this.#mirror.queued) this.#mirror.rewrite();
    this.#epoch = -1; // the number may be the same
    this.#keepEpoch(version);
  }
}
