/**
 * Who is the authority of one store, as one node sees it: of every node that opened it as authority or standby.
 *
 * Invariant: in `proof` and `wait`, and with an arbiter, no two nodes may answer at the same time; whatever was acknowledged
 * as `replicated` is held by whoever begins the next epoch. docs/decisions/0019-takeover.md has the states, and why.
 * The driver feeds it messages of others, results of acts and the time (monotonic ms), carries out the effects in their
 * order, and calls `check` at `deadlineMs`. Knows nothing of entries, links, disks or timers.
 *
 * This is its outside. To read on: term-phases.ts (what a node is), term-seat.ts (what it knows), and the rules: how it
 * starts (term-start.ts), what time does (term-time.ts), what messages do (term-hearing.ts), who else speaks for the store
 * (term-rivals.ts), how roles change (term-changes.ts).
 */
import { SwitchyardError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Durability } from "./change.ts";
import { type Epoch, isBeyond } from "./epochs.ts";
import { later, type Risk } from "./promotion.ts";
import { settle } from "./term-changes.ts";
import { take } from "./term-hearing.ts";
import type { ActResult, Holdings, Party, TermEffect, TermMessage, TermOptions, TermState } from "./term-messages.ts";
import { stateOf } from "./term-phases.ts";
import { fence, fenced, isTwin, question } from "./term-rivals.ts";
import { Seat } from "./term-seat.ts";
import { check, deadlineOf, handOver } from "./term-time.ts";

export class Term {
  /** As it was last told. */
  state: TermState = "follower";
  readonly #seat: Seat;
  #toldEpoch = -1;

  /** The effects of the start are those of the first `check`, which is due at once. */
  constructor(options: TermOptions, nowMs: number) {
    this.#seat = new Seat(options, nowMs);
  }

  /** The epoch that we speak for, or the highest that we heard of. */
  get epoch(): number {
    return this.#seat.epoch;
  }

  get epochs(): readonly Epoch[] {
    return this.#seat.epochs;
  }

