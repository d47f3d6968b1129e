/**
 * What every handle of a store told of its changes, what was asked of it and what came of that, and whether the two fit.
 *
 * There is one history: a change for each revision, the same wherever it is told (S1, F6). What was acknowledged stands in
 * it where its acknowledgement says, once (S2), after all that was over when it was asked for; what failed for sure is not
 * in it. Each read has a place between what was over when it began and what began when it was over, at which the table was
 * as it says (S6): so there is one order of all, in which each took effect at one instant. A copy shows the table as it was
 * at its version, and never goes back (S4).
 * Invariant: tables come from replaying what was told, never from a table of the library.
 */
import { keyOf, type Value } from "../../library/core/values/index.ts";
import type { Batch } from "../../library/storage/storage.ts";
import { type StoreChange, storeChangeOf } from "../../library/store/told.ts";
import type { Store } from "../../library/store.ts";

/** Keys of entries that go after a while, and nobody else's. */
export const briefKeys = ["x", "y"] as const;

/** One entry, as it is compared. */
export interface Shown {
  readonly value: string;
  /** Of the change that made it so. */
  readonly revision: number;
}

export type Table = ReadonlyMap<string, Shown>;

/** One change. */
export interface Told {
  readonly kind: StoreChange["kind"];
  readonly key: string;
  readonly value: string | undefined;
  /** Who told it first, and when. */
  readonly by: string;
  readonly atMs: number;
}

/** A handle that is looked after. */
interface Handle {
  readonly name: string;
  epoch: number;
  revision: number;
  /** A standby that begins with what was prepared to its earlier life: nobody has seen it, and it may come to nothing. */
  isAhead: boolean;
}

