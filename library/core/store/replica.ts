/**
 * A replica's half of a store: follows the feed of the authority, and asks for what it lacks.
 *
 *     const replica = new Replica(nowMs, start?);   // its first effects are those of the first `check`, due at once
 *     carryOut(replica.receive(message, nowMs));     // whatever comes
 *     carryOut(replica.check(nowMs));                // at `deadlineMs`; early is harmless
 *
 * Invariant: `table` is the authority's at `version`: changes are applied one after the other without a hole, or a snapshot
 * takes its place when it is whole. Times are ms on the monotonic clock.
 */
import { limits } from "../limits.ts";
import type { Change, Entry, Version } from "./change.ts";
import { EarlyChanges } from "./early-changes.ts";
import { forkOf, isRun, laterThan } from "./fork.ts";
import { epochAt, holdsVersion } from "./history.ts";
import type {
  Answer,
  Head,
  Question,
  ReplicaCounts,
  ReplicaEffect,
  ReplicaMessage,
  ReplicaStart,
  ReplicaState,
} from "./replica-messages.ts";
import { SnapshotTarget } from "./snapshot-target.ts";
import { Table } from "./table.ts";

/** A walk that is under way. */
interface Walking {
  /** Unknown until the first page is there. */
  id: number | undefined;
  target: SnapshotTarget | undefined;
  nextPage: number;
  /** Nothing of the visible table is in the authority's history. */
  readonly isFork: boolean;
}

export class Replica {
  state: ReplicaState = "syncing";
  /** What is visible: the authority's table at `version`. Another object after a `reset` or the first `synced`. Read only. */
  table = new Table();
  /** Of `table`; epoch 0 and revision 0 before there is one. */
  version: Version = { epoch: 0, revision: 0 };
  /** Every epoch of the history of `table`, with the revision after which it began: what a disk keeps beside the version. */
  epochs: readonly Version[] = [];
  /** Is there a table? Not before the first snapshot is whole. */
  isWhole = false;
  /** When `check` has something to do; never `undefined` while it is in use. */
  deadlineMs: number;

  readonly #counts = { refused: 0, repeated: 0, overflowed: 0, fenced: 0, failed: 0, snapshots: 0 };
  readonly #early = new EarlyChanges();
  /** The latest that is known of the authority. */
  #head: Head | undefined;
  #heardMs: number;
  #isLost = false;
  /** The revision that the authority had when we first heard of it in its epoch: `synced` when it is reached. */
  #goal: number | undefined;
  #walking: Walking | undefined;
  #since: number | undefined;
  /** By number, the pages that are asked for. */
  readonly #pagesAsked = new Map<number, number>();
  #lastRequest = 0;
  /** Nothing is asked before. */
  #askAgainMs = 0;
  /** Since when something is missing that may still be on its way. */
  #holeMs: number | undefined;
  #effects: ReplicaEffect[] = [];
  #hasAdvanced = false;

  /** `start`: what a disk had. It is visible at once, and caught up from. */
  constructor(nowMs: number, start?: ReplicaStart) {
    this.#heardMs = nowMs;
    this.deadlineMs = nowMs;
    if (start === undefined) return;
    for (const entry of start.entries) this.table.restore(entry);
    this.version = start.version;
    this.epochs = start.epochs;
    this.isWhole = true;
  }

  get counts(): ReplicaCounts {
    return this.#counts;
  }

