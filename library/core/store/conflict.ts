/**
 * What becomes of two authorities of one store that meet (F7).
 *
 * Invariant: both judge alike: when one of them wins, the other yields; when one is read-only, so is the other, unless
 * one of them had nothing when it spoke. Nothing is merged.
 */
import type { Version } from "./change.ts";

export interface Claim {
  readonly life: string;
  /** Of its term, with its last revision. */
  readonly version: Version;
}

/** `read-only`: a person has to pick one. */
export type Verdict = "win" | "yield" | "read-only";

/** The higher epoch wins. Of the same epoch an empty one yields; of two empty ones that of the lower life. */
export function judge(ours: Claim, theirs: Claim): Verdict {
  const epochs = ours.version.epoch - theirs.version.epoch;
  if (epochs !== 0) return epochs > 0 ? "win" : "yield";
  const [weHave, theyHave] = [ours.version.revision > 0, theirs.version.revision > 0];
  if (weHave && theyHave) return "read-only";
  if (weHave !== theyHave) return weHave ? "win" : "yield";
  return ours.life > theirs.life ? "win" : "yield";
}
