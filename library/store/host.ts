/**
 * The authority of a store at work: takes writes, makes batches safe, commits them, tells the feed, and answers whoever
 * asked.
 *
 * Invariant: nothing is told or answered of a batch before it is as safe as it must be. Which order and which outcome is
 * decided in core/store/authority.ts.
 */
import { type FailureCode, SwitchyardError, whatFailed } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { Authority } from "../core/store/authority.ts";
import type { ChangeRun, Durability, Outcome, Version } from "../core/store/change.ts";
import { changeColumns } from "../core/store/columns.ts";
import type { Epoch } from "../core/store/epochs.ts";
import type { Committed, PendingBatch, Request, Settled } from "../core/store/submission.ts";
import type { OpenStorage } from "../storage/storage.ts";
import { headColumns } from "./head.ts";
import type { Gate } from "./term-gate.ts";
import type { Traffic } from "./traffic.ts";
import { within } from "./within.ts";
import type { WriteAnswer } from "./writer.ts";

/** Whoever waits for the outcomes of a request. */
export type Asker = (outcomes: readonly Outcome[]) => void;

export interface HostOptions {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly authority: Authority<Asker>;
  readonly storage: OpenStorage | undefined;
  /** Told of changes as they are committed. */
  readonly onChanges: (run: ChangeRun) => void;
  readonly onClockJump: (jumpMs: number) => void;
  /** Whether, and since when, this is the authority. */
  readonly gate: Gate;
}

