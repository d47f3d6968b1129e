/**
 * The phases of a term, as one node sees it: what it is, and what it must remember for as long as it is that.
 *
 * Invariant: a phase is replaced, never turned into another one, so nothing of a former one is left over. Knows nothing of
 * how one follows another: term-start.ts, term-time.ts and term-changes.ts.
 */
import type { Acts } from "./acts.ts";
import type { AuthorityTerm } from "./authority-term.ts";
import type { Place } from "./epochs.ts";
import type { HeirTerm } from "./heir-term.ts";
import type { Recovery } from "./recovery.ts";
import type { Party, TermState } from "./term-messages.ts";

export type Phase =
  | { readonly kind: "starting" | "follower" | "closed" }
  | { readonly kind: "heir"; readonly term: HeirTerm }
  | {
      readonly kind: "authority";
      readonly term: AuthorityTerm;
      isConflicted: boolean;
      hadHeir: boolean;
      /** A hand-over is under way until then. */
      handsOverUntilMs: number | undefined;
      /** Since when the heir was seen not to answer. */
      lostMs: number | undefined;
    }
  | { readonly kind: "recovering"; readonly recovery: Recovery }
  | { readonly kind: "granting"; readonly to: Party; readonly held: Place; askMs: number };

export function authority(term: AuthorityTerm, hadHeir = false): Extract<Phase, { kind: "authority" }> {
  return { kind: "authority", term, isConflicted: false, hadHeir, handsOverUntilMs: undefined, lostMs: undefined };
}

/** What to show of a phase, at this moment. */
export function stateOf(phase: Phase, acts: Acts, nowMs: number): TermState {
  switch (phase.kind) {
    case "starting":
    case "recovering":
      return "recovering";
    case "granting":
      return "handing-over";
    case "heir":
      return acts.isBusy ? "taking-over" : "heir";
    case "follower":
      return acts.stops ? "taking-over" : "follower";
    case "closed":
      return "closed";
    case "authority":
      if (phase.isConflicted) return "conflicted";
      if (phase.handsOverUntilMs !== undefined) return "handing-over";
      if (!phase.term.holds(nowMs) || acts.stops) return "waiting-for-heir";
      if (phase.term.heir !== undefined) return phase.term.isProtected ? "protected" : "unprotected";
      return phase.hadHeir ? "unprotected" : "alone";
  }
}
