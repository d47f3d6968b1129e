/**
 * Who is the authority, as this node sees it, at work: carries what core/store/term.ts says to the others, does what it
 * asks for, and looks at it when it is time.
 */
import { limits } from "../core/limits.ts";
import { Term } from "../core/store/term.ts";
import type { TermEffect, TermMessage, TermOptions, TermRecord } from "../core/store/term-messages.ts";
import type { ReceivedEvent } from "../events.ts";
import { type Arbiter, arbiterOf } from "./arbiter.ts";
import { HeirProcess } from "./heir-process.ts";
import { readTermMessage } from "./term-text.ts";
import type { Reply, Traffic } from "./traffic.ts";

export interface TermDriverOptions {
  readonly traffic: Traffic;
  readonly topic: string;
  readonly term: TermOptions;
  /** Makes it safe. */
  readonly persist: (record: TermRecord) => Promise<void>;
  /** Tells the term what is held, before it hears this. */
  readonly hold: (message: TermMessage) => void;
  /** What is said, as it is to be said. */
  readonly change: (message: TermMessage) => TermMessage;
  /** All other effects. */
  readonly onEffect: (effect: Exclude<TermEffect, { kind: "send" | "act" }>) => void;
  /** The term heard something, or looked at the time: it may allow more, or less. */
  readonly onLooked: () => void;
  /** Other things that are said to those that take part. */
  readonly onSaid: (said: ReceivedEvent) => void;
  /** Questions of whoever wants to change who the authority is; of our own node, too. */
  readonly onAsked: (said: ReceivedEvent, reply: Reply) => void;
}

export class TermDriver {
  readonly term: Term;
  readonly #options: TermDriverOptions;
  readonly #heir: HeirProcess;
  readonly #arbiter: Arbiter;
  #end: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #isClosed = false;
  /** Told of others that are none. */
  refused = 0;
  /** The witness was asked last, and did not answer. */
  isWitnessSilent = false;

  constructor(options: TermDriverOptions) {
    this.#options = options;
    this.#heir = new HeirProcess(options.traffic.node.options.processes);
    this.#arbiter = arbiterOf(options.traffic, options.topic);
    this.term = new Term(options.term, this.nowMs());
  }

  nowMs(): number {
    return this.#options.traffic.node.clock.nowMs();
  }

  async start(): Promise<void> {
    const { traffic, topic } = this.#options;
    const end = await traffic.listen("heir", topic, (said, reply) => this.#hear(said, reply));
    const { watchers } = traffic.node.routes;
    const watch = (): void => this.#lookForHeir();
    watchers.add(watch);
    this.#end = () => {
      watchers.delete(watch);
      end();
    };
    this.check();
  }

  check(): void {
    if (this.#isClosed) return;
    const { heirLife } = this.term;
    const isGone = heirLife !== undefined && this.#heir.isGone(heirLife);
    this.carryOut(isGone ? this.term.gone(heirLife, this.nowMs()) : this.term.check(this.nowMs()));
  }

  /** To one life, or to all that take part. */
  say(to: string | undefined, name: string, args: ReceivedEvent["args"]): void {
    const { traffic, topic } = this.#options;
    if (traffic.isHeard("heir", topic)) traffic.say("heir", topic, name, [to ?? "", ...args]);
  }

  send(to: string | undefined, message: TermMessage): void {
    const { from: _, ...body } = this.#options.change(message);
    const process = message.kind === "pong" ? this.#options.traffic.node.options.processes.own() : undefined;
    this.say(to, "term", [JSON.stringify({ ...body, process })]);
  }

  carryOut(effects: readonly TermEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") this.send(effect.to, effect.message);
      else if (effect.kind === "act") this.#act(effect);
      else this.#options.onEffect(effect);
    }
    this.arm();
    this.#options.onLooked();
  }

  /** Takes part no more; what it said is told still. */
  leave(): void {
    if (!this.#isClosed) this.carryOut(this.term.leave(this.nowMs()));
  }

  close(): void {
    this.leave();
    this.#isClosed = true;
    this.#end?.();
    this.#cancelTimer?.();
    this.#cancelLook?.();
  }

  /** The way to somebody is gone, or new: a process that has ended is seen a moment after its connections are. */
  #lookForHeir(): void {
    const { heirLife } = this.term;
    if (this.#cancelLook !== undefined || heirLife === undefined || !this.#heir.isKnown(heirLife)) return;
    this.#cancelLook = this.#options.traffic.node.clock.after(limits.goneMs, () => {
      this.#cancelLook = undefined;
      this.check();
    });
  }

  #hear(said: ReceivedEvent, reply: Reply): void {
    const { name, args, origin } = said;
    const { id } = this.#options.traffic.node.origin;
    if (this.#isClosed) return;
    if (name === "standing" || name === "promote") {
      this.#options.onAsked(said, reply);
      return;
    }
    if (origin.id === id || (args[0] !== "" && args[0] !== id)) return;
    if (name !== "term") {
      this.#options.onSaid(said);
      return;
    }
    const message = readTermMessage(args[1], { node: origin.name, life: origin.id });
    if (message === undefined) this.refused += 1;
    else {
      this.#options.hold(message);
      if (message.kind === "pong" && origin.id === this.term.heirLife) this.#heir.hear(origin.id, message.process);
      this.carryOut(this.term.receive(message, this.nowMs(), args[0] === id));
    }
  }

  #act({ id, act }: Extract<TermEffect, { kind: "act" }>): void {
    const end = (kind: "persisted" | "failed"): void => {
      if (!this.#isClosed) this.carryOut(this.term.done(id, { kind }, this.nowMs()));
    };
    if (act.kind !== "persist") {
      void this.#arbiter(act).then((result) => {
        this.isWitnessSilent = result.kind === "failed";
        if (!this.#isClosed) this.carryOut(this.term.done(id, result, this.nowMs()));
      });
    } else {
      this.#options.persist(act.record).then(
        () => end("persisted"),
        () => end("failed"),
      );
    }
  }

  /** After the term was told what is held: it may have something to wait for now. */
  arm(): void {
    const { deadlineMs } = this.term;
    if (this.#isClosed || deadlineMs === undefined || deadlineMs >= this.#timerMs) return;
    this.#cancelTimer?.();
    this.#timerMs = deadlineMs;
    const waitMs = Math.max(deadlineMs - this.nowMs(), 1);
    this.#cancelTimer = this.#options.traffic.node.clock.after(waitMs, () => {
      this.#timerMs = Number.POSITIVE_INFINITY;
      this.check();
      this.arm();
    });
  }
}