export class Host {
  readonly authority: Authority<Asker>;
  readonly #options: HostOptions;
  readonly #endings = new Set<() => void>();
  #writing: Promise<void> | undefined;
  /** A batch that the heir has to hold first. */
  #waiting: PendingBatch | undefined;
  #cancelRepeat: (() => void) | undefined;
  /** With the batch that goes to disk: it cannot be taken back. */
  #certainRevision = 0;
  /** The heir that the pending batch was given to. */
  #givenTo: string | undefined;
  #isScheduled = false;
  /** What is due could not be removed, and waits for a while; nobody is to wait for it. */
  #isPaused = false;
  /** When this turn of the event loop began, as far as we have had work in it. */
  #turnMs: number | undefined;
  #cancelDeadline: (() => void) | undefined;
  #deadlineMs = Number.POSITIVE_INFINITY;
  /** Another epoch is about to begin: nothing is done in this one any more. */
  #isEnding = false;
  #isClosed = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.authority = options.authority;
  }

  get version(): Version {
    return this.authority.version;
  }

  /** Begins to announce itself, and to expire entries. */
  start(): void {
    this.#announce();
    this.schedule();
  }

  submit(request: Omit<Request<Asker>, "asker">, onAnswer: (answer: WriteAnswer) => void): void {
    const { id: by } = this.#options.traffic.node.origin;
    const asker: Asker = (outcomes) => onAnswer({ kind: "done", epoch: this.version.epoch, by, outcomes });
    const receipt = this.#isClosed ? closed : this.authority.submit({ ...request, asker });
    if (receipt.kind === "waiting") this.schedule();
    else if (receipt.kind === "known") this.#answer([{ asker, outcomes: receipt.outcomes }], this.#doubt());
    else onAnswer(receipt);
  }

  /** Works on what waits now, as whoever writes goes on without a break. */
  push(): void {
    if (this.#options.storage === undefined && !this.authority.isPending) this.#workWhile(() => true);
  }

  /** Works on what waits, when the code that runs now has come to its end; after a while, when others have had their turn. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const { clock } = this.#options.traffic.node;
    if (this.#isTurnOver()) clock.soon(() => this.#work());
    else clock.next(() => this.#work());
  }

  /** A loop that waits for each of its writes would let nobody else run. */
  #isTurnOver(): boolean {
    const { clock } = this.#options.traffic.node;
    if (this.#turnMs !== undefined) return clock.nowMs() - this.#turnMs > limits.storeTurnMs;
    this.#turnMs = clock.nowMs();
    clock.soon(() => {
      this.#turnMs = undefined;
    });
    return false;
  }

  headColumns() {
    const { version, epochs } = this.authority;
    return headColumns(version.epoch, { epochs, revision: version.revision }, this.#options.traffic.node.origin.id);
  }

  #turnOver(): Promise<void> {
    return new Promise((resolve) => this.#options.traffic.node.clock.soon(resolve));
  }

  /** Up to this revision nothing can be taken back. */
  get certainRevision(): number {
    return Math.max(this.version.revision, this.#certainRevision);
  }

  /** Was all that is not committed yet given to the heir? */
  get isGiven(): boolean {
    return !this.authority.isPending || this.#givenTo === this.#options.gate.heir;
  }

  mayAnswer(): boolean {
    return this.#options.gate.mayAnswer();
  }

  /** The term may have come to allow what waits. */
  look(): void {
    const batch = this.#waiting;
    if (batch === undefined || this.#isClosed) return;
    const { gate, topic } = this.#options;
    const durability = this.#safetyOf(batch);
    const refusal = gate.refusal(durability);
    if (refusal !== undefined) this.#takeBack(refusal, `store ${topic}`);
    else if (gate.mayAcknowledge(batch.version.revision, durability)) {
      this.#endWait();
      this.#proceed(batch);
      this.schedule();
    }
  }

  /**
   * Another epoch of ours: what was not certain is taken back, and sent again by whoever sent it. Resolves when it has begun:
   * what is on its way to the disk ends before.
   */
  async beginEpoch({ epoch, by }: Epoch): Promise<void> {
    this.#isEnding = true;
    while (this.#writing !== undefined) await this.#writing;
    this.#isEnding = false;
    this.#takeBack("FENCED", `store ${this.#options.topic}`);
    if (!this.#isClosed && this.version.epoch < epoch) this.authority.beginEpoch(epoch, by);
    this.schedule();
  }

  /** Resolves when nothing waits any more that came before. */
  async settled(): Promise<void> {
    const isOver = (): boolean => this.#isClosed || this.#isPaused || this.#waiting !== undefined;
    while (!isOver() && (this.#writing !== undefined || this.#hasWork())) {
      this.schedule();
      await (this.#writing ?? new Promise<void>((resolve) => this.#options.traffic.node.clock.next(resolve)));
    }
  }

  /** A disk that takes longer is not waited for. */
  async close(graceMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const end of this.#endings) end();
    this.#cancelDeadline?.();
    this.#endWait();
    await this.#within(graceMs, this.#writing);
    this.#answer(this.authority.refuseAll("FENCED", `store ${this.#options.topic}`));
  }

  async #within(graceMs: number, act: Promise<void> | undefined): Promise<void> {
    act?.catch((error) => this.#options.traffic.node.fail(error));
    if (act === undefined || graceMs <= 0) return;
    await within(this.#options.traffic.node.clock, graceMs, act);
  }

  #nowMs(): number {
    return this.#options.traffic.node.clock.nowMs();
  }

  #wallMs(): number {
    return this.#options.traffic.node.clock.wallMs();
  }

  #hasWork(): boolean {
    return this.authority.hasWork(this.#nowMs(), this.#wallMs());
  }

  #work(): void {
    this.#isScheduled = false;
    this.#workWhile(() => !this.#isTurnOver());
    if (this.#isFree && !this.#isPaused && this.#hasWork()) this.schedule();
    this.#armDeadline();
  }

  #workWhile(goesOn: () => boolean): void {
    while (this.#isFree && !this.#isPaused && this.#hasWork() && goesOn()) {
      const batch = this.authority.begin(this.#nowMs(), this.#wallMs());
      if (batch === undefined) break;
      if (this.#options.gate.mayAcknowledge(batch.version.revision, this.#safetyOf(batch))) {
        this.#give(batch);
        this.#proceed(batch);
      } else this.#wait(batch);
    }
  }

  #safetyOf({ durability }: PendingBatch): Durability {
    return durability ?? this.#options.gate.expiryDurability;
  }

  get #isFree(): boolean {
    const isIdle = this.#writing === undefined && this.#waiting === undefined;
    return isIdle && !this.#isEnding && !this.#isClosed;
  }

  #proceed(batch: PendingBatch): void {
    if (this.#options.storage === undefined) this.#commit();
    else {
      this.#certainRevision = batch.version.revision;
      this.#writing = this.#write(this.#options.storage, batch);
    }
  }

  #wait(batch: PendingBatch): void {
    this.#waiting = batch;
    const repeat = (): void => {
      this.#give(batch);
      this.#cancelRepeat = this.#options.traffic.node.clock.after(limits.storeRetryMs, repeat);
    };
    repeat();
    this.look();
  }

  /** Outcomes that nobody waits for the heir to have are given to it, too: so it knows what is sent again. */
  #give(batch: PendingBatch): void {
    const { gate } = this.#options;
    this.#givenTo = gate.heir;
    if (gate.heir !== undefined) gate.prepare(batch);
  }

  #endWait(): void {
    this.#waiting = undefined;
    this.#cancelRepeat?.();
    this.#cancelRepeat = undefined;
  }

  #takeBack(code: SwitchyardError["code"], what: string): void {
    const batch = this.#waiting;
    if (batch === undefined) return;
    this.#endWait();
    this.#answer(this.authority.abort(code, what));
    if (batch.durability === undefined && code !== "FENCED") this.#pause();
    else this.schedule();
  }

  async #write(storage: OpenStorage, batch: PendingBatch): Promise<void> {
    for (let isOver = false; !isOver; ) {
      try {
        await storage.write(batch, this.#safetyOf(batch));
        if (batch.changes.length > limits.storeTurnChanges) await this.#turnOver(); // the storage was at work in this one
        this.#isTurnOver(); // so that what is done with it counts, before the next batch is made
        this.#commit(this.#doubt());
        isOver = true;
      } catch (error) {
        isOver = await this.#giveUp(batch, error);
      }
    }
    this.#writing = undefined;
    this.schedule();
  }

  /** False: it cannot be given up, for it is told to be part of the history, or the heir has it, and would begin with it. */
  async #giveUp(batch: PendingBatch, error: unknown): Promise<boolean> {
    const code = error instanceof SwitchyardError ? error.code : "INTERNAL";
    const what = error instanceof SwitchyardError ? whatFailed(error) : String(error); // whoever asked adds the advice
    this.#options.traffic.node.fail(new SwitchyardError(code, `store ${this.#options.topic}`, { cause: error }));
    const wasTaken = this.#isTaken(batch);
    if (wasTaken) {
      this.#answer(this.authority.refuseWaiting(code, what));
      await new Promise<void>((resolve) => this.#later(resolve)); // the disk is given time
      if (this.#isTaken(batch)) return false;
    }
    this.#certainRevision = 0;
    this.#answer(this.authority.abort(wasTaken ? "FENCED" : code, what)); // whoever goes on is asked again
    if (batch.durability === undefined) this.#pause(); // what is due stays due
    return true;
  }

  /**
   * Also where the heir that it was given to is gone: its next life may have it. When the store closes it does not matter any
   * more: the heir goes on.
   */
  #isTaken({ version }: PendingBatch): boolean {
    return !this.#isClosed && (this.#givenTo !== undefined || this.#options.gate.beginsAt >= version.revision);
  }

  /** Nobody waits for entries that are due; they stay due, and whatever is in their way is given time. */
  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#later(() => {
      this.#isPaused = false;
      this.schedule();
    });
  }

  /** After a while; when the store closes, at once. */
  #later(run: () => void): void {
    const end = (): void => {
      cancel();
      this.#endings.delete(end);
      run();
    };
    const cancel = this.#options.traffic.node.clock.after(limits.storeAnnounceMs, end);
    this.#endings.add(end);
  }

  /** Why what took effect here is not acknowledged any more: the term is over, or there is another authority. */
  #doubt(): FailureCode | undefined {
    const { gate } = this.#options;
    if (!gate.mayAnswer()) return "FENCED"; // whoever goes on is asked again, and knows it or does it
    return gate.refusal("memory") === undefined ? undefined : "INDETERMINATE";
  }

  #commit(doubt?: FailureCode): void {
    const { batch, settled }: Committed<Asker> = this.authority.commit();
    this.#options.gate.advanced();
    this.#tell(batch);
    this.#options.onChanges(batch);
    this.#answer(settled, doubt);
  }

  #tell({ changes, firstRevision, version }: PendingBatch): void {
    const { traffic, topic } = this.#options;
    if (changes.length === 0 || !traffic.isHeard("feed", topic)) return;
    for (let i = 0; i < changes.length; i += limits.storeFeedChanges) {
      const columns = changeColumns(changes.slice(i, i + limits.storeFeedChanges));
      try {
        traffic.say("feed", topic, "changes", [version.epoch, firstRevision + i, ...columns]);
      } catch (cause) {
        traffic.node.fail(new SwitchyardError("INTERNAL", `changes of ${topic}, which replicas ask for`, { cause }));
      }
    }
  }

  #answer(settled: readonly Pick<Settled<Asker>, "asker" | "outcomes">[], doubt?: FailureCode): void {
    const what = `store ${this.#options.topic}`;
    for (const { asker, outcomes } of settled) {
      if (doubt === undefined) asker(outcomes);
      else asker(outcomes.map(({ revision }) => ({ kind: "failed", revision, code: doubt, what })));
    }
  }

  #announce(): void {
    const { traffic, topic, onClockJump } = this.#options;
    const jumpMs = this.authority.observeClocks(this.#nowMs(), this.#wallMs());
    if (jumpMs !== undefined) onClockJump(jumpMs);
    if (traffic.isHeard("feed", topic)) traffic.say("feed", topic, "announce", this.headColumns());
    if (jumpMs !== undefined) this.schedule();
    const cancel = traffic.node.clock.after(limits.storeAnnounceMs, () => {
      this.#endings.delete(cancel);
      this.#announce();
    });
    this.#endings.add(cancel);
  }

  /** Wakes when the next entry is due. */
  #armDeadline(): void {
    const deadlineMs = this.#isClosed ? undefined : this.authority.deadlineMs;
    if (deadlineMs === undefined || deadlineMs >= this.#deadlineMs || this.#isScheduled || this.#isPaused) return;
    this.#cancelDeadline?.();
    this.#deadlineMs = deadlineMs;
    const waitMs = Math.min(Math.max(deadlineMs - this.#nowMs(), 1), limits.storeSleepMs);
    this.#cancelDeadline = this.#options.traffic.node.clock.after(waitMs, () => {
      this.#deadlineMs = Number.POSITIVE_INFINITY;
      this.schedule();
    });
  }
}

const closed = { kind: "refused", code: "CLOSED", what: "the store" } as const;
