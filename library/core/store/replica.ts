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
 * Whom it follows is in known-authority.ts, what it shows in shown-table.ts, a snapshot on its way in walking.ts.
 */
import { limits } from "../limits.ts";
import type { Change, Entry, Version } from "./change.ts";
import { EarlyChanges } from "./early-changes.ts";
import { laterThan } from "./fork.ts";
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
import { ShownTable } from "./shown-table.ts";
import { isNumber, isRun, isSoundPage, isSoundSince, soundHead } from "./soundness.ts";
import type { Table } from "./table.ts";
import { Walking } from "./walking.ts";

export class Replica {
  state: ReplicaState = "syncing";
  /** When `check` has something to do; never `undefined` while it is in use. */
  deadlineMs: number;

  readonly #counts = {
    ...{ refused: 0, repeated: 0, overflowed: 0, fenced: 0, unknown: 0, late: 0, failed: 0, snapshots: 0 },
  };
  readonly #authority: KnownAuthority;
  readonly #shown: ShownTable;
  readonly #early = new EarlyChanges();
  readonly #questions = new Questions();
  /** A snapshot that is under way. Then nothing goes to what is shown. */
  #walking: Walking | undefined;
  /** What is shown parts from the authority's history at this revision; `undefined`: it does not. */
  #fork: number | undefined;
  /** Since when something is missing that may still be on its way. */
  #holeMs: number | undefined;
  /** `since` is asked without waiting: there is more of it, or somebody speaks whom we do not know. */
  #isAskDue = false;
  #effects: ReplicaEffect[] = [];

  /** `start`: what a disk had. It is visible at once, and caught up from. */
  constructor(nowMs: number, start?: ReplicaStart) {
    this.deadlineMs = nowMs;
    this.#shown = new ShownTable(start);
    this.#authority = new KnownAuthority(nowMs, this.version.epoch);
  }

  /** What is visible: the authority's table at `version`. Another object after a `reset` or the first `synced`. Read only. */
  get table(): Table {
    return this.#shown.table;
  }

  /** Of `table`; epoch 0 and revision 0 before there is one. */
  get version(): Version {
    return this.#shown.version;
  }

  /** Every epoch of the history of `table`, with the revision after which it began: what a disk keeps beside the version. */
  get epochs(): readonly Version[] {
    return this.#shown.epochs;
  }

  /** Is there a table? Not before the first snapshot is whole. */
  get isWhole(): boolean {
    return this.#shown.isWhole;
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
   * nothing is gained by waiting. Look again after each `advanced`.
   */
  reached(version: Version): boolean {
    return this.#shown.reached(version);
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

  /** Up to where there is no hole, in what is built aside or what is visible; `undefined` while there is neither. */
  get #position(): number | undefined {
    if (this.#walking !== undefined) return this.#walking.target?.revision;
    return this.isWhole ? this.version.revision : undefined;
  }

  get #isBehind(): boolean {
    const position = this.#position;
    return position !== undefined && position < (this.#authority.head?.revision ?? 0);
  }

  #receiveChanges(message: Extract<ReplicaMessage, { kind: "changes" }>, nowMs: number): void {
    const { epoch, node, firstRevision, changes } = message;
    if (!isNumber(epoch) || !isRun(firstRevision, changes.length)) this.#counts.refused += 1;
    else if (epoch < this.#authority.highestEpoch) this.#fence(epoch);
    else if (epoch !== this.authority?.epoch || node !== this.authority.node) this.#wonder(epoch, nowMs);
    else {
      this.#authority.hearRevision(firstRevision + changes.length - 1, nowMs);
      this.#take(firstRevision, changes);
    }
  }

  #fence(epoch: number): void {
    this.#counts.fenced += 1;
    this.#effects.push({ kind: "fenced", epoch, highest: this.#authority.highestEpoch });
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

  /** Applies what has its turn, and holds what has not. */
  #take(first: number, changes: readonly Change[]): void {
    const position = this.#position;
    if (position !== undefined && first + changes.length - 1 <= position) this.#counts.repeated += changes.length;
    else if (position === undefined || first > position + 1) {
      if (!this.#early.hold(first, changes, position)) this.#counts.overflowed += changes.length;
    } else {
      this.#apply(changes.slice(position + 1 - first));
      this.#applyEarly();
    }
  }

  #applyEarly(): void {
    for (let more = this.#early.after(this.#position!); more !== undefined; more = this.#early.after(this.#position!)) {
      this.#apply(more);
    }
  }

  #apply(changes: readonly Change[]): void {
    if (this.#walking === undefined) this.#shown.apply(changes, this.#effects);
    else for (const change of changes) this.#walking.target!.apply(change);
  }

  /** Somebody says that it is the authority. `undefined`: we do not listen to it; else what it says, as far as it is sound. */
  #hear(said: Head, nowMs: number): Head | undefined {
    const head = soundHead(said);
    if (head === undefined) {
      this.#counts.refused += 1;
      return undefined;
    }
    const isFirst = this.authority === undefined;
    const heard = this.#authority.hear(head, nowMs);
    if (heard === "fenced") this.#fence(head.epoch);
    if (heard === "rival" || heard === "usurper") {
      this.#counts.fenced += 1;
      this.#effects.push({ kind: "rival", epoch: head.epoch, node: head.node });
    }
    if (heard === "other" || heard === "usurper") this.#follow(head, isFirst, heard === "other");
    return heard === "fenced" || heard === "rival" ? undefined : head;
  }

  /** Another authority. What was asked goes on only if this is the first, for it may have been asked that. */
  #follow(head: Head, isFirst: boolean, isSameTerm: boolean): void {
    this.#early.clear();
    this.#isAskDue = false;
    if (!isFirst) {
      this.#questions.giveUp();
      this.#walking = undefined;
    }
    if (!this.isWhole) return;
    this.#fork = this.#shown.follow(head, isSameTerm, this.#effects);
    if (this.#fork !== undefined) this.#beginWalk();
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
    const walking = this.#walking!; // its questions are given up with it
    if (answer.kind === "forgotten") {
      if (walking.forgotten(asked.page)) this.#beginWalkLater(nowMs);
      return;
    }
    const isFirst = walking.target === undefined;
    if (answer.kind !== "page" || answer.page !== asked.page || !isSoundPage(answer) || !walking.take(answer)) {
      this.#refuse(asked, nowMs);
      return;
    }
    if (isFirst) this.#early.keepWithin(answer.revision);
    this.#applyEarly();
  }

  #receiveForSince(answer: Answer, asked: Extract<Asked, { kind: "since" }>, nowMs: number): void {
    if (answer.kind === "gone" || answer.kind === "foreign") this.#lose(answer.kind, answer.head, nowMs);
    else if (answer.kind !== "changes" || !isSoundSince(answer, asked.after)) this.#refuse(asked, nowMs);
    else {
      this.#authority.correct(answer.head.revision, asked.believed);
      if (answer.changes.length > 0) this.#take(answer.firstRevision, answer.changes);
      this.#holeMs = undefined;
      if (this.#position === asked.after) this.#pause(nowMs);
      else this.#isAskDue ||= !answer.isLast && this.#isBehind;
    }
  }

  /** From where we are there is no way on. */
  #lose(kind: "gone" | "foreign", head: Head, nowMs: number): void {
    if (this.#walking !== undefined) {
      this.#beginWalkLater(nowMs);
      return;
    }
    if (kind === "foreign") this.#fork = this.#shown.commonWith(head, true);
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
    if (asked.kind === "page") this.#walking?.failed(asked.page);
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
    this.#walking = new Walking();
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
    const target = this.#walking?.target;
    const { head } = this.#authority;
    if (target === undefined || head === undefined) return;
    if (target.isOverfull) this.#beginWalkLater(nowMs);
    else if (target.isWhole) this.#show(target.table, { epoch: head.epoch, revision: target.revision }, head.epochs);
  }

  /** A snapshot is whole. */
  #show(table: Table, to: Version, epochs: readonly Version[]): void {
    const { version: from, table: former, isWhole: hadTable } = this.#shown;
    const fork = this.#fork;
    if (fork !== undefined) this.#effects.push({ kind: "unmatched", from, fork, entries: laterThan(former, fork) });
    this.#shown.replace(table, to, epochs);
    if (hadTable) this.#effects.push({ kind: "reset", from, to, isFork: fork !== undefined });
    this.#fork = undefined;
    this.#walking = undefined;
    this.#questions.giveUp();
    this.#authority.goal ??= to.revision;
  }

  /** Asks for what is missing. */
  #pursue(nowMs: number): void {
    this.#holeMs = this.#isBehind ? (this.#holeMs ?? nowMs) : undefined;
    if (nowMs < this.#questions.askAgainMs) return;
    if (this.#walking === undefined && !this.isWhole) this.#beginWalk();
    if (this.#walking !== undefined) this.#askPages(this.#walking);
    const position = this.#position;
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
    const { head } = this.#authority;
    const epoch = this.#walking === undefined ? this.version.epoch : head!.epoch;
    this.#ask({ kind: "since", after: revision, believed: head?.revision }, { kind: "since", epoch, revision });
  }

  #ask(asked: Asked, question: Question): void {
    this.#effects.push({ kind: "ask", request: this.#questions.add(asked), question });
  }

  #settleState(nowMs: number): void {
    const { goal } = this.#authority;
    const isUpToDate = this.isWhole && this.#walking === undefined && this.authority !== undefined;
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
