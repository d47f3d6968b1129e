/** Changes that came before those ahead of them, until the hole is closed; bounded, and what finds no room is asked for. */
import { limits } from "../limits.ts";
import type { Change } from "./change.ts";

export class EarlyChanges {
  /** Runs by the revision of their first change. */
  readonly #runs = new Map<number, readonly Change[]>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** False: there is no room. */
  hold(first: number, changes: readonly Change[]): boolean {
    if (this.#count + changes.length > limits.storeEarlyChanges) return false;
    const known = this.#runs.get(first);
    if (known !== undefined && known.length >= changes.length) return true;
    this.#count += changes.length - (known?.length ?? 0);
    this.#runs.set(first, changes);
    return true;
  }

  /** The changes after this revision that are held, as far as there is no hole; what is older is let go. */
  after(revision: number): readonly Change[] | undefined {
    for (const [first, changes] of this.#runs) {
      if (first > revision + 1) continue;
      this.#runs.delete(first);
      this.#count -= changes.length;
      if (first + changes.length > revision + 1) return changes.slice(revision + 1 - first);
    }
    return undefined;
  }

  clear(): void {
    this.#runs.clear();
    this.#count = 0;
  }
}