export class StoreLedger {
  /** By revision, from 1. */
  readonly #told: (Told | undefined)[] = [];
  /** By revision, as far as they were asked for; the first is the empty one. */
  readonly #tables: Table[] = [new Map()];
  readonly #handles = new Map<Store, Handle>();
  /** By who wrote it to a disk: what was on its way to be told when it was killed is in the table of its next life. */
  readonly #written = new Map<string, Map<number, Told>>();
  readonly #authorities = new Set<string>();
  #newestWritten = 0;
  /** Whole copies that took the place of one that was there. */
  resets = 0;
  /** What was wrong as it was told; the library would take a throw for that of a listener. */
  readonly #faults: string[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get isEmpty(): boolean {
    return this.#told.length === 0;
  }

  /** The last revision that anybody told of. */
  get newest(): number {
    return Math.max(this.#told.length - 1, 0);
  }

  /** The last that there may be: also what an authority has whose handle is not there to be looked at yet. */
  get newestWritten(): number {
    return Math.max(this.newest, this.#newestWritten);
  }

  follow(store: Store, name: string): void {
    const isAhead = store.role === "standby" && store.version.revision > this.newest;
    const handle = { name, ...store.version, isAhead };
    this.#handles.set(store, handle);
    if (store.role === "client") return;
    for (let revision = 1; revision <= store.version.revision && !isAhead; revision++)
      this.#told[revision] ??= this.#fromDisk(name, revision);
    store.on("change", (change) => {
      if (store.role === "authority") this.#authorities.add(name);
      this.#tell(change, `${name}, ${store.role}`);
    });
    store.on("reset", ({ from, to, isFork }) => {
      if (isFork && !handle.isAhead) this.#faults.push(`${name} had at ${from.revision} what ${to.revision} has not`);
      handle.isAhead = false;
      [handle.epoch, handle.revision] = [to.epoch, to.revision];
      this.resets += 1;
    });
  }

  /** Nobody looks at it any more. */
  buried(store: Store): void {
    this.#handles.delete(store);
  }

  /** Those who told changes as the authority. */
  get authorities(): number {
    return this.#authorities.size;
  }

  has(kind: StoreChange["kind"]): boolean {
    return this.#told.some((told) => told?.kind === kind);
  }

  at(revision: number): Told | undefined {
    return this.#told[revision];
  }

  wrote({ changes, version }: Batch, by: string): void {
    const written = this.#written.get(by) ?? new Map<number, Told>();
    this.#written.set(by, written);
    for (const [i, change] of changes.entries()) {
      const { kind, key, value } = storeChangeOf(change, undefined, version);
      const told = { kind, key: keyOf(key), value: shownAs(value), by: `the disk of ${by}`, atMs: this.#nowMs() };
      written.set(version.revision - changes.length + 1 + i, told);
    }
    this.#newestWritten = Math.max(this.#newestWritten, version.revision);
  }

  #fromDisk(name: string, revision: number): Told | undefined {
    return this.#written.get(name)?.get(revision);
  }

  /** What all disks have alike. */
  #fromDisks(revision: number): Told | undefined {
    const all = [...this.#written.values()].flatMap((written) => written.get(revision) ?? []);
    return all.every((each) => isSame(each, all[0]!)) ? all[0] : undefined;
  }

  #tell({ kind, key, value, version }: StoreChange, by: string): void {
    const { revision } = version;
    const told: Told = { kind, key: keyOf(key), value: shownAs(value), by, atMs: this.#nowMs() };
    const known = this.#told[revision];
    if (known === undefined) this.#told[revision] = told;
    else if (!isSame(known, told)) this.#faults.push(`revision ${revision} is ${textOf(told)} and ${textOf(known)}`);
  }

  /** @throws where nobody told how it came about */
  tableAt(revision: number): Table {
    for (let next = this.#tables.length; next <= revision; next++) {
      this.#told[next] ??= this.#fromDisks(next);
      const told = this.#told[next];
      if (told === undefined) throw new Error(`nobody told of revision ${next}, of ${revision}`);
      this.#tables.push(applied(this.#tables[next - 1]!, told, next));
    }
    return this.#tables[revision]!;
  }

  /** S4: each copy shows the table as it was at its version, which never goes back. */
  check(): void {
    if (this.#faults.length > 0) throw new Error(this.#faults.join("; "));
    for (const [store, handle] of this.#handles) {
      const { epoch, revision } = store.version;
      const isEmpty = revision === 0 && handle.revision === 0; // which is of no epoch yet
      const hasGoneBack = (epoch < handle.epoch && !isEmpty) || (epoch === handle.epoch && revision < handle.revision);
      if (hasGoneBack) {
        throw new Error(`${handle.name} was at ${handle.epoch}.${handle.revision}, and is at ${epoch}.${revision}`);
      }
      [handle.epoch, handle.revision] = [epoch, revision];
      if (revision <= this.newest) handle.isAhead = false;
      if (store.role !== "client" && !handle.isAhead) this.#checkCopy(store, handle.name, revision);
    }
  }

  #checkCopy(store: Store, name: string, revision: number): void {
    const should = this.tableAt(revision);
    let shownEntries = 0;
    for (const { key, value, revision: changed } of store.entriesSync()) {
      shownEntries += 1;
      const shown = should.get(keyOf(key));
      if (shown?.value === keyOf(value) && shown.revision === changed) continue;
      throw new Error(`${name} at ${revision} has ${keyOf(key)} = ${keyOf(value)} of ${changed}, not ${shown?.value}`);
    }
    // S12: an authority hides what is due, though its removal comes a little later.
    const hidden = store.role === "authority" ? briefKeys.filter((key) => should.has(key) && !store.hasSync(key)) : [];
    if (shownEntries + hidden.length === should.size) return;
    throw new Error(`${name} at ${revision} has ${shownEntries} entries, not ${should.size}`);
  }
}

/** `insert` and `update` are one: which of the two it is, tables tell. */
function isSame(a: Told, b: Told): boolean {
  const isKind = a.kind === b.kind || (a.value !== undefined && b.value !== undefined);
  return isKind && a.key === b.key && a.value === b.value;
}

function textOf({ kind, key, value, by }: Told): string {
  return `${kind} ${key} ${value ?? ""} as ${by} tells`;
}

function applied(table: Table, { kind, key, value }: Told, revision: number): Table {
  if (kind === "clear") return new Map();
  const next = new Map(table);
  if (value === undefined) next.delete(key);
  else next.set(key, { value, revision });
  return next;
}

/** What a value is compared by; `undefined` where there is none. */
export function shownAs(value: Value | undefined): string | undefined {
  return value === undefined ? undefined : keyOf(value);
}
