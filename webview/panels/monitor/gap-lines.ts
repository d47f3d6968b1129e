/**
 * Where the connection was down between two rows.
 *
 * A gap belongs above the first row that arrived after it. Pure.
 */
import type { Page, Row } from "../../../server/protocol/monitor.ts";

export type Gap = Page["gaps"][number];

/** The gap, if any, that lies between two rows that follow each other. */
export function gapBetween(gaps: readonly Gap[], before: Row | undefined, after: Row): Gap | undefined {
  if (before === undefined) return undefined;
  return gaps.findLast(({ fromMs, toMs }) => {
    return toMs !== undefined && before.receivedMs <= fromMs && after.receivedMs > fromMs;
  });
}

/** The gap that is still open. */
export function openGap(gaps: readonly Gap[]): Gap | undefined {
  return gaps.findLast(({ toMs }) => toMs === undefined);
}
