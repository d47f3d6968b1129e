/** What a handle stands on: the authority itself, a replica, or only a way to the authority. */
import type { Entry, Version } from "../core/store/change.ts";
import type { Value } from "../core/values/index.ts";
import type { Promoted } from "./promotions.ts";
import type { ReadPort } from "./reader.ts";
import type { WritePort } from "./writer.ts";

export type StoreRoleName = "authority" | "standby" | "replica" | "client";

/**
 * - `syncing`: the replica is not yet up to date;
 * - `live`: it is, or the authority answers;
 * - `stale`: nothing was heard of the authority for a while, or of the heir if we are it, see `ageMs`;
 * - `closed`.
 */
export type StoreState = "syncing" | "live" | "stale" | "closed";

/** What a handle that may be the authority is in the succession. */
export interface Succession {
  /**
   * As the event `term` tells it: `conflicted`, `protected`, `heir`, `follower` and so on; or `unsaved`: what only it has
   * cannot be saved, so it follows nobody.
   */
  readonly standing: string;
  /** Name of the heir, of an authority that has one: with the standing `protected` it takes over when this node is gone. */
  readonly heir: string | undefined;
  /** Of an heir: whose it is, and whether it had all that there is; until then it does not take over by itself. */
  readonly heirOf: { readonly node: string; readonly isPromotable: boolean } | undefined;
  /** Name of the other authority, while neither takes writes. */
  readonly rival: string | undefined;
  /** Entries that only it had, and saved, since it was opened. */
  readonly diverged: number;
}

/** A whole copy, which is read at once. */
export interface LocalTable {
  get(key: Value): Entry | undefined;
  size(): number;
  entries(): Iterable<Entry>;
}

/** For what may never come: whoever waits no more says so, or it is kept. */
export interface Waiting {
  /** False: it will not come, for what was to show it is closed. */
  readonly promise: Promise<boolean>;
  cancel(): void;
}

export interface Side {
  readonly role: StoreRoleName;
  /** Of what is here to be read; of a client, the last that it heard of. */
  readonly version: Version;
  readonly state: StoreState;
  /** Revisions that the authority is ahead, as far as is known. */
  readonly lag: number;
  /** How long nothing was heard of the authority. */
  readonly ageMs: number;
  readonly isPersistent: boolean;
  /** Only where it may be the authority. */
  readonly succession?: Succession;
  /** Absent where there is no copy. */
  readonly table: LocalTable | undefined;
  readonly writePort: WritePort;
  readonly readPort: ReadPort;
  /** Until the version, of the authority of this life, is to be read here; `undefined`: it is. */
  reached(version: Version, by: string): Waiting | undefined;
  /** Only where it may be the authority. */
  promote?(force: boolean, timeoutMs: number): Promise<Promoted>;
  /** It will be closed: from now on it takes no role over. */
  leave?(): void;
  /** Waits for what is under way, for so long at most. */
  close(graceMs: number): Promise<void>;
}
