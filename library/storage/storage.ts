/**
 * Where a store keeps its table beyond the life of the process: what every backend does, with the same promises.
 *
 * A backend takes batches, each whole or not at all, and gives back, when it is opened again, the table after the last
 * batch that survived. It knows nothing of operations, of replicas or of who is the authority.
 */
import type { Change, Durability, Entry, Outcome, Version } from "../core/store/change.ts";
import type { Epoch } from "../core/store/epochs.ts";

/** Results of one client's operations `first`, `first + 1`, …; kept so that an operation that comes again is known. */
export interface Results {
  readonly client: string;
  readonly first: number;
  readonly outcomes: readonly Outcome[];
}

/** What is written in one go. */
export interface Batch {
  /** The version after the last of `changes`. */
  readonly version: Version;
  /** Their revisions end with `version.revision` and follow one another. */
  readonly changes: readonly Change[];
  readonly results: readonly Results[];
  /** Results of this client before this number are no longer needed. */
  readonly forget: readonly { readonly client: string; readonly before: number }[];
}

/** What is there besides entries: small, and written whole. */
export interface StoreHead {
  readonly version: Version;
  /** The epochs of this history in order; who began those that a disk of format 1 has is not known. */
  readonly epochs: readonly Epoch[];
  /** The highest epoch that was ever heard of: none below it is ever begun here again. */
  readonly highestEpoch: number;
  /** 32 hex digits, drawn when the table was first made: tells a copy of this history from another one of the same name. */
  readonly lineage: string;
  /** Whatever else the store must remember, as text; up to `limits.storeRecordCharacters`. Left out: none. */
  readonly record?: string | undefined;
}

/** What of the head is written by itself. */
export type Lead = Omit<StoreHead, "version">;

export interface OpenStorage {
  readonly head: StoreHead;
  /** How many entries there are. */
  readonly size: number;
  /** What was found and mended when it was opened, in words: a torn tail that was cut, for example. */
  readonly notices: readonly string[];

  /** All entries, in no particular order, a chunk at a time; once, right after opening. Bounded memory. */
  entries(): AsyncIterable<readonly Entry[]>;
  /** All results that are kept, in order for each client. */
  results(): AsyncIterable<Results>;

  /**
   * Writes a batch: all of it, or nothing. Resolves when it is as safe as `durability` says: `memory` and `process`, when
   * the operating system has it; `disk` and above, when it is synced. Batches take effect in the order of the calls.
   * @throws SwitchyardError `NO_SPACE`, `DISK_FAILED`, `NOT_PERMITTED`, `CLOSED`. Then nothing of it is there, nor will be
   * after a restart; whatever already waited behind it fails with it. The next call tries again.
   */
  write(batch: Batch, durability: Durability): Promise<void>;

  /** Replaces head, epochs and record, all or nothing, synced before it resolves: a term is fenced by it. @throws as `write` */
  writeHead(head: Lead): Promise<void>;

  /**
   * Begins anew: what comes until `commit` replaces the whole table, atomically; a crash before leaves the old one.
   * For a replica that takes a snapshot. Results begin anew, too: those that were added are all that is kept. One at a time:
   * with another one begun, whatever is asked of the one before but `abandon` fails with `CLOSED`, and changes nothing.
   */
  replace(): Promise<Replacement>;

  /** Syncs what is not, and lets go of the lock. Closing twice is harmless. */
  close(): Promise<void>;
}

/** A table that takes the place of the present one when it is whole; memory holds nothing of it until then. */
export interface Replacement {
  /** Of a key that was there before, in whatever call, the entry counts that comes last. */
  add(entries: readonly Entry[]): Promise<void>;
  /** Changes of what was added so far; their revisions end with `version.revision`. */
  change(batch: Pick<Batch, "version" | "changes">): Promise<void>;
  /** In order for each client. They count from the same moment as the entries do. */
  addResults(results: readonly Results[]): Promise<void>;
  commit(head: StoreHead): Promise<void>;
  /** Forgets what was added. */
  abandon(): Promise<void>;
}

export interface StorageOptions {
  /** What to do with a database that is damaged. Default: nothing, `CORRUPT` is thrown and no file is touched. */
  readonly repair?: "truncate" | "from-replica" | undefined;
  /** Begin with an empty table, whatever is there. Never with a damaged one. */
  readonly clear?: boolean | undefined;
}

export interface Storage {
  /**
   * Opens the table under a path, which is made where it is missing, and checks that it is whole.
   * @throws SwitchyardError `LOCKED`, `CORRUPT`, `FORMAT_TOO_NEW`, `NOT_PERMITTED`, `NO_SPACE`, `DISK_FAILED`
   */
  open(path: string, options?: StorageOptions): Promise<OpenStorage>;

  /**
   * Writes a new text file in a folder, for people: what would be lost else. It is synced before it resolves, for its owner
   * alone to read, and never read, changed or removed by us. Resolves with where it is. A name that is there already gets a
   * number behind it.
   * @throws SwitchyardError `NO_SPACE`, `DISK_FAILED`, `NOT_PERMITTED`; then it is not there
   */
  keep(folder: string, name: string, lines: Iterable<string>): Promise<string>;
}
