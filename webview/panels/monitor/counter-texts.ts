/** The five counters that are always in sight, what each means, and the sum they keep. Pure. */
import type { Counters } from "../../../server/protocol/monitor.ts";

export interface CounterText {
  readonly id: "received" | "shown" | "filtered" | "evicted" | "dropped" | "cleared";
  readonly label: string;
  readonly count: number;
  readonly meaning: string;
  /** Something was lost: worth a mark. */
  readonly isLoss: boolean;
}

/** received = shown + filtered out + evicted + cleared; the last is left out while it is 0. */
export function counterTexts(counters: Counters): readonly CounterText[] {
  const { received, shown, kept, evicted, dropped, cleared } = counters;
  const five: CounterText[] = [
    {
      id: "received",
      label: "received",
      count: received,
      meaning: "Messages that arrived here since this monitor was opened",
      isLoss: false,
    },
    { id: "shown", label: "shown", count: shown, meaning: "Rows in the buffer that the search shows", isLoss: false },
    {
      id: "filtered",
      label: "filtered out",
      count: kept - shown,
      meaning: "Rows in the buffer that the search hides",
      isLoss: false,
    },
    {
      id: "evicted",
      label: "evicted",
      count: evicted,
      meaning: "Rows that newer ones pushed out of the full buffer",
      isLoss: evicted > 0,
    },
    {
      id: "dropped",
      label: "lost",
      count: dropped,
      meaning: "Messages known to be lost on their way here",
      isLoss: dropped > 0,
    },
  ];
  if (cleared === 0) return five;
  const meaning = "Rows that you cleared";
  return [...five, { id: "cleared", label: "cleared", count: cleared, meaning, isLoss: false }];
}
