/** What was lost of what we subscribe to, as far as a receiver can know. */
import type { GapCause, Lost } from "./core/disorder.ts";
import type { Origin } from "./core/origin.ts";

export interface Gap {
  /** Who raised what is missing. */
  readonly origin: Origin;
  readonly topic: string;
  /** Messages. */
  readonly missing: number;
  /**
   * `slow`: dropped on the way because a peer, perhaps this node, did not take them in time. `connection`: lost when a
   * connection was. `undefined`: not known.
   */
  readonly cause?: GapCause;
}

/** Nothing where nothing is lost. */
export function gapOf({ origin, topic }: Pick<Gap, "origin" | "topic">, { missing, cause }: Lost): Gap | undefined {
  if (missing === 0 || cause === "withheld") return undefined;
  return { origin, topic, missing, ...(cause !== undefined && { cause }) };
}