  /** How many revisions the authority is known to be ahead; 0 while it is not known. */
  get lag(): number {
    return Math.max((this.#head?.revision ?? 0) - this.version.revision, 0);
  }

  /** The node that is the authority, and its epoch, as far as we heard; `undefined` before. */
  get authority(): { readonly node: string; readonly epoch: number } | undefined {
    return this.#head;
  }

  receive(message: ReplicaMessage, nowMs: number): ReplicaEffect[] {
    if (message.kind === "changes") this.#receiveChanges(message, nowMs);
    else if (message.kind === "announce") this.#hear(message, nowMs);
    else if (message.kind === "answer") this.#receiveAnswer(message.request, message.answer, nowMs);
    else if (message.kind === "failed") this.#receiveFailure(message.request, nowMs);
    else this.#isLost = true;
    return this.#conclude(nowMs);
  }

  check(nowMs: number): ReplicaEffect[] {
    return this.#conclude(nowMs);
  }

  /** How long nothing was heard of the authority, since the beginning where nothing ever was. */
  ageMs(nowMs: number): number {
    return nowMs - this.#heardMs;
  }

  /**
   * Is this version of the authority visible, or a later one? Also true where the history that we follow has lost it: then
   * nothing is gained by waiting. Look again after each `advanced`.
   */
  reached({ epoch, revision }: Version): boolean {
    if (!this.isWhole || this.version.epoch < epoch) return false;
    if (this.version.revision >= revision) return true;
    return this.version.epoch > epoch && !holdsVersion(this.epochs, this.version.revision, { epoch, revision });
  }

  /** Of the visible table. */
  get(key: Entry["key"]): Entry | undefined {
    return this.table.get(key);
  }

  /** Up to where there is no hole, in what is built aside or what is visible. */
  get #cursor(): number {
    return this.#walking?.target?.revision ?? this.version.revision;
  }

  #receiveChanges(
    { epoch, node, firstRevision, changes }: Extract<ReplicaMessage, { kind: "changes" }>,
    nowMs: number,
  ): void {
    if (!isRun(firstRevision, changes.length)) {
      this.#counts.refused += 1;
      return;
    }
    const head = this.#head;
    if (head === undefined) return; // of what it comes after we know nothing: the walk that is asked for tells
    if (epoch < head.epoch) {
      this.#fence(epoch, head.epoch);
      return;
    }
    if (epoch > head.epoch || node !== head.node) return; // its announcement comes first
    this.#heard(nowMs);
    const last = firstRevision + changes.length - 1;
    if (last > head.revision) this.#head = { ...head, revision: last };
    this.#take(firstRevision, changes);
  }

