/**
 * A node's seat in a store: what it is there at the moment, what it knows of the others, and what it can say of itself.
 *
 * It is what the rules of a term (term-start.ts, term-time.ts, term-hearing.ts, term-rivals.ts, term-changes.ts) read and
 * change; term.ts shows it to the outside. Knows no rule itself.
 */
import { limits } from "../limits.ts";
import { Acts } from "./acts.ts";
import type { Version } from "./change.ts";
import { type Epoch, type History, type Place, placeOf } from "./epochs.ts";
import type { Holdings, Party, TermEffect, TermMessage, TermOptions, TermRecord } from "./term-messages.ts";
import type { Phase } from "./term-phases.ts";

/** Is the table of a later epoch than the record speaks of? Who begins one writes it down first, so it was followed since. */
export function isOutdated(record: TermRecord | undefined, { version }: Holdings): boolean {
  return record !== undefined && record.epoch < version.epoch;
}

type Body = TermMessage extends infer M ? (M extends TermMessage ? Omit<M, "from" | "epoch"> : never) : never;

export class Seat {
  /** The epoch that we speak for, or the highest that we heard of. */
  epoch: number;
  epochs: readonly Epoch[];
  phase: Phase = { kind: "starting" };
  holdings: Holdings;
  readonly options: TermOptions;
  readonly self: Party;
  readonly acts = new Acts();

  /** As authority: when the next announcement is due. */
  announceMs: number;
  /** When an authority was last heard of, or the witness asked. */
  heardMs: number;
  /** We were asked by an authority that had started again, and will not be heir in this epoch. */
  resignedEpoch = -1;
  wasHeirEpoch = -1;
  /** Life of the authority that asked. */
  askedBy: string | undefined;
  /** Life of the heir that is known to be gone, and not to have taken over. */
  gone: string | undefined;
  /** What we had as authority, until it is known what of it the next one lacks. */
  unmatched: History | undefined;
  /** The last of anybody's that was heard of. */
  newest: Version;
  /** Lives of nodes of our very name that live beside us. */
  readonly twins = new Set<string>();
  /** Lives of the authorities that were met. */
  readonly met = new Set<string>();

  constructor(options: TermOptions, nowMs: number) {
    this.options = options;
    this.self = options.self;
    this.holdings = options.holdings;
    this.epochs =
      (isOutdated(options.record, options.holdings) ? undefined : options.record?.epochs) ?? options.holdings.epochs;
    this.epoch = Math.max(options.record?.epoch ?? 0, options.holdings.version.epoch);
    this.newest = options.holdings.version;
    this.announceMs = nowMs;
    this.heardMs = nowMs;
  }

  /** Tells what the table holds now. */
  hold(holdings: Holdings): void {
    this.holdings = holdings;
    if (this.phase.kind === "heir") this.phase.term.hold(this.held(), holdings.isLive);
  }

  /** What an authority says when it is time to. */
  speak(nowMs: number): TermEffect[] {
    const phase = this.phase;
    if (phase.kind !== "authority") return [];
    const effects: TermEffect[] = [];
    if (nowMs >= this.announceMs) effects.push(this.announce(undefined, nowMs));
    if (nowMs >= phase.term.pingMs) {
      effects.push({ kind: "send", to: undefined, message: phase.term.ping(this.self, nowMs) });
    }
    return effects;
  }

  announce(to: string | undefined, nowMs: number): TermEffect {
    if (to === undefined) this.announceMs = nowMs + limits.termAnnounceMs;
    return this.send(to, { kind: "announce", revision: this.holdings.version.revision, epochs: this.epochs });
  }

  /** What the table holds, with the life that began its epoch. */
  held(): Place {
    return placeOf(this.holdings.epochs, this.holdings.version);
  }

  /** Of an authority what it committed; of others what they hold, prepared or not. */
  history(): History {
    const isAuthority = this.phase.kind !== "heir" && this.phase.kind !== "follower";
    const epochs = isAuthority ? this.epochs : this.holdings.epochs;
    return { epochs, revision: this.holdings.version.revision };
  }

  /** The end of `history`. */
  place(): Place {
    const { epochs, revision } = this.history();
    const { epoch, by } = epochs.at(-1) ?? { epoch: this.holdings.version.epoch, by: "" };
    return { epoch, revision, by };
  }

  send(to: string | undefined, body: Body): TermEffect {
    return { kind: "send", to, message: { ...body, from: this.self, epoch: this.epoch } };
  }
}
