/**
 * What a standby with a disk keeps there: the copy as it follows, and what was prepared beyond it.
 *
 * Invariant: up to `synced` the disk has the history that it was given, as safe as the store's durability says; what does
 * not follow on is replaced as a whole. Knows nothing of who is the authority.
 */
import { limits } from "../core/limits.ts";
import type { Change, Durability, Version } from "../core/store/change.ts";
import type { Results } from "../core/store/submission.ts";
import type { OpenStorage } from "../storage/storage.ts";
import { type Lot, Rewriting, type Whole } from "./rewriting.ts";

export interface MirrorOptions {
  readonly opened: OpenStorage;
  readonly durability: Durability;
  /** The copy as it is now, with what is known of outcomes. */
  readonly whole: () => Whole;
  /** All was replaced, by a table of the epochs that were known then. */
  readonly onReplaced: () => void;
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
  /** What waits for the disk, and goes to it together. */
  #waiting: Lot[] = [];
  /** How many lots were taken, and who waits for one of them to be safe. */
  #taken = 0;
  /** Of those so many are held back, until the epochs that they belong to are there. */
  #held = 0;
  #awaited: { readonly taken: number; readonly then: () => void }[] = [];
  /** Writes that are under way. */
  #writes = 0;
  /** All that is there is being replaced. */
  #rewriting: Rewriting | undefined;
  /** What is there does not follow on, and waits to be replaced: nothing is taken. */
  #isStopped = false;
  #isClosed = false;
  /** Which outcomes of a client may be on the disk, the client not heard of for longest first. */
  readonly #kept = new Map<string, { readonly from: number; readonly end: number }>();

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#queued = options.opened.head.version.revision;
    this.#synced = this.#queued;
  }

  /** Up to here it was taken. */
  get queued(): number {
    return this.#queued;
  }

  get synced(): number {
    return this.#synced;
  }

  /** All that is there is being replaced, or waits for that. */
  get isBehind(): boolean {
    return this.#rewriting !== undefined || this.#isStopped;
  }

  /** Changes, of which those that are there already are left out. */
  take(version: Version, changes: readonly Change[], results: readonly Results[]): void {
    if (this.#isClosed || this.#isStopped) return; // the replacement that comes has it
    const fresh = changes.slice(Math.max(this.#queued - (version.revision - changes.length), 0));
    if (version.revision - fresh.length > this.#queued) {
      this.rewrite();
      return;
    }
    if (fresh.length === 0 && results.length === 0) return;
    const at = { epoch: version.epoch, revision: Math.max(version.revision, this.#queued) };
    this.#queued = at.revision;
    this.#add({ version: at, changes: fresh, results });
  }

  /** Outcomes of what was taken already. `then`: they are as safe as that. */
  keep(version: Version, results: readonly Results[], then: () => void): void {
    if (this.#isClosed) return;
    this.#awaited.push({ taken: this.#taken + 1, then });
    if (this.#isStopped)
      this.#taken += 1; // the replacement that comes has them
    else this.#add({ version: { epoch: version.epoch, revision: this.#queued }, changes: [], results });
  }

  #add(lot: Lot): void {
    this.#taken += 1;
    if (this.#rewriting !== undefined) this.#rewriting.take(lot);
    else {
      this.#waiting.push(lot);
      if (this.#writes === 0) this.flush();
    }
  }

  /** Hands all that was taken to the disk, in front of whatever it is given next. */
  flush(): void {
    const lots = this.#waiting;
    const version = lots.at(-1)?.version;
    if (version === undefined) return;
    this.#waiting = [];
    const changes = lots.length === 1 ? lots[0]!.changes : lots.flatMap((each) => each.changes);
    const results = lots.flatMap((each) => each.results);
    const forget = results.flatMap((each) => this.#forget(each));
    const { opened, durability } = this.#options;
    this.#writes += 1;
    const taken = this.#taken - this.#held;
    this.#then(opened.write({ version, changes, results, forget }, durability), () => {
      this.#writes -= 1;
      if (this.#writes === 0) this.flush();
      this.#advance(version.revision, taken);
    });
  }

  /** What is there is not the history that we follow, or has a hole: all of it is replaced by the copy. */
  rewrite(): void {
    if (this.#isClosed) return;
    this.stop();
    this.#isStopped = false;
    const generation = this.#generation;
    const { opened, whole } = this.#options;
    const { revision } = whole().version;
    this.#queued = revision;
    this.#synced = Math.min(this.#synced, revision);
    const rewriting = new Rewriting(opened, whole, () => generation === this.#generation);
    this.#rewriting = rewriting;
    this.#then(rewriting.run(), (version) => {
      if (version === undefined) return;
      this.#rewriting = undefined;
      const taken = this.#taken - rewriting.behind.length;
      const isOfThen = (lot: Lot): boolean => lot.version.epoch <= version.epoch;
      const later = rewriting.behind.filter((lot) => !isOfThen(lot));
      this.#held = later.length;
      this.#waiting = rewriting.behind.filter(isOfThen);
      this.flush();
      this.#options.onReplaced();
      this.#held = 0;
      this.#waiting = later;
      this.flush();
      this.#advance(version.revision, taken);
    });
  }

  /** Nothing of what is there counts: nothing is taken until all is replaced. */
  stop(): void {
    this.#generation += 1;
    this.#waiting = [];
    this.#writes = 0;
    this.#rewriting = undefined;
    this.#isStopped = true;
  }

  close(): void {
    this.flush();
    this.#isClosed = true;
    this.#generation += 1;
  }

  /** What comes of it counts while nothing else has begun. */
  #then<Result>(act: Promise<Result>, use: (result: Result) => void): void {
    const generation = this.#generation;
    act.then(
      (result) => {
        if (generation === this.#generation) use(result);
      },
      (error) => {
        if (generation === this.#generation) this.#fail(error);
      },
    );
  }

  #advance(revision: number, taken: number): void {
    this.#synced = Math.max(this.#synced, revision);
    const isSafe = (each: { readonly taken: number }): boolean => each.taken <= taken;
    const safe = this.#awaited.filter(isSafe);
    this.#awaited = this.#awaited.filter((each) => !isSafe(each));
    for (const { then } of safe) then();
    this.#options.onSynced();
  }

  /** The disk is given time; then all is written anew. */
  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.stop();
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
