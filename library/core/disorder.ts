/**
 * What is out of order in one stream: messages that are missing, and those that came before them.
 *
 * A message that leaps ahead leaves a hole. While a hole is waited for, what lies behind it is kept back, so that
 * handlers see everything in order; a hole that is given up holds back nothing, but what still comes of it is known
 * to be no repeat. Sequence numbers are modulo 2^32; "before" means less than 2^31 behind.
 * Invariant: holes lie apart, oldest first; what is kept back lies behind the first hole that is waited for.
 * Knows nothing of time but what it is told, and nothing of what a message is.
 */
import { limits } from "./limits.ts";

/** Why messages are missing, where that is known. */
export type GapCause = "slow" | "connection";

/** `withheld`: they were not for us, so nothing is lost when they do not come by another way. */
export type HoleCause = GapCause | "withheld";

export interface Lost {
  readonly missing: number;
  readonly cause: HoleCause | undefined;
}

interface Hole {
  from: number;
  /** The first that is not missing. */
  to: number;
  readonly sinceMs: number;
  isGivenUp: boolean;
  readonly cause: HoleCause | undefined;
}

interface Early<Message> {
  readonly sequence: number;
  readonly message: Message;
  readonly bytes: number;
}

export class Disorder<Message> {
  #holes: Hole[] = [];
  #early: Early<Message>[] = [];
  #earlyBytes = 0;

  /** Messages from `from` up to `to` did not come. Returns how many older ones can no longer be told from repeats. */
  leap(from: number, to: number, nowMs: number, isWaitedFor: boolean, cause?: HoleCause): number {
    this.#holes.push({ from, to, sinceMs: nowMs, isGivenUp: !isWaitedFor, cause });
    let forgotten = 0;
    while (this.#isTooOld(this.#holes[0], to)) forgotten += lengthOf(this.#holes.shift()!);
    return forgotten;
  }

  /** Only holes that are given up are forgotten: the others are bounded by what is kept back. */
  #isTooOld(oldest: Hole | undefined, next: number): boolean {
    if (!oldest?.isGivenUp) return false;
    return this.#holes.length > limits.holes || ahead(next, oldest.to) > limits.repeatWindow;
  }

  /** One came that lies behind others: was it missing? "late": yes, but nobody waits for it any more. */
  arrived(sequence: number): "missing" | "late" | "repeat" {
    const index = this.#holes.findIndex((hole) => ahead(sequence, hole.from) >= 0 && ahead(hole.to, sequence) > 0);
    const hole = this.#holes[index];
    if (hole === undefined) return "repeat";
    const rest = { ...hole, from: (sequence + 1) >>> 0 };
    hole.to = sequence;
    const parts = [hole, rest].filter((part) => part.from !== part.to);
    this.#holes.splice(index, 1, ...parts);
    return hole.isGivenUp ? "late" : "missing";
  }

  /** Is anything waited for? */
  get isWaiting(): boolean {
    return this.#firstAwaited() !== undefined;
  }

  /** Nothing is missing that could still be told from a repeat. */
  get isOver(): boolean {
    return this.#holes.length === 0;
  }

  /** The first that is waited for. */
  get firstMissing(): number | undefined {
    return this.#firstAwaited()?.from;
  }

  /** Since when the first hole is waited for, on the clock that `leap` was told. */
  get waitingSinceMs(): number | undefined {
    return this.#firstAwaited()?.sinceMs;
  }

  /** More is kept back than may be. */
  get isFull(): boolean {
    return this.#early.length >= limits.earlyMessages || this.#earlyBytes >= limits.earlyBytes;
  }

  /** Keeps a message back until what is before it has come, or is given up. */
  keep(sequence: number, message: Message, bytes: number): void {
    let at = this.#early.length;
    while (at > 0 && ahead(this.#early[at - 1]!.sequence, sequence) > 0) at -= 1;
    this.#early.splice(at, 0, { sequence, message, bytes });
    this.#earlyBytes += bytes;
  }

  /** What is no longer to be kept back, in order. */
  release(): Message[] {
    const first = this.firstMissing;
    let end = this.#early.length;
    if (first !== undefined) {
      end = this.#early.findIndex(({ sequence }) => ahead(sequence, first) > 0);
      if (end < 0) end = this.#early.length;
    }
    const released = this.#early.splice(0, end);
    for (const { bytes } of released) this.#earlyBytes -= bytes;
    return released.map(({ message }) => message);
  }

  /** All that is kept back: nothing of it is kept any more. */
  drop(): Message[] {
    this.#earlyBytes = 0;
    return this.#early.splice(0).map(({ message }) => message);
  }

  /** Gives up the first hole that is waited for. */
  giveUpFirst(): Lost | undefined {
    return this.#giveUp(this.#firstAwaited());
  }

  /** Gives up, of what is waited for, all before `sequence`. */
  giveUpBefore(sequence: number): Lost {
    let missing = 0;
    let cause: HoleCause | undefined;
    for (let hole = this.#firstAwaited(); hole !== undefined; hole = this.#firstAwaited()) {
      if (ahead(sequence, hole.from) <= 0) break;
      if (ahead(hole.to, sequence) > 0) this.#part(hole, sequence);
      missing += this.#giveUp(hole)!.missing;
      cause ??= hole.cause;
    }
    return { missing, cause };
  }

  /** What lies behind was not withheld, or it would not be parted from the rest. */
  #part(hole: Hole, sequence: number): void {
    const cause = hole.cause === "withheld" ? undefined : hole.cause;
    this.#holes.splice(this.#holes.indexOf(hole) + 1, 0, { ...hole, from: sequence, cause });
    hole.to = sequence;
  }

  #giveUp(hole: Hole | undefined): Lost | undefined {
    if (hole === undefined) return undefined;
    hole.isGivenUp = true;
    return { missing: lengthOf(hole), cause: hole.cause };
  }

  #firstAwaited(): Hole | undefined {
    for (const hole of this.#holes) if (!hole.isGivenUp) return hole;
    return undefined;
  }
}

/** How far `a` is ahead of `b`; negative when it is behind. */
export function ahead(a: number, b: number): number {
  return (a - b) | 0;
}

function lengthOf({ from, to }: Hole): number {
  return (to - from) >>> 0;
}
