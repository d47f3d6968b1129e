/**
 * Changes that came before those ahead of them, until the hole is closed; bounded, and what finds no room is asked for.
 *
 * Invariant: runs are in the order of their first revisions, one for each.
 */
import { limits } from "../limits.ts";
import type { Change } from "./change.ts";
import { sizeOfChange } from "./size.ts";

interface Run {
  readonly first: number;
  readonly changes: readonly Change[];
  readonly bytes: number;
}

export class EarlyChanges {
  #runs: Run[] = [];
  #count = 0;
  #bytes = 0;

  /** How many changes are held. */
  get count(): number {
    return this.#count;
  }

  /**
   * False: there is no room, or it is too far ahead of `position`, where that is known: a revision that is false would
   * lie here for good.
   */
  hold(first: number, changes: readonly Change[], position: number | undefined): boolean {
    if (position !== undefined && first > position + limits.storeEarlyChanges) return false;
    const at = this.#placeOf(first);
    const known = this.#runs[at]?.first === first ? this.#runs[at] : undefined;
    if (known !== undefined && known.changes.length >= changes.length) return true;
    const count = this.#count + changes.length - (known?.changes.length ?? 0);
    if (count > limits.storeEarlyChanges) return false;
    const bytes = bytesOf(changes);
    const allBytes = this.#bytes + bytes - (known?.bytes ?? 0);
    if (allBytes > limits.storeEarlyBytes) return false;
    this.#count = count;
    this.#bytes = allBytes;
    this.#runs.splice(at, known === undefined ? 0 : 1, { first, changes, bytes });
    return true;
  }

  /** The position is known now: lets go of what is too far ahead of it. */
  keepWithin(position: number): void {
    const kept = this.#runs.filter(({ first }) => first <= position + limits.storeEarlyChanges);
    this.#runs = kept;
    this.#count = kept.reduce((sum, { changes }) => sum + changes.length, 0);
    this.#bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The changes after this revision that are held, as far as there is no hole; what is older is let go. */
  after(revision: number): readonly Change[] | undefined {
    for (let run = this.#runs[0]; run !== undefined && run.first <= revision + 1; run = this.#runs[0]) {
      this.#runs.shift();
      this.#count -= run.changes.length;
      this.#bytes -= run.bytes;
      if (run.first + run.changes.length > revision + 1) return run.changes.slice(revision + 1 - run.first);
    }
    return undefined;
  }

  clear(): void {
    this.#runs = [];
    this.#count = 0;
    this.#bytes = 0;
  }

  /** Where the first run is that does not begin before; mostly the end. */
  #placeOf(first: number): number {
    let low = 0;
    let high = this.#runs.length;
    if (high > 0 && this.#runs[high - 1]!.first < first) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#runs[middle]!.first < first) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function bytesOf(changes: readonly Change[]): number {
  let bytes = 0;
  for (const change of changes) bytes += sizeOfChange(change);
  return bytes;
}
