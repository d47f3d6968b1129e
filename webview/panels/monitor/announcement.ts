/** What a screen reader says of a monitor now and then: its state first, then its counts. Pure. */
import type { ClusterState } from "../../../server/protocol/clusters.ts";
import type { Counters } from "../../../server/protocol/monitor.ts";
import { groupDigits } from "../../parts/number-text.ts";

/** `newRows` is what arrived during a pause; nothing while there is none. */
export function announcement(counters: Counters, newRows: number | undefined, state: ClusterState | undefined): string {
  const isDown = state !== undefined && state !== "up";
  const parts = [
    ...(isDown ? ["not connected"] : []),
    ...(newRows === undefined ? [] : [`paused, ${groupDigits(newRows)} new`]),
    `${groupDigits(counters.received)} received`,
    `${groupDigits(counters.shown)} shown`,
    ...(counters.dropped > 0 ? [`${groupDigits(counters.dropped)} lost`] : []),
  ];
  return parts.join(", ");
}
