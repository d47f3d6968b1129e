/**
 * A replica's half of a store: follows the feed of the authority, and asks for what it lacks.
 *
 *     const replica = new Replica(nowMs, start?);   // its first effects are those of the first `check`, due at once
 *     carryOut(replica.receive(message, nowMs));     // whatever comes
 *     carryOut(replica.check(nowMs));                // at `deadlineMs`; early is harmless
 *
 * Invariant: `table` is the authority's at `version`: changes are applied one after the other without a hole, or a snapshot
 * takes its place when it is whole. Times are ms on the monotonic clock.
 *
 * Whom it follows is in known-authority.ts, where changes go in tables.ts, a snapshot on its way in walking.ts. Here is
 * what follows from what comes, and what is asked.
 */
import { limits } from "../limits.ts";
import type { Change, Entry, Version } from "./change.ts";
import { type Epoch, isBeyond, type Place, placeOf } from "./epochs.ts";
import { KnownAuthority } from "./known-authority.ts";
import { type Asked, Questions } from "./questions.ts";
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
import { isNumber, isRun, isSoundPage, isSoundSince, soundHead } from "./soundness.ts";
import type { Table } from "./table.ts";
import { Tables } from "./tables.ts";
import { Walking } from "./walking.ts";

export class Replica {
  state: ReplicaState = "syncing";
  /** When `check` has something to do; never `undefined` while it is in use. */
  deadlineMs: number;

