/** What stores are opened with and written with, and what becomes of it: checked here, once. */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import { type Condition, type Durability, durabilities, type Expiry } from "../core/store/change.ts";
import type { Risk } from "../core/store/promotion.ts";
import type { StoreSchema } from "../core/store/schema.ts";
import { type Input, Interval, Time, toValue } from "../core/values/index.ts";

/** How every store may be opened. */
export interface StoreOptions {
  /** `sync`: with a whole copy here, so that `lookupSync` and the like answer at once. Default `sync`. */
  readonly mode?: "sync" | "async" | undefined;
  /** `ro`: this handle writes nothing. Default `rw`. */
  readonly access?: "rw" | "ro" | undefined;
  /** How safe a write is before it is acknowledged. Default `disk` where the store is persistent, else `memory`. */
  readonly durability?: Durability | undefined;
  /** How long writes and reads wait unless they say otherwise. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

export interface OpenStoreOptions extends StoreOptions {
  /**
   * How long a `sync` store waits for its first copy, before it fails with `NO_AUTHORITY`; or for more of it, before it fails
   * with `TIMED_OUT`. In ms; default 30,000.
   */
  readonly openTimeoutMs?: number | undefined;
}

export interface AuthoritativeOptions extends StoreOptions {
  /** Keep the table on disk under `path`. Default: where there is a `path`. */
  readonly persistent?: boolean | undefined;
  /** The folder of this store's database. */
  readonly path?: string | undefined;
  /** Begin with an empty table, whatever the disk has. Default false. */
  readonly clear?: boolean | undefined;
  /** Types of keys and values in Zeek's words; what does not fit is refused with `SCHEMA_MISMATCH`. */
  readonly schema?: StoreSchema | undefined;
  /** What to do with a damaged database: see docs/stores.md. Default: `CORRUPT`, and nothing is touched. */
  readonly repair?: "truncate" | "from-replica" | undefined;
}

/** Of stores that have standbys. */
export interface TakeoverOptions {
  /** Whether an authority goes on without its heir: when that is gone for sure, never, or always. Default `proof`. */
  readonly onHeirLost?: "proof" | "wait" | "continue" | undefined;
  /** `witness`: no role changes without the witness of this store, and with it either side may go on alone. Default: none. */
  readonly arbiter?: "witness" | undefined;
  /**
   * The folder for files of what only this node has, when another authority goes on without it. Default: `path`; of a store
   * that is not persistent, the working directory.
   */
  readonly divergedPath?: string | undefined;
  /** Name of the only node that may be the heir. Default: the first standby that is in sync. */
  readonly heir?: string | undefined;
}

export interface StandbyOptions extends AuthoritativeOptions, TakeoverOptions {
  /** How long it waits for its first copy, before it fails with `NO_AUTHORITY`. Default 30,000. */
  readonly openTimeoutMs?: number | undefined;
}

export interface WriteOptions {
  /** How long it may take; then `NO_AUTHORITY` or `INDETERMINATE`. */
  readonly timeoutMs?: number | undefined;
  readonly durability?: Durability | undefined;
}

export interface InsertOptions extends WriteOptions {
  /** When the authority removes the entry by its clock: a time, or ms since 1970. */
  readonly expiresAt?: Date | Time | number | undefined;
  /** How long after its last change the entry is removed: ms, or an interval. */
  readonly expiresAfter?: number | Interval | undefined;
}

export interface ReadOptions {
  readonly timeoutMs?: number | undefined;
}

export interface PromoteOptions {
  /** Takes the role, whatever the present authority does. Default false. */
  readonly force?: boolean | undefined;
  /** Name of the node that is to be the authority. */
  readonly node?: string | undefined;
  /** With `force`: what may be lost, as `atRisk` said; if it is more by now, nothing is done. */
  readonly agreed?: Risk | undefined;
  /** How long it may take. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** @throws SwitchyardError `BAD_ARGUMENT` */
export function checkStoreOptions(options: StoreOptions): void {
  if (typeof options !== "object" || options === null) throw bad("options that are no object");
  const { mode, access, durability, timeoutMs } = options;
  if (mode !== undefined && mode !== "sync" && mode !== "async") throw bad(`mode ${String(mode)}`);
  if (access !== undefined && access !== "rw" && access !== "ro") throw bad(`access ${String(access)}`);
  checkDurability(durability);
  timeoutOf(timeoutMs, limits.storeTimeoutMs);
}

/** Is there to be a table on disk? */
export function isKept({ persistent, path }: AuthoritativeOptions): boolean {
  return persistent ?? path !== undefined;
}

/** @throws SwitchyardError `BAD_ARGUMENT` */
export function checkDurability(durability: Durability | undefined): void {
  if (durability === undefined || durabilities.includes(durability)) return;
  throw bad(`durability ${String(durability)}, which is none of ${durabilities.join(", ")},`);
}

/** @throws SwitchyardError `BAD_ARGUMENT` */
export function timeoutOf(given: number | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (typeof given !== "number" || !(given > 0)) throw bad(`timeoutMs ${String(given)}, which must be above 0`);
  return Math.min(given, limits.surveyMs);
}

/** @throws SwitchyardError `BAD_ARGUMENT` */
export function expiryOf({ expiresAt, expiresAfter }: InsertOptions): Expiry | undefined {
  if (expiresAt !== undefined && expiresAfter !== undefined) throw bad("expiresAt and expiresAfter together");
  if (expiresAt !== undefined) return { kind: "at", wallMs: checked("expiresAt", wallMsOf(expiresAt)) };
  if (expiresAfter === undefined) return undefined;
  const ms = expiresAfter instanceof Interval ? Number(expiresAfter.nanoseconds / 1_000n) / 1_000 : expiresAfter;
  return { kind: "after", ms: checked("expiresAfter", ms) };
}

/** Without either, that the key is there. @throws SwitchyardError `BAD_ARGUMENT` where both are given */
export function conditionOf({
  expected,
  revision,
}: {
  readonly expected?: Input;
  readonly revision?: number;
}): Condition {
  if (expected !== undefined && revision !== undefined) {
    throw new SwitchyardError("BAD_ARGUMENT", "expected and revision together");
  }
  if (expected !== undefined) return { kind: "equals", value: toValue(expected) };
  return revision === undefined ? { kind: "present" } : { kind: "revision", revision };
}

function wallMsOf(at: Date | Time | number): number {
  if (at instanceof Time) return Number(at.nanoseconds / 1_000n) / 1_000;
  return at instanceof Date ? at.getTime() : at;
}

/** Up to the year 2262, which is as far as a time goes. */
function checked(name: string, ms: number): number {
  if (typeof ms !== "number" || !(ms >= 0) || ms > 9.2e12) throw bad(`${name} ${String(ms)}`);
  return ms;
}

function bad(what: string): SwitchyardError {
  return new SwitchyardError("BAD_ARGUMENT", `${what} of a store`);
}
