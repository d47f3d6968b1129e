/**
 * What a standby with a disk keeps there: the copy as it follows, and what was prepared beyond it.
 *
 * Invariant: up to `synced` the disk has the history that it was given, as safe as the store's durability says; what does
 * not follow on is replaced as a whole. Knows nothing of who is the authority.
 */
import { limits } from "../core/limits.ts";
import type { AuthorityStart } from "../core/store/authority.ts";
import type { Change, Durability, Version } from "../core/store/change.ts";
import type { Results } from "../core/store/submission.ts";
import type { OpenStorage } from "../storage/storage.ts";
import { type Whole, writeWhole } from "./opening.ts";

export interface MirrorOptions {
  readonly opened: OpenStorage;
  readonly durability: Durability;
  /** The copy as it is now, with what is known of outcomes. */
  readonly whole: () => AuthorityStart & Pick<Whole, "lead">;
  /** `synced` is another one. */
  readonly onSynced: () => void;
  readonly onFailure: (error: unknown) => void;
  /** Calls back after a while. */
  readonly later: (run: () => void) => void;
}

export class Mirror {
  readonly #options: MirrorOptions;
  #queued: number;
  #synced: number;
  /** Grows with each replacement: what was under way before it counts no more. */
  #generation = 0;
  #isRewriting = false;
  #isClosed = false;
  /** Which outcomes of a client may be on the disk, the client not heard of for longest first. */
  readonly #kept = new Map<string, { readonly from: number; readonly end: number }>();

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#queued = options.opened.head.version.revision;
    this.#synced = this.#queued;
  }

  /** Up to here it was handed to the disk. */
  get queued(): number {
    return this.#queued;
  }

  get synced(): number {
    return this.#synced;
  }

  /** Changes, of which those that are there already are left out. */
  take(version: Version, changes: readonly Change[], results: readonly Results[]): void {
    if (this.#isClosed || this.#isRewriting) return; // the replacement has it, or comes again
    const fresh = changes.slice(Math.max(this.#queued - (version.revision - changes.length), 0));
    if (version.revision - fresh.length > this.#queued) {
      this.rewrite();
      return;
    }
    if (fresh.length === 0 && results.length === 0) return;
    const at = { epoch: version.epoch, revision: Math.max(version.revision, this.#queued) };
    this.#queued = at.revision;
    const forget = results.flatMap((each) => this.#forget(each));
    const generation = this.#generation;
    const { opened, durability } = this.#options;
    opened.write({ version: at, changes: fresh, results, forget }, durability).then(
      () => {
        if (generation === this.#generation) this.#advance(at.revision);
      },
      (error) => {
        if (generation === this.#generation) this.#fail(error);
      },
    );
  }

  /** What is there is not the history that we follow, or has a hole. */
  rewrite(): void {
    if (this.#isClosed) return;
    this.#generation += 1;
    this.#isRewriting = true;
    const generation = this.#generation;
    const { opened, whole } = this.#options;
    const { table, ...rest } = whole();
    const copy = { ...rest, table: [...table] };
    writeWhole(opened, copy, () => generation === this.#generation).then(
      () => {
        if (generation !== this.#generation) return;
        this.#isRewriting = false;
        this.#queued = copy.version.revision;
        this.#synced = this.#queued;
        this.#options.onSynced();
        if (whole().version.revision !== this.#queued) this.rewrite();
      },
      (error) => {
        if (generation === this.#generation) this.#fail(error);
      },
    );
    this.#synced = Math.min(this.#synced, copy.version.revision);
  }

  close(): void {
    this.#isClosed = true;
    this.#generation += 1;
  }

  #advance(revision: number): void {
    this.#synced = Math.max(this.#synced, revision);
    this.#options.onSynced();
  }

  /** The disk is given time; then all is written anew. */
  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#generation += 1;
    this.#isRewriting = true;
    this.#options.onFailure(error);
    const generation = this.#generation;
    this.#options.later(() => {
      if (generation === this.#generation) this.rewrite();
    });
  }

  /** What need not be there any longer: many of a client at a time, and all of whom the authority no longer knows. */
  #forget({ client, first, outcomes }: Results): { readonly client: string; readonly before: number }[] {
    const from = this.#kept.get(client)?.from ?? first;
    const end = first + outcomes.length;
    const before = end - limits.storeOutcomes;
    const isMuch = before - from > limits.storeOutcomes;
    this.#kept.delete(client);
    this.#kept.set(client, { from: isMuch ? before : from, end });
    return [...(isMuch ? [{ client, before }] : []), ...this.#forgetOldest()];
  }

  #forgetOldest(): { readonly client: string; readonly before: number }[] {
    if (this.#kept.size <= limits.storeClients) return [];
    const [client, { end }] = this.#kept.entries().next().value!;
    this.#kept.delete(client);
    return [{ client, before: end }];
  }
}
