/**
 * Is there one order of all acts, in which each took effect at one instant between its beginning and its end?
 *
 * The place of a write is its revision. A read, and a condition that did not hold, gets the first place that fits: not
 * before anything that was over when it began, and not after what there was when it ended. An act that comes later and has
 * no place left shows that there is no such order.
 */
import type { Act, StoreActs } from "./store-acts.ts";
import { counter } from "./store-acts.ts";
import { type StoreLedger, shownAs, type Table, type Told } from "./store-ledger.ts";

/** Clocks of nodes run apart by so much at most. */
const paceTolerance = 0.85;

const counterKey = shownAs(counter)!;

export interface OrderOptions {
  /** Somebody set wall clocks: an entry may go early where the authority changes. */
  readonly areWallsSet: boolean;
}

export class StoreOrder {
  readonly #ledger: StoreLedger;
  readonly #acts: readonly Act[];
  readonly #areWallsSet: boolean;
  /** By the value that it puts there. */
  readonly #byValue = new Map<string, Act>();
  readonly #floors = new Map<Act, number>();

  constructor(ledger: StoreLedger, { all }: StoreActs, { areWallsSet }: OrderOptions) {
    this.#ledger = ledger;
    this.#acts = all;
    this.#areWallsSet = areWallsSet;
    for (const act of all) if (act.value !== undefined) this.#byValue.set(act.value, act);
  }