  #fence(epoch: number, highest: number): void {
    this.#counts.fenced += 1;
    this.#effects.push({ kind: "fenced", epoch, highest });
  }

  /** Applies what has its turn, and holds what has not. */
  #take(first: number, changes: readonly Change[]): void {
    const cursor = this.#cursor;
    const last = first + changes.length - 1;
    if (last <= cursor) this.#counts.repeated += changes.length;
    else if (first > cursor + 1 || this.#isBlind) {
      if (!this.#early.hold(first, changes)) this.#counts.overflowed += changes.length;
    } else {
      this.#apply(first === cursor + 1 ? changes : changes.slice(cursor + 1 - first));
      for (let more = this.#early.after(this.#cursor); more !== undefined; more = this.#early.after(this.#cursor)) {
        this.#apply(more);
      }
    }
  }

  /** There is no table yet that changes could be applied to. */
  get #isBlind(): boolean {
    return this.#walking === undefined ? !this.isWhole : this.#walking.target === undefined;
  }

  #apply(changes: readonly Change[]): void {
    const target = this.#walking?.target;
    if (target !== undefined) {
      for (const change of changes) target.apply(change);
      return;
    }
    let { revision } = this.version;
    for (const change of changes) {
      revision += 1;
      const before = this.table.apply(change, revision);
      this.#effects.push({ kind: "changed", revision, change, before });
    }
    this.#moveTo(revision);
    this.#hasAdvanced = true;
  }

  /** Along the history that we follow: of an epoch that began beyond the revision, the table has nothing yet. */
  #moveTo(revision: number): void {
    this.version = { epoch: epochAt(this.epochs, revision) ?? this.version.epoch, revision };
  }

  #heard(nowMs: number): void {
    this.#heardMs = nowMs;
    this.#isLost = false;
  }

  /** Somebody says that it is the authority. False: we do not follow it. */
  #hear(head: Head, nowMs: number): boolean {
    const known = this.#head;
    if (known !== undefined && head.epoch < known.epoch) {
      this.#fence(head.epoch, known.epoch);
      return false;
    }
    if (known !== undefined && head.epoch === known.epoch && head.node !== known.node) {
      this.#counts.fenced += 1;
      this.#effects.push({ kind: "rival", epoch: head.epoch, node: head.node });
      if (!this.#isLost && this.ageMs(nowMs) < limits.storeStaleMs) return false;
    }
    const isNew = known === undefined || head.epoch !== known.epoch || head.node !== known.node;
    this.#heard(nowMs);
    this.#head = isNew || head.revision >= known.revision ? head : { ...head, revision: known.revision };
    if (isNew) this.#follow(head, known !== undefined && head.epoch === known.epoch);
    return true;
  }

  /** Another authority, or the first. `isRival`: of an epoch that we have of another one. */
  #follow({ epochs, revision }: Head, isRival: boolean): void {
    this.#goal = revision;
    this.#early.clear();
    this.#since = undefined;
    this.#holeMs = undefined;
    if (this.#walking !== undefined) this.#giveUpWalk();
    if (!this.isWhole) return;
    const isOurs = !isRival && holdsVersion(epochs, revision, this.version);
    if (isOurs) {
      this.epochs = epochs;
      this.#moveTo(this.version.revision);
      this.#effects.push({ kind: "epoch", version: this.version, epochs });
      return;
    }
    const fork = forkOf(epochs, this.version, isRival);
    this.#effects.push({ kind: "unmatched", from: this.version, fork, entries: laterThan(this.table, fork) });
    this.#beginWalk(true);
  }

  #receiveAnswer(request: number, answer: Answer, nowMs: number): void {
    const page = this.#pagesAsked.get(request);
    const isSince = request === this.#since;
    this.#pagesAsked.delete(request);
    if (isSince) this.#since = undefined;
    if (!this.#hear(answer.head, nowMs) || (page === undefined && !isSince)) return; // given up meanwhile
    if (answer.kind === "page" && page !== undefined) this.#receivePage(answer, page);
    else if (answer.kind === "forgotten" && page !== undefined) this.#beginWalk(this.#walking?.isFork ?? false);
    else if (answer.kind === "changes" && isSince) this.#receiveSince(answer, nowMs);
    else if (answer.kind === "gone" && isSince) this.#beginWalk(this.#walking?.isFork ?? false);
    else if (answer.kind === "foreign" && isSince) this.#beginWalk(true);
    else this.#counts.refused += 1;
  }

  #receiveSince({ firstRevision, changes, isLast, head }: Extract<Answer, { kind: "changes" }>, nowMs: number): void {
    if (changes.length > 0) {
      if (!isRun(firstRevision, changes.length)) this.#counts.refused += 1;
      else this.#take(firstRevision, changes);
    }
    this.#holeMs = undefined;
    if (!isLast && changes.length > 0) return;
    if (this.#head !== undefined && this.#cursor < head.revision) this.#askAgainMs = nowMs + limits.storeRetryMs;
  }

  #receivePage({ walk, page, revision, entries, isLast }: Extract<Answer, { kind: "page" }>, asked: number): void {
    const walking = this.#walking;
    if (walking === undefined || page !== asked || (walking.id ?? walk) !== walk) {
      this.#counts.refused += 1;
      return;
    }
    walking.id = walk;
    walking.target ??= new SnapshotTarget(revision);
    walking.target.addPage(page, revision, entries, isLast);
    if (isLast) walking.nextPage = Number.POSITIVE_INFINITY;
    for (let more = this.#early.after(this.#cursor); more !== undefined; more = this.#early.after(this.#cursor)) {
      this.#apply(more);
    }
  }

  #receiveFailure(request: number, nowMs: number): void {
    const wasPage = this.#pagesAsked.delete(request);
    const wasSince = request === this.#since;
    if (!wasPage && !wasSince) return;
    this.#counts.failed += 1;
    if (wasSince) this.#since = undefined;
    if (wasPage) this.#giveUpWalk();
    this.#askAgainMs = nowMs + limits.storeRetryMs;
  }

  #giveUpWalk(): void {
    const isFork = this.#walking?.isFork ?? false;
    this.#pagesAsked.clear();
    this.#walking = undefined;
    if (isFork) this.#beginWalk(true); // of the table that is shown there is no way back
  }

  #beginWalk(isFork: boolean): void {
    this.#pagesAsked.clear();
    this.#since = undefined;
    this.#counts.snapshots += 1;
    this.#walking = { id: undefined, target: undefined, nextPage: 0, isFork };
  }

  /** Everything that follows from what came, and from the time. */
  #conclude(nowMs: number): ReplicaEffect[] {
    this.#finishWalk();
    this.#pursue(nowMs);
    if (this.#hasAdvanced) this.#effects.push({ kind: "advanced", version: this.version });
    this.#hasAdvanced = false;
    this.#settleState(nowMs);
    this.#settleDeadline(nowMs);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #finishWalk(): void {
    const walking = this.#walking;
    const target = walking?.target;
    if (walking === undefined || target === undefined || this.#head === undefined) return;
    if (target.isOverfull) this.#beginWalk(walking.isFork);
    if (!target.isWhole || this.#walking !== walking) return;
    const from = this.version;
    const hadTable = this.isWhole;
    this.table = target.table;
    this.version = { epoch: this.#head.epoch, revision: target.revision };
    this.epochs = this.#head.epochs;
    this.isWhole = true;
    this.#walking = undefined;
    this.#pagesAsked.clear();
    this.#hasAdvanced = true;
    this.#goal ??= target.revision;
    if (hadTable) this.#effects.push({ kind: "reset", from, to: this.version, isFork: walking.isFork });
  }

  /** Asks for what is missing. */
  #pursue(nowMs: number): void {
    if (nowMs < this.#askAgainMs) return;
    if (this.#walking === undefined && !this.isWhole) this.#beginWalk(false);
    if (this.#walking !== undefined) this.#pursueWalk(this.#walking);
    if (this.#isBlind || this.#since !== undefined) return;
    if (this.#head === undefined) {
      this.#askSince(); // a table of the disk, and nobody heard yet
      return;
    }
    if (this.#cursor >= this.#head.revision) {
      this.#holeMs = undefined;
      return;
    }
    this.#holeMs ??= nowMs;
    if (nowMs - this.#holeMs >= limits.storeHoleMs) this.#askSince();
  }

  #pursueWalk(walking: Walking): void {
    const most = walking.id === undefined ? 1 : limits.storePagesInFlight;
    while (this.#pagesAsked.size < most && Number.isFinite(walking.nextPage)) {
      const page = walking.nextPage++;
      this.#pagesAsked.set(this.#ask({ kind: "snapshot", walk: walking.id, page }), page);
    }
  }

  #askSince(): void {
    const epoch = this.#walking === undefined ? this.version.epoch : this.#head!.epoch;
    this.#since = this.#ask({ kind: "since", epoch, revision: this.#cursor });
  }

  #ask(question: Question): number {
    const request = ++this.#lastRequest;
    this.#effects.push({ kind: "ask", request, question });
    return request;
  }

  #settleState(nowMs: number): void {
    const isUpToDate = this.isWhole && this.#walking === undefined && this.#head !== undefined;
    if (isUpToDate && this.#goal !== undefined && this.version.revision >= this.#goal) {
      this.#goal = undefined;
      this.#effects.push({ kind: "synced", version: this.version });
    }
    const isHeard = !this.#isLost && this.ageMs(nowMs) < limits.storeStaleMs;
    const isSynced = isUpToDate && this.#goal === undefined;
    const state = this.isWhole && !isHeard ? "stale" : isSynced ? "live" : "syncing";
    if (state === this.state) return;
    this.state = state;
    this.#effects.push({ kind: "state", state });
  }

  #settleDeadline(nowMs: number): void {
    let deadlineMs = nowMs + limits.storeStaleMs;
    if (this.state !== "stale") deadlineMs = Math.min(deadlineMs, this.#heardMs + limits.storeStaleMs);
    if (this.#askAgainMs > nowMs) deadlineMs = Math.min(deadlineMs, this.#askAgainMs);
    if (this.#holeMs !== undefined) deadlineMs = Math.min(deadlineMs, this.#holeMs + limits.storeHoleMs);
    this.deadlineMs = Math.max(deadlineMs, nowMs + 1);
  }
}
