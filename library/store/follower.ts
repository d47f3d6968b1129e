/**
 * A replica at work: brings it what the authority says, and carries out what it wants. What is right to do is decided in
 * core/store/replica.ts.
 */
import { SwitchyardError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { ChangeRun, Version } from "../core/store/change.ts";
import { Replica } from "../core/store/replica.ts";
import type { Question, ReplicaEffect, ReplicaMessage, ReplicaStart } from "../core/store/replica-messages.ts";
import type { ReceivedEvent } from "../events.ts";
import { readAnswer, readFeed } from "./feed-columns.ts";
import type { Waiting } from "./side.ts";
import type { Traffic } from "./traffic.ts";

export interface FollowerOptions {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly start: ReplicaStart | undefined;
  readonly onChanges: (run: ChangeRun) => void;
  /** All other effects, after the follower has done what it must. */
  readonly onEffect: (effect: ReplicaEffect) => void;
  /** Nothing that others say counts for the time being. */
  readonly isFrozen?: () => boolean;
}

interface Waiter {
  readonly version: Version;
  readonly by: string;
  readonly resolve: (isReached: boolean) => void;
}

export class Follower {
  readonly replica: Replica;
  readonly #options: FollowerOptions;
  readonly #waiters = new Set<Waiter>();
  #end: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #isClosed = false;
  /** Life of the authority of an older epoch that was told of last. */
  #outdated: string | undefined;
  /** What was said on the feed, or answered, that is nothing to be said. */
  refused = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.replica = new Replica(this.#nowMs(), options.start);
  }

  /** Of the copy, at this moment: who was paused has not looked at the time yet. */
  get state(): Replica["state"] {
    const { replica } = this;
    const isSilent = replica.state === "live" && replica.ageMs(this.#nowMs()) >= limits.storeStaleMs;
    return isSilent ? "stale" : replica.state;
  }

  /** The only authority that was heard lately is of an older epoch: what it does will not be seen here. */
  get isOutdated(): boolean {
    return this.#outdated !== undefined && this.state === "stale";
  }

  /** Resolves when the peers know that we listen. */
  async start(): Promise<void> {
    const { traffic, topic } = this.#options;
    const end = await traffic.listen("feed", topic, (said) => this.#hear(said));
    if (this.#isClosed) {
      end();
      return;
    }
    this.#end = end;
    this.#check();
  }

  /** How many wait for a version. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Until the version of this authority, or a later one, is visible; `undefined`: it is, as mostly. */
  reached(version: Version, by: string): Waiting | undefined {
    if (this.replica.reached(version, by)) return undefined;
    const { promise, resolve } = pending();
    const waiter = { version, by, resolve };
    if (this.#isClosed) resolve(false);
    else this.#waiters.add(waiter);
    return { promise, cancel: () => this.#waiters.delete(waiter) };
  }

  close(): void {
    this.#isClosed = true;
    this.#end?.();
    this.#cancelTimer?.();
    for (const { resolve } of this.#waiters) resolve(false);
    this.#waiters.clear();
  }

  #nowMs(): number {
    return this.#options.traffic.node.clock.nowMs();
  }

  #hear({ name, args, origin }: ReceivedEvent): void {
    const message = readFeed(name, args, origin.id);
    if (message === undefined) this.refused += 1;
    else this.#receive(message);
  }

  #receive(message: ReplicaMessage): void {
    if (this.#isClosed) return;
    const { authority } = this.replica;
    if (this.#options.isFrozen?.() !== true) this.#carryOut(this.replica.receive(message, this.#nowMs()));
    else if (message.kind === "answer" || message.kind === "failed") {
      this.#carryOut(this.replica.receive({ kind: "failed", request: message.request }, this.#nowMs()));
    } // else: it is told again, or comes with what is asked for
    if (this.replica.authority?.node !== authority?.node) this.#wake();
    this.#arm();
  }

  #check(): void {
    if (this.#isClosed) return;
    this.#carryOut(this.replica.check(this.#nowMs()));
    this.#arm();
  }

  #arm(): void {
    const { deadlineMs } = this.replica;
    if (this.#isClosed || deadlineMs >= this.#timerMs) return; // it looks again then, and mostly sleeps on
    this.#cancelTimer?.();
    this.#timerMs = deadlineMs;
    this.#cancelTimer = this.#options.traffic.node.clock.after(Math.max(deadlineMs - this.#nowMs(), 1), () => {
      this.#timerMs = Number.POSITIVE_INFINITY;
      this.#check();
    });
  }

  #carryOut(effects: readonly ReplicaEffect[]): void {
    const { onChanges, onEffect } = this.#options;
    for (const effect of effects) {
      if (effect.kind === "changed") {
        onChanges(effect.run);
        continue;
      }
      if (effect.kind === "ask") this.#ask(effect.request, effect.question);
      if (effect.kind === "fenced" && effect.isAlone) this.#tellOutdated(effect);
      onEffect(effect);
      if (effect.kind === "advanced" || effect.kind === "reset" || effect.kind === "synced") this.#wake();
    }
  }

  /** Nothing but an authority of an older epoch is heard: a person has to decide. Told once for each life of it. */
  #tellOutdated({ epoch, node, highest }: Extract<ReplicaEffect, { kind: "fenced" }>): void {
    if (this.#outdated === node) return;
    this.#outdated = node;
    const { traffic, topic } = this.#options;
    const what = `store ${topic}, of epoch ${epoch} there and ${highest} here`;
    traffic.node.fail(new SwitchyardError("AUTHORITY_OUTDATED", what));
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (!this.replica.reached(waiter.version, waiter.by)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(true);
    }
  }

  #ask(request: number, question: Question): void {
    const { traffic, topic } = this.#options;
    traffic.ask("read", topic, question.kind, argsOf(question), limits.storeAskMs).then(
      (answer) => {
        const read = answer && readAnswer(answer);
        if (answer !== undefined && read === undefined && answer.name !== "refused") this.refused += 1;
        this.#receive(read === undefined ? { kind: "failed", request } : { kind: "answer", request, answer: read });
      },
      () => this.#receive({ kind: "failed", request }),
    );
  }
}

function pending(): { readonly promise: Promise<boolean>; readonly resolve: (isReached: boolean) => void } {
  let resolve: (isReached: boolean) => void = () => {};
  const promise = new Promise<boolean>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function argsOf(question: Question): ReceivedEvent["args"] {
  if (question.kind === "snapshot") return [question.walk ?? 0, question.page];
  return [question.epoch, question.revision, question.by];
}