  /** When `check` has something to say. Early is harmless. */
  get deadlineMs(): number | undefined {
    return deadlineOf(this.#seat);
  }

  /** Whom we named heir, as authority. */
  get heir(): Party | undefined {
    const { phase } = this.#seat;
    return phase.kind === "authority" ? phase.term.heir : undefined;
  }

  /** Whose heir we are, and whether we had all that it has: if not, we do not take over by ourselves. */
  get heirOf(): { readonly node: string; readonly isPromotable: boolean } | undefined {
    const { phase } = this.#seat;
    if (phase.kind !== "heir") return undefined;
    return { node: phase.term.authority.node, isPromotable: phase.term.isPromotable };
  }

  /** Life of the heir to which `prepare` goes; `undefined`: nobody. */
  get heirLife(): string | undefined {
    return this.heir?.life;
  }

  /** Can there be a `replicated` acknowledgement without waiting for an appointment? If not, say `UNPROTECTED`. */
  get isProtectable(): boolean {
    return this.heirLife !== undefined;
  }

  check(nowMs: number): TermEffect[] {
    return this.#told(nowMs, [...this.#seat.acts.check(nowMs), ...check(this.#seat, nowMs)]);
  }

  /** `isToUs`: it was said to this very life, not to all. */
  receive(message: TermMessage, nowMs: number, isToUs = false): TermEffect[] {
    const seat = this.#seat;
    if (seat.phase.kind === "closed" || seat.phase.kind === "starting") return [];
    if (message.from.life === seat.self.life) return []; // an echo
    if (isBeyond(message.epoch, seat.epoch)) return []; // it would be ours for good
    if (message.from.node === seat.self.node && !isTwin(seat, message, isToUs)) return question(seat, message);
    if (message.epoch < seat.epoch) return this.#told(nowMs, fence(seat, message));
    const effects = message.epoch > seat.epoch ? fenced(seat, message) : [];
    return this.#told(nowMs, [...effects, ...take(seat, message, nowMs)]);
  }

  /** A record of an epoch that cannot be is as good as no answer. */
  done(id: number, result: ActResult, nowMs: number): TermEffect[] {
    const isFalse = result.kind === "record" && isBeyond(result.record?.epoch ?? 0, this.#seat.epoch);
    return this.#told(nowMs, this.#seat.acts.done(id, isFalse ? { kind: "failed" } : result, nowMs));
  }

  /** Tells what the table holds now, as often as it changes: cheap. */
  hold(holdings: Holdings): void {
    this.#seat.hold(holdings);
  }

  /**
   * What we had as authority was not yet held against what the one that goes on has, or it is not known yet whether we were
   * one: until then nothing may replace it.
   */
  get isUnmatched(): boolean {
    return this.#seat.unmatched !== undefined || this.#seat.phase.kind === "starting";
  }

  /** May we answer a read, this very moment? Ask with a fresh time right before the answer goes out. */
  mayAnswer(nowMs: number): boolean {
    const { phase, acts } = this.#seat;
    if (phase.kind !== "authority" || acts.stops) return false;
    return phase.handsOverUntilMs === undefined && phase.term.holds(nowMs);
  }

  /**
   * Since when somebody else may have written what an authority does not know of; `undefined`: nobody can have. Of a node
   * that is no authority, or is handing over for good: now.
   */
  unsureSinceMs(nowMs: number): number | undefined {
    const { phase } = this.#seat;
    if (phase.kind !== "authority") return nowMs;
    const untilMs = phase.term.untilMs ?? Number.POSITIVE_INFINITY;
    if (nowMs < untilMs) return undefined;
    return Number.isFinite(untilMs) ? untilMs : (phase.lostMs ?? nowMs);
  }

  /**
   * May a write of this revision be committed and acknowledged, this very moment? With `replicated` it is true only when
   * the heir holds it; without an heir never, see `isProtectable`.
   */
  mayAcknowledge(nowMs: number, revision: number, durability: Durability): boolean {
    const { phase } = this.#seat;
    if (phase.kind !== "authority" || phase.isConflicted || !this.mayAnswer(nowMs)) return false;
    return durability !== "replicated" || (phase.term.isProtected && phase.term.held >= revision);
  }

  /** At the heir: may this batch of the authority `life` be taken? Without it nothing is applied and nothing answered. */
  mayPrepare(epoch: number, life: string): boolean {
    const { phase, acts } = this.#seat;
    if (phase.kind !== "heir" || acts.isBusy) return false;
    return epoch === this.#seat.epoch && life === phase.term.authority.life;
  }

  /** The process of this life is gone for sure: its pid of this boot of this machine is no more. */
  gone(life: string, nowMs: number): TermEffect[] {
    const { phase, options } = this.#seat;
    // Only while the term holds: later it may have taken over before it went.
    const isProof = phase.kind === "authority" && life === phase.term.heir?.life && phase.term.holds(nowMs);
    if (isProof && options.onHeirLost !== "wait") this.#seat.gone = life;
    return this.check(nowMs);
  }

  /**
   * Asks for the role: the heir asks the authority to hand over; one in conflict is picked by it.
   * @throws SwitchyardError `NO_AUTHORITY`, `NO_HEIR`: it cannot be had in agreement; see `risk` and `force`
   */
  promote(nowMs: number): TermEffect[] {
    const { phase, heardMs } = this.#seat;
    if (phase.kind === "authority") return phase.isConflicted ? this.force(nowMs) : [];
    if (phase.kind === "heir") return [this.#seat.send(phase.term.authority.life, { kind: "request" })];
    if (phase.kind === "follower" && nowMs < heardMs + limits.lookAroundMs) {
      throw new SwitchyardError("NO_HEIR", "it is not the heir of the authority that there is");
    }
    throw new SwitchyardError("NO_AUTHORITY", "nobody is there to agree");
  }

  /** Takes the role, whatever others do; see `risk` first. An authority that waits for its heir goes on without it. */
  force(nowMs: number): TermEffect[] {
    const { phase, acts } = this.#seat;
    if (phase.kind === "authority" && !phase.isConflicted && this.mayAnswer(nowMs)) return [];
    acts.callOff();
    // Three ahead: the heir may have begun the next one meanwhile, a lonely authority the one after that.
    return this.#told(nowMs, settle(this.#seat, { ahead: 3, heir: undefined, from: () => true }));
  }

  /** What `force` may lose. Of an epoch that was only heard of nobody knows how far it went. */
  risk(): Risk {
    const { holdings, newest, epoch } = this.#seat;
    return { held: holdings.version, newest: later(newest, { epoch, revision: 0 }) };
  }

  /** The authority hands over to its heir, if it has one; it stops until that is done, or `handOverMs` are over. */
  handOver(nowMs: number): TermEffect[] {
    return this.#told(nowMs, handOver(this.#seat, nowMs));
  }

  /** We go: an heir resigns. Hand over before, where we are the authority. */
  leave(nowMs: number): TermEffect[] {
    const { phase, acts } = this.#seat;
    const resigns = phase.kind === "heir" && !acts.isBusy;
    const effects = resigns ? [this.#seat.send(phase.term.authority.life, { kind: "resign" })] : [];
    acts.callOff();
    this.#seat.phase = { kind: "closed" };
    return this.#told(nowMs, effects);
  }

  #told(nowMs: number, effects: TermEffect[]): TermEffect[] {
    const { phase, acts, epoch } = this.#seat;
    const state = stateOf(phase, acts, nowMs);
    if (state === this.state && epoch === this.#toldEpoch) return effects;
    this.state = state;
    this.#toldEpoch = epoch;
    return [{ kind: "state", state, epoch, epochs: this.#seat.history().epochs }, ...effects];
  }
}
