/** Signatures; the bodies follow in the next commits. See docs/decisions/0019-takeover.md. */
import type { Durability, Version } from "./change.ts";
import type { ActResult, Holdings, TermEffect, TermMessage, TermOptions, TermState } from "./term-messages.ts";

/**
 * Who is the authority of one store, as one node sees it: of every node that opened it as authority or standby.
 *
 * The driver feeds it messages of others, results of acts and the time (monotonic ms), carries out the effects in their
 * order, and calls `check` at `deadlineMs`.
 */
export declare class Term {
  /** The effects of the start are those of the first `check`, which is due at once. */
  constructor(options: TermOptions, nowMs: number);
  readonly state: TermState;
  /** The epoch that we speak for, or the highest that we heard of. */
  readonly epoch: number;
  readonly epochs: readonly Version[];
  /** When `check` has something to say. Early is harmless. */
  readonly deadlineMs: number | undefined;
  /** Life of the heir to which `prepare` goes; `undefined`: nobody. */
  readonly heirLife: string | undefined;

  check(nowMs: number): TermEffect[];
  receive(message: TermMessage, nowMs: number): TermEffect[];
  done(id: number, result: ActResult, nowMs: number): TermEffect[];

  /** Tells what the table holds now, as often as it changes: cheap. */
  hold(holdings: Holdings): void;

  /** May we answer a read, this very moment? Ask with a fresh time right before the answer goes out. */
  mayAnswer(nowMs: number): boolean;
  /**
   * May a write of this revision be committed and acknowledged, this very moment? With `replicated` it is true only when
   * the heir holds it; without an heir never, see `isProtectable`.
   */
  mayAcknowledge(nowMs: number, revision: number, durability: Durability): boolean;
  /** Can there be a `replicated` acknowledgement without waiting for an appointment? If not, say `UNPROTECTED`. */
  readonly isProtectable: boolean;

  /** At the heir: may this batch of the authority `life` be taken? What it returns goes out in any case. */
  mayPrepare(epoch: number, life: string, nowMs: number): boolean;

  /** The process of this life is gone for sure: its pid of this boot of this machine is no more. */
  gone(life: string, nowMs: number): TermEffect[];

  /** Asks for the role: planned. @throws SwitchyardError `NO_AUTHORITY`, `CONFLICT` where it cannot be; see `atRisk` */
  promote(nowMs: number): TermEffect[];
  /** Takes the role, whatever others do; see `atRisk` first. */
  force(nowMs: number): TermEffect[];
  /** What `force` may lose: everything after `ours` up to `newest`, the last that was heard of. */
  atRisk(): { readonly ours: Version; readonly newest: Version };

  /** We go: an heir resigns. Hand over before, where we are the authority. */
  leave(nowMs: number): TermEffect[];
}
