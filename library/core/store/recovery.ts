/**
 * An authority that has started again, and must learn who goes on.
 *
 * Invariant: it begins again only if its former heir did not take over and never will from that epoch (it says so itself),
 * and nobody who answers holds more. That the heir's process is gone now is no proof: it may have taken over before.
 */
import { limits } from "../limits.ts";
import { compareVersions, type Version } from "./change.ts";
import type { Party, TermMessage } from "./term-messages.ts";

type Answer = Extract<TermMessage, { kind: "answer" }>;

export type Decision =
  | { readonly kind: "wait" }
  | { readonly kind: "begin"; readonly heir: Party | undefined }
  /** Nobody can say whether the heir took over. */
  | { readonly kind: "unknown" }
  /** This one holds more than we do. */
  | { readonly kind: "grant"; readonly to: Party; readonly revision: number };

export class Recovery {
  /** Name of the heir that may have taken over. */
  readonly heir: string | undefined;
  /** When the next question goes out. */
  askMs: number;
  readonly looksUntilMs: number;
  /** The heir as it answered: it did not take over. */
  #answered: Party | undefined;
  #best: { readonly party: Party; readonly held: Version } | undefined;
  /** We hold nothing, so whoever is third may hold all: it is waited for. */
  #isEmpty = true;

  constructor(heir: string | undefined, looksAround: boolean, nowMs: number) {
    this.heir = heir;
    this.askMs = nowMs;
    this.looksUntilMs = looksAround ? nowMs + limits.lookAroundMs : nowMs;
  }

  note({ from, held, isPromotable, remembers }: Answer, ours: Version): void {
    this.#isEmpty = ours.revision === 0;
    if (from.node === this.heir) this.#answered = isPromotable || !remembers ? undefined : from;
    if (isPromotable) return; // it will take over by itself
    const bar = this.#best?.party.node === from.node ? ours : (this.#best?.held ?? ours);
    if (compareVersions(held, bar) > 0) this.#best = { party: from, held };
  }

  decide(nowMs: number): Decision {
    const isOver = nowMs >= this.looksUntilMs;
    if (this.heir !== undefined && this.#answered === undefined) return { kind: isOver ? "unknown" : "wait" };
    const best = this.#best;
    if (best !== undefined) {
      const isKnown = isOver || best.party.node === this.heir;
      return isKnown ? { kind: "grant", to: best.party, revision: best.held.revision } : { kind: "wait" };
    }
    const mayBegin = isOver || (this.heir !== undefined && !this.#isEmpty);
    return mayBegin ? { kind: "begin", heir: this.#answered } : { kind: "wait" };
  }
}
