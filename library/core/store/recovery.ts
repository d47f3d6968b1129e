/**
 * An authority that has started again, and must learn who goes on.
 *
 * Invariant: it begins again only if its former heir did not take over and never will from that epoch (it says so itself),
 * and nobody who answers holds more. That the heir's process is gone now is no proof: it may have taken over before.
 * Only what is of one history is compared by numbers; of two that may be meant nobody is picked.
 */
import { limits } from "../limits.ts";
import { compareVersions } from "./change.ts";
import { isSameTerm, type Place } from "./epochs.ts";
import type { Party, TermMessage } from "./term-messages.ts";

type Answer = Extract<TermMessage, { kind: "answer" }>;

export type Decision =
  | { readonly kind: "wait" }
  | { readonly kind: "begin"; readonly heir: Party | undefined }
  /** Nobody can say whether the heir took over. */
  | { readonly kind: "unknown" }
  /** This one holds more than we do. */
  | { readonly kind: "grant"; readonly to: Party; readonly held: Place };

interface Richer {
  readonly party: Party;
  readonly held: Place;
}

export class Recovery {
  /** Name of the heir that may have taken over. */
  readonly heir: string | undefined;
  /** When the next question goes out. */
  askMs: number;
  readonly looksUntilMs: number;
  /** The heir as it answered: it did not take over. */
  #answered: Party | undefined;
  /** Who holds more than we do, by name. */
  readonly #richer = new Map<string, Richer>();
  /** If we hold nothing, whoever is third may hold all: it is waited for. */
  #ours: Place = { epoch: 0, revision: 0, by: "" };

  constructor(heir: string | undefined, looksAround: boolean, nowMs: number) {
    this.heir = heir;
    this.askMs = nowMs;
    this.looksUntilMs = looksAround ? nowMs + limits.lookAroundMs : nowMs;
  }

  note({ from, held, isPromotable, remembers }: Answer, ours: Place): void {
    this.#ours = ours;
    if (from.node === this.heir) this.#answered = isPromotable || !remembers ? undefined : from;
    if (isPromotable) return; // it will take over by itself
    if (!isMore(held, ours)) this.#richer.delete(from.node);
    else if (this.#richer.has(from.node) || this.#richer.size < limits.recoveryAnswers) {
      this.#richer.set(from.node, { party: from, held });
    }
  }

  decide(nowMs: number): Decision {
    const isOver = nowMs >= this.looksUntilMs;
    if (this.heir !== undefined && this.#answered === undefined) return { kind: isOver ? "unknown" : "wait" };
    const [best, other] = this.#best();
    if (best !== undefined) {
      const isKnown = other === undefined && (isOver || best.party.node === this.heir);
      return isKnown ? { kind: "grant", to: best.party, held: best.held } : { kind: "wait" };
    }
    const mayBegin = isOver || (this.heir !== undefined && this.#ours.revision > 0);
    return mayBegin ? { kind: "begin", heir: this.#answered } : { kind: "wait" };
  }

  /** Who holds most; and another one, where both hold something of the same epoch that different lives began. */
  #best(): readonly Richer[] {
    const all = [...this.#richer.values()];
    const ours = all.filter(({ held }) => isSameTerm(held, this.#ours));
    const [best, ...others] = (ours.length > 0 ? ours : all).toSorted((a, b) => compareVersions(b.held, a.held));
    if (best === undefined) return [];
    const isOther = ({ held }: Richer): boolean => held.epoch === best.held.epoch && !isSameTerm(held, best.held);
    return [best, ...others.filter(isOther)];
  }
}

/** All that we have, and more; or of a later epoch, which counts. Whatever was begun with our number elsewhere is not ours. */
function isMore(held: Place, ours: Place): boolean {
  if (ours.revision === 0) return held.revision > 0;
  if (held.epoch !== ours.epoch) return held.epoch > ours.epoch;
  return isSameTerm(held, ours) && held.revision > ours.revision;
}
