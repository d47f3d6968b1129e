/** Tells a ledger of segments in turns of the event loop: one full of small entries takes longer than others should wait. */
import type { Ledger } from "./ledger.ts";
import type { Segment } from "./segment.ts";

/** As `ledger.take`, of all of them. It is not to be told of others meanwhile. */
export async function takeInTurns(ledger: Ledger, segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) {
    const taking = ledger.taking(segment);
    while (taking.next().done !== true) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
