/**
 * The table that a replica shows, and the one that is built aside to take its place: where changes go.
 *
 * Invariant: while a walk is under way nothing goes to what is shown; changes are applied one after the other without a
 * hole, and those that come before their turn are held. Knows nothing of questions, of time, or of who is the authority.
 */
import type { Change, Version } from "./change.ts";
import { EarlyChanges } from "./early-changes.ts";
import type { Epoch } from "./epochs.ts";
import type { Answer, Head, ReplicaEffect, ReplicaStart } from "./replica-messages.ts";
import { ShownTable } from "./shown-table.ts";
import type { Table } from "./table.ts";
import { laterThan } from "./unmatched.ts";
import type { Walking } from "./walking.ts";

export class Tables {
  readonly shown: ShownTable;
  /** A snapshot that is under way. */
  walking: Walking | undefined;
  /** What is shown parts from the authority's history at this revision; `undefined`: it does not. */
  #fork: number | undefined;
  /** That it parts is known from elsewhere. */
  #isForeign: boolean;
  readonly #early = new EarlyChanges();

  constructor(start: ReplicaStart | undefined) {
    this.shown = new ShownTable(start);
    this.#fork = start?.fork;
    this.#isForeign = this.#fork !== undefined;
  }

  /** What is shown has to be replaced. */
  get isForked(): boolean {
    return this.#fork !== undefined;
  }

  /** Up to where there is no hole, in what is built aside or what is shown; `undefined` while there is neither. */
  get position(): number | undefined {
    if (this.walking !== undefined) return this.walking.target?.revision;
    return this.shown.isWhole ? this.shown.version.revision : undefined;
  }

  /** Applies what has its turn, and holds what has not, unless it is too much. */
  take(first: number, changes: readonly Change[], effects: ReplicaEffect[]): "taken" | "repeated" | "overflowed" {
    const { position } = this;
    if (position !== undefined && first + changes.length - 1 <= position) return "repeated";
    if (position === undefined || first > position + 1) {
      return this.#early.hold(first, changes, position) ? "taken" : "overflowed";
    }
    this.#apply(changes.slice(position + 1 - first), effects);
    this.#applyEarly(effects);
    return "taken";
  }

  /** False: it is not of the walk. */
  takePage(page: Extract<Answer, { kind: "page" }>, effects: ReplicaEffect[]): boolean {
    const isFirst = this.walking?.target === undefined;
    if (this.walking?.take(page) !== true) return false;
    if (isFirst) this.#early.keepWithin(page.revision);
    this.#applyEarly(effects);
    return true;
  }

  /**
   * Another authority. False: what is shown is not of its history, and has to be replaced. `isFirst`: a walk that is under
   * way may be its own.
   */
  follow(head: Head, isFirst: boolean, effects: ReplicaEffect[]): boolean {
    this.#early.clear();
    if (!isFirst) this.walking = undefined;
    if (this.shown.isWhole && !this.#isForeign) this.#fork = this.shown.follow(head, effects);
    return this.#fork === undefined;
  }

  /** What is shown is not of the history of the authority that is followed, though it seemed so. */
  part(head: Head): void {
    this.#fork = this.shown.commonWith(head);
  }

  /** A snapshot is whole. */
  show(table: Table, to: Version, epochs: readonly Epoch[], effects: ReplicaEffect[]): void {
    const { version: from, table: former, isWhole: hadTable } = this.shown;
    const fork = this.#fork;
    if (fork !== undefined) effects.push({ kind: "unmatched", from, fork, entries: laterThan(former, fork) });
    this.shown.replace(table, to, epochs);
    if (hadTable) effects.push({ kind: "reset", from, to, isFork: fork !== undefined });
    this.#fork = undefined;
    this.#isForeign = false;
    this.walking = undefined;
  }

  #apply(changes: readonly Change[], effects: ReplicaEffect[]): void {
    if (this.walking === undefined) this.shown.apply(changes, effects);
    else for (const change of changes) this.walking.target!.apply(change);
  }

  #applyEarly(effects: ReplicaEffect[]): void {
    for (let more = this.#early.after(this.position!); more !== undefined; more = this.#early.after(this.position!)) {
      this.#apply(more, effects);
    }
  }
}