  readonly #counts = {
    ...{ refused: 0, repeated: 0, overflowed: 0, fenced: 0, unknown: 0, late: 0, failed: 0, snapshots: 0 },
  };
  readonly #authority: KnownAuthority;
  readonly #tables: Tables;
  readonly #questions = new Questions();
  /** Since when something is missing that may still be on its way. */
  #holeMs: number | undefined;
  /** `since` is asked without waiting: there is more of it, or somebody speaks whom we do not know. */
  #isAskDue = false;
  #effects: ReplicaEffect[] = [];

  /** `start`: what a disk had. It is visible at once, and caught up from. */
  constructor(nowMs: number, start?: ReplicaStart) {
    this.deadlineMs = nowMs;
    this.#tables = new Tables(start);
    this.#authority = new KnownAuthority(nowMs, this.version.epoch);
  }

  /** What is visible: the authority's table at `version`. Another object after a `reset` or the first `synced`. Read only. */
  get table(): Table {
    return this.#tables.shown.table;
  }

  /** Of `table`; epoch 0 and revision 0 before there is one. */
  get version(): Version {
    return this.#tables.shown.version;
  }

  /** The epochs of the history of `table`: what a disk keeps beside the version. */
  get epochs(): readonly Epoch[] {
    return this.#tables.shown.epochs;
  }

  /** Is there a table? Not before the first snapshot is whole. */
  get isWhole(): boolean {
    return this.#tables.shown.isWhole;
  }

  get counts(): ReplicaCounts {
    return this.#counts;
  }

  /** How many revisions the authority is known to be ahead; 0 while it is not known. */
  get lag(): number {
    return Math.max((this.#authority.head?.revision ?? 0) - this.version.revision, 0);
  }

  /** The node that is the authority, and its epoch, as far as we heard; `undefined` before. */
  get authority(): { readonly node: string; readonly epoch: number } | undefined {
    return this.#authority.head;
  }

  /** How long nothing was heard of the authority, since the beginning where nothing ever was. */
  ageMs(nowMs: number): number {
    return this.#authority.ageMs(nowMs);
  }

  /**
   * Is this version of the authority visible, or a later one? Also true where the history that we follow has lost it: then
   * nothing is gained by waiting. Look again after each `advanced`, and when another authority is followed. `by`: the life
   * whose version it is, where that is known: of two that have begun one epoch each has a table of its own.
   */
  reached(version: Version, by?: string): boolean {
    const { authority } = this;
    const isOfOther =
      by !== undefined && authority?.node !== by && (authority?.epoch ?? version.epoch) === version.epoch;
    return !isOfOther && !this.#tables.isForked && this.#tables.shown.reached(version);
  }

  /** Is the table one of this authority, in its present epoch? */
  isOf(life: string, epoch: number): boolean {
    const { authority, version } = this;
    const isFollowed = authority?.node === life && authority.epoch === epoch;
    return isFollowed && version.epoch === epoch && this.isWhole && !this.#tables.isForked;
  }

  /** Of the visible table. */
  get(key: Entry["key"]): Entry | undefined {
    return this.table.get(key);
  }

  receive(message: ReplicaMessage, nowMs: number): ReplicaEffect[] {
    const { version } = this;
    const wasHeard = this.#authority.isHeard(nowMs);
    if (message.kind === "changes") this.#receiveChanges(message, nowMs);
    else if (message.kind === "announce") this.#hear(message, nowMs);
    else if (message.kind === "answer") this.#receiveAnswer(message.request, message.answer, nowMs);
    else if (message.kind === "failed") this.#receiveFailure(message.request, nowMs);
    else this.#authority.lose();
    if (!wasHeard && this.#authority.isHeard(nowMs)) this.#questions.askAgainMs = nowMs;
    return this.#conclude(version, nowMs);
  }

  check(nowMs: number): ReplicaEffect[] {
    return this.#conclude(this.version, nowMs);
  }

  #receiveChanges(message: Extract<ReplicaMessage, { kind: "changes" }>, nowMs: number): void {
    const { epoch, node, firstRevision, changes } = message;
    const isFalse = !isNumber(epoch) || isBeyond(epoch, this.#authority.highestEpoch);
    if (isFalse || !isRun(firstRevision, changes.length)) this.#counts.refused += 1;
    else if (epoch < this.#authority.highestEpoch) this.#fence(epoch, node, nowMs);
    else if (epoch !== this.authority?.epoch || node !== this.authority.node) this.#wonder(epoch, nowMs);
    else {
      this.#authority.hearRevision(firstRevision + changes.length - 1, nowMs);
      this.#take(firstRevision, changes);
    }
  }

  #fence(epoch: number, node: string, nowMs: number): void {
    this.#counts.fenced += 1;
    const isAlone = !this.#authority.isHeard(nowMs);
    this.#effects.push({ kind: "fenced", epoch, node, highest: this.#authority.highestEpoch, isAlone });
  }

  /** Changes of whom we do not follow: where theirs come after is not known. The answer to whatever is asked tells. */
  #wonder(epoch: number, nowMs: number): void {
    if (epoch === this.authority?.epoch && this.#authority.isHeard(nowMs)) {
      this.#counts.fenced += 1; // a rival
      return;
    }
    this.#counts.unknown += 1;
    this.#isAskDue = true;
    this.#questions.askAgainMs = Math.min(this.#questions.askAgainMs, nowMs + limits.storeRetryMs);
  }

  #take(first: number, changes: readonly Change[]): void {
    const came = this.#tables.take(first, changes, this.#effects);
    if (came !== "taken") this.#counts[came] += changes.length;
  }

  /** Somebody says that it is the authority. `undefined`: we do not listen to it; else what it says, as far as it is sound. */
  #hear(said: Head, nowMs: number): Head | undefined {
    const head = soundHead(said);
    if (head === undefined || isBeyond(head.epoch, this.#authority.highestEpoch)) {
      this.#counts.refused += 1;
      return undefined;
    }
    const isFirst = this.authority === undefined;
    const heard = this.#authority.hear(head, nowMs);
    if (heard === "fenced") this.#fence(head.epoch, head.node, nowMs);
    if (heard === "rival" || heard === "usurper") {
      this.#counts.fenced += 1;
      this.#effects.push({ kind: "rival", epoch: head.epoch, node: head.node });
    }
    if (heard === "other" || heard === "usurper") this.#follow(head, isFirst);
    return heard === "fenced" || heard === "rival" ? undefined : head;
  }

  /** Another authority. What was asked goes on only if this is the first, for it may have been asked that. */
  #follow(head: Head, isFirst: boolean): void {
    this.#isAskDue = false;
    if (!isFirst) this.#questions.giveUp();
    const isOnItsWay = this.#tables.follow(head, isFirst, this.#effects);
    if (!isOnItsWay && this.#tables.walking === undefined) this.#beginWalk();
  }

  #receiveAnswer(request: number, answer: Answer, nowMs: number): void {
    const head = this.#hear(answer.head, nowMs);
    const asked = this.#questions.take(request);
    if (asked === undefined) this.#counts.late += 1;
    else if (head === undefined) this.#fail(asked, nowMs);
    else if (asked.kind === "page") this.#receiveForPage({ ...answer, head }, asked, nowMs);
    else this.#receiveForSince({ ...answer, head }, asked, nowMs);
  }

  #receiveForPage(answer: Answer, asked: Extract<Asked, { kind: "page" }>, nowMs: number): void {
    if (answer.kind === "forgotten") {
      if (this.#tables.walking?.forgotten(asked.page) === true) this.#beginWalkLater(nowMs);
      return;
    }
    const isSound = answer.kind === "page" && answer.page === asked.page && isSoundPage(answer);
    if (!isSound || !this.#tables.takePage(answer, this.#effects)) this.#refuse(asked, nowMs);
  }

  #receiveForSince(answer: Answer, asked: Extract<Asked, { kind: "since" }>, nowMs: number): void {
    const { revision } = asked.after;
    if (answer.kind === "foreign" && !this.#isStillIn(asked.after)) this.#isAskDue = true;
    else if (answer.kind === "gone" || answer.kind === "foreign") this.#lose(answer.kind, answer.head, nowMs);
    else if (answer.kind !== "changes" || !isSoundSince(answer, revision)) this.#refuse(asked, nowMs);
    else {
      this.#authority.correct(answer.head.revision, asked.believed);
      if (answer.changes.length > 0) this.#take(answer.firstRevision, answer.changes);
      this.#holeMs = undefined;
      if (this.#tables.position === revision) this.#pause(nowMs);
      else this.#isAskDue ||= !answer.isLast && this.#isBehind;
    }
  }

  /** From where we are there is no way on. */
  #lose(kind: "gone" | "foreign", head: Head, nowMs: number): void {
    if (this.#tables.walking !== undefined) {
      this.#beginWalkLater(nowMs);
      return;
    }
    if (kind === "foreign") this.#tables.part(head);
    this.#beginWalk();
  }

  #receiveFailure(request: number, nowMs: number): void {
    const asked = this.#questions.take(request);
    if (asked !== undefined) this.#fail(asked, nowMs);
  }

  #refuse(asked: Asked, nowMs: number): void {
    this.#counts.refused += 1;
    this.#fail(asked, nowMs);
  }

  #fail(asked: Asked, nowMs: number): void {
    this.#counts.failed += 1;
    if (asked.kind === "page") this.#tables.walking?.failed(asked.page);
    this.#pause(nowMs);
  }

  /** While nobody is heard there is hardly anybody to answer. */
  #pause(nowMs: number): void {
    const isHeard = this.#authority.isHeard(nowMs);
    this.#questions.askAgainMs = nowMs + (isHeard ? limits.storeRetryMs : limits.storeUnheardRetryMs);
  }

  #beginWalk(): void {
    this.#questions.giveUp();
    this.#counts.snapshots += 1;
    this.#tables.walking = new Walking();
  }

  #beginWalkLater(nowMs: number): void {
    this.#beginWalk();
    this.#pause(nowMs);
  }

  /** Everything that follows from what came, and from the time. `before`: the version then. */
  #conclude(before: Version, nowMs: number): ReplicaEffect[] {
    this.#finishWalk(nowMs);
    this.#pursue(nowMs);
    const { version } = this;
    if (version !== before) this.#effects.push({ kind: "advanced", version });
    this.#settleState(nowMs);
    this.#settleDeadline(nowMs);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #finishWalk(nowMs: number): void {
    const target = this.#tables.walking?.target;
    const { head } = this.#authority;
    if (target === undefined || head === undefined) return;
    if (target.isOverfull) this.#beginWalkLater(nowMs);
    else if (target.isWhole) {
      const to = { epoch: head.epoch, revision: target.revision };
      this.#tables.show(target.table, to, head.epochs, this.#effects);
      this.#questions.giveUp();
      this.#authority.goal ??= to.revision; // so that it is told as synced
    }
  }

  get #isBehind(): boolean {
    const { position } = this.#tables;
    return position !== undefined && position < (this.#authority.head?.revision ?? 0);
  }

  /** Asks for what is missing. */
  #pursue(nowMs: number): void {
    this.#holeMs = this.#isBehind ? (this.#holeMs ?? nowMs) : undefined;
    if (nowMs < this.#questions.askAgainMs) return;
    if (this.#tables.walking === undefined && (!this.isWhole || this.#tables.isForked)) this.#beginWalk();
    if (this.#tables.walking !== undefined) this.#askPages(this.#tables.walking);
    const { position } = this.#tables;
    if (position === undefined || this.#questions.hasSince) return;
    const isLong = this.#holeMs !== undefined && nowMs - this.#holeMs >= limits.storeHoleMs;
    if (isLong || this.#isAskDue || this.authority === undefined) this.#askSince(position);
  }

  #askPages(walking: Walking): void {
    for (let page = walking.takeNext(); page !== undefined; page = walking.takeNext()) {
      this.#ask({ kind: "page", page }, { kind: "snapshot", walk: walking.id, page });
    }
  }

  #askSince(revision: number): void {
    this.#isAskDue = false;
    const after = this.#place(revision);
    this.#ask({ kind: "since", after, believed: this.#authority.head?.revision }, { kind: "since", ...after });
  }

  /** False: since we asked we have come to another epoch, or found out whose ours is. */
  #isStillIn({ epoch, revision, by }: Place): boolean {
    const now = this.#place(revision);
    return epoch === now.epoch && by === now.by;
  }

  /** Where what is built aside, or what is shown, is with this revision. */
  #place(revision: number): Place {
    const { epoch, epochs } =
      this.#tables.walking === undefined ? { ...this.version, epochs: this.epochs } : this.#authority.head!;
    return placeOf(epochs, { epoch, revision });
  }

  #ask(asked: Asked, question: Question): void {
    this.#effects.push({ kind: "ask", request: this.#questions.add(asked), question });
  }

  #settleState(nowMs: number): void {
    const { goal } = this.#authority;
    const isUpToDate = this.isWhole && this.#tables.walking === undefined && this.authority !== undefined;
    if (isUpToDate && goal !== undefined && this.version.revision >= goal) {
      this.#authority.goal = undefined;
      this.#effects.push({ kind: "synced", version: this.version });
    }
    const isSynced = isUpToDate && this.#authority.goal === undefined;
    const state = this.isWhole && !this.#authority.isHeard(nowMs) ? "stale" : isSynced ? "live" : "syncing";
    if (state === this.state) return;
    this.state = state;
    this.#effects.push({ kind: "state", state });
  }

  #settleDeadline(nowMs: number): void {
    const { askAgainMs, hasSince } = this.#questions;
    let deadlineMs = nowMs + limits.storeStaleMs;
    if (this.#authority.isHeard(nowMs)) deadlineMs = Math.min(deadlineMs, this.#authority.staleMs);
    if (askAgainMs > nowMs) deadlineMs = Math.min(deadlineMs, askAgainMs);
    else if (this.#holeMs !== undefined && !hasSince)
      deadlineMs = Math.min(deadlineMs, this.#holeMs + limits.storeHoleMs);
    this.deadlineMs = Math.max(deadlineMs, nowMs + 1);
  }
}
