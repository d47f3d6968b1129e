/**
 * The last changes of a store, for replicas that missed some.
 *
 * Invariant: revisions follow one another without a hole up to the newest; the oldest give way beyond `limits.storeLogChanges`
 * and `limits.storeLogBytes`. What is added together stays together. A put is kept as the entry that the table holds, too,
 * so it costs no object of its own. Knows nothing of epochs.
 */
import { limits } from "../limits.ts";
import type { Change, Entry } from "./change.ts";
import { sizeOfChange } from "./size.ts";

/** A change, as it is kept. */
export type Logged = Entry | Exclude<Change, { kind: "put" }>;

interface Stretch {
  readonly first: number;
  readonly changes: readonly Logged[];
  readonly bytes: number;
}

/** Takes the place of all that were given up: there may be as many as are kept. */
const gone: Stretch = { first: 0, changes: [], bytes: 0 };

export class ChangeLog {
  #stretches: Stretch[] = [];
  /** Stretches at the beginning that were given up; they are taken out when they are many. */
  #gone = 0;
  #changes = 0;
  #bytes = 0;
  /** Of the next change. */
  #next: number;

  /** `revision`: of the last change before the log begins. */
  constructor(revision: number) {
    this.#next = revision + 1;
  }

  get size(): number {
    return this.#changes;
  }

  /** The revision before the first that is kept. */
  get start(): number {
    return (this.#stretches[this.#gone]?.first ?? this.#next) - 1;
  }

  /** All changes after `revision` that are kept. */
  *after(revision: number): Generator<Change> {
    for (const { first, changes } of this.#stretches.slice(this.#gone)) {
      for (let i = Math.max(0, revision + 1 - first); i < changes.length; i++) yield changeOf(changes[i]!);
    }
  }

  /** `bytes`: of all of them, by estimate. */
  add(changes: readonly Logged[], bytes: number): void {
    if (changes.length === 0) return;
    // A copy is just as long as it must be: an array that grew to a few has room for seventeen.
    this.#stretches.push({ first: this.#next, changes: changes.slice(), bytes });
    this.#next += changes.length;
    this.#changes += changes.length;
    this.#bytes += bytes;
    while (this.#changes > limits.storeLogChanges || this.#bytes > limits.storeLogBytes) this.#forgetOldest();
  }

  /** A page of the changes after `revision`, which is none to come; `undefined` where the first of them is gone. */
  since(revision: number): readonly Change[] | undefined {
    if (revision + 1 === this.#next) return [];
    const at = this.#find(revision + 1);
    return at === undefined ? undefined : this.#page(at, revision + 1);
  }

  #page(at: number, first: number): readonly Change[] {
    const page: Change[] = [];
    let bytes = 0;
    for (const stretch of this.#stretches.slice(at, at + limits.storePageEntries)) {
      for (let i = Math.max(0, first - stretch.first); i < stretch.changes.length; i++) {
        const change = changeOf(stretch.changes[i]!);
        page.push(change);
        bytes += sizeOfChange(change);
        if (page.length >= limits.storePageEntries || bytes >= limits.storePageBytes) return page;
      }
    }
    return page;
  }

  /** Where the stretch with the revision is. */
  #find(revision: number): number | undefined {
    let low = this.#gone;
    let high = this.#stretches.length - 1;
    if (low > high || revision < this.#stretches[low]!.first) return undefined;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#stretches[middle]!.first <= revision) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #forgetOldest(): void {
    const { changes, bytes } = this.#stretches[this.#gone]!;
    this.#stretches[this.#gone] = gone;
    this.#gone += 1;
    this.#changes -= changes.length;
    this.#bytes -= bytes;
    if (this.#gone * 2 < this.#stretches.length) return;
    this.#stretches = this.#stretches.slice(this.#gone);
    this.#gone = 0;
  }
}

function changeOf(logged: Logged): Change {
  if ("kind" in logged) return logged;
  const { key, value, expiresAtMs, expiresAfterMs } = logged;
  return { kind: "put", key, value, expiresAtMs, expiresAfterMs };
}