  /** @throws where there is none, up to this revision of the history */
  check(last: number): void {
    let floor = 0;
    const moments = this.#acts.flatMap((act) => [
      { at: act.began, act, isBeginning: true },
      ...(act.end === undefined ? [] : [{ at: act.ended, act, isBeginning: false }]),
    ]);
    moments.sort((a, b) => a.at - b.at);
    for (const { act, isBeginning } of moments) {
      if (isBeginning) this.#floors.set(act, floor);
      else floor = Math.max(floor, this.#placeOf(act) ?? 0);
    }
    this.#checkEffects(last);
  }

  #placeOf(act: Act): number | undefined {
    if (act.end === "refused" || act.end === "doubt") return undefined;
    if (act.kind === "read")
      return this.#find(act, (table) => this.#isRead(act, table.get(act.key)?.revision ?? 0, table));
    if (act.end === "conflict") return this.#find(act, (table) => !this.#holds(act, table));
    return this.#placeOfWrite(act);
  }

  #placeOfWrite(act: Act): number {
    const { kind, key, revision, found } = act;
    const hasChanged = kind !== "remove" || found !== undefined;
    const floor = this.#floors.get(act)!;
    if (hasChanged ? revision <= floor : revision < floor) fail(act, `at ${revision}, and ${floor} was over before`);
    const told = this.#ledger.at(revision);
    const before = hasChanged ? this.#ledger.tableAt(revision - 1) : this.#ledger.tableAt(revision);
    if (!hasChanged) {
      if (before.has(key)) fail(act, `at ${revision}, found nothing, where there was ${before.get(key)!.value}`);
      return revision;
    }
    if (told === undefined || !isEffect(act, told))
      fail(act, `at ${revision}, where it was ${told?.kind} ${told?.key}`);
    if (!this.#holds(act, before)) fail(act, `at ${revision}, though its condition did not hold`);
    if (kind === "remove" && before.get(key)?.value !== found) fail(act, `found ${found}`);
    if (kind === "increment") this.#checkSum(act, before);
    return revision;
  }

  #checkSum(act: Act, before: Table): void {
    const sum = Number(before.get(act.key)?.value.match(/\d+/)?.[0] ?? 0) + 1;
    if (Number(act.found?.match(/\d+/)?.[0]) !== sum) fail(act, `made ${act.found}, not ${sum}`);
  }

  #holds({ kind, key, expected }: Act, table: Table): boolean {
    if (kind === "absent") return !table.has(key);
    return kind !== "replace" || table.get(key)?.value === expected;
  }

  #find(act: Act, fits: (table: Table) => boolean): number {
    const floor = this.#floors.get(act)!;
    for (let at = floor; at <= Math.min(act.newest, this.#ledger.newest); at++)
      if (fits(this.#ledger.tableAt(at))) return at;
    return fail(act, `${act.end}, ${act.found} of ${act.revision}: it was never so from ${floor} to ${act.newest}`);
  }

  #isRead(act: Act, revision: number, table: Table): boolean {
    const shown = table.get(act.key);
    if (shown?.value === act.found && revision === act.revision) return true;
    return act.found === undefined && shown !== undefined && this.#mayBeDue(shown.value, act.endedMs);
  }

  /** S12: the authority does not show what is due, though its removal comes a little later. */
  #mayBeDue(value: string, atMs: number): boolean {
    const { lastsMs, beganMs } = this.#byValue.get(value) ?? {};
    if (lastsMs === undefined || beganMs === undefined) return false;
    return this.#areWallsSet || atMs >= beganMs + lastsMs * paceTolerance;
  }

  /** S2: each effect is that of one act that may have had it, and of no other. */
  #checkEffects(last: number): void {
    const puts = new Map<Act, number>();
    const counts = { increment: 0, remove: 0, clear: 0 };
    for (let revision = 1; revision <= last; revision++) {
      const told = this.#ledger.at(revision)!;
      if (told.kind === "expire") this.#checkExpiry(told, revision);
      else if (told.kind === "clear" || told.kind === "remove") counts[told.kind] += 1;
      else if (told.key === counterKey) counts.increment += 1;
      else this.#checkPut(told, revision, puts);
    }
    for (const act of this.#byValue.values()) {
      if (act.end === "done" && !puts.has(act)) fail(act, "took no effect");
    }
    for (const kind of ["increment", "remove", "clear"] as const) this.#checkCount(kind, counts[kind]);
  }

  #checkPut(told: Told, revision: number, puts: Map<Act, number>): void {
    const act = this.#byValue.get(told.value!);
    if (act === undefined || act.key !== told.key) throw new Error(`nobody put ${told.value} under ${told.key}`);
    if (puts.has(act)) fail(act, `took effect at ${puts.get(act)} and at ${revision}`);
    if (act.end === "refused" || act.end === "conflict") fail(act, `took effect at ${revision}`);
    const floor = this.#floors.get(act)!;
    if (revision <= floor) fail(act, `took effect at ${revision}, before it was asked for, after ${floor}`);
    puts.set(act, revision);
  }

  #checkCount(kind: "increment" | "remove" | "clear", made: number): void {
    const ours = this.#acts.filter((act) => act.kind === kind);
    const least = ours.filter(({ end, found }) => end === "done" && (kind !== "remove" || found !== undefined)).length;
    const doubted = ours.filter(({ end }) => end === "doubt" || end === undefined).length;
    if (made >= least && made <= least + doubted) return;
    throw new Error(`${made} of kind ${kind} took effect, of ${least} acknowledged and ${doubted} in doubt`);
  }

  /** S12: nothing goes early, and only what was to go. */
  #checkExpiry({ key, atMs }: Told, revision: number): void {
    const shown = this.#ledger.tableAt(revision - 1).get(key);
    if (shown !== undefined && this.#mayBeDue(shown.value, atMs)) return;
    throw new Error(`${key} = ${shown?.value} expired at ${revision}, after ${atMs} ms`);
  }
}

function isEffect({ kind, key, value, found }: Act, told: Told): boolean {
  if (kind === "clear") return told.kind === "clear";
  if (told.key !== key) return false;
  if (kind === "remove") return told.kind === "remove";
  return told.value === (kind === "increment" ? found : value);
}

function fail(act: Act, what: string): never {
  throw new Error(`act ${act.number}, ${act.kind} ${act.key}, ${act.code ?? act.end}: ${what}`);
}
