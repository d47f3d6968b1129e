/**
 * Which life began each epoch, as authorities announced it: heads on the feed name epochs without them, and histories are
 * told apart by them (core/store/epochs.ts).
 */
import type { Version } from "../core/store/change.ts";
import type { Epoch } from "../core/store/epochs.ts";

/** Authorities whose announcements are kept. */
const kept = 16;

export class EpochLives {
  /** By the life that announced them; the last one heard of is the last. */
  readonly #announced = new Map<string, readonly Epoch[]>();
  /** What was known at the start, or since we had the role ourselves. */
  #own: readonly Epoch[];

  constructor(own: readonly Epoch[]) {
    this.#own = own;
  }

  announced(life: string, epochs: readonly Epoch[]): void {
    this.#announced.delete(life);
    this.#announced.set(life, epochs);
    if (this.#announced.size <= kept) return;
    for (const oldest of this.#announced.keys()) {
      this.#announced.delete(oldest);
      return;
    }
  }

  had(epochs: readonly Epoch[]): void {
    this.#own = epochs;
  }

  /** Epochs of a copy that follows `life`, with the lives that began them; empty where that is not known. */
  of(versions: readonly Version[], life: string | undefined): readonly Epoch[] {
    const known = [...(this.#announced.get(life ?? "") ?? []), ...this.#own];
    return versions.map(({ epoch, revision }) => {
      const by = known.find((each) => each.epoch === epoch && each.revision === revision)?.by ?? "";
      return { epoch, revision, by };
    });
  }
}
