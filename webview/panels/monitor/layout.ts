/**
 * How a person arranged their monitor: what comes back after a reload.
 *
 * Invariant: what was kept by any version, or by nobody, reads as a layout. Pure.
 */
import type { Search } from "../../../server/protocol/monitor.ts";
import { type Column, defaultColumns, readColumns } from "./columns.ts";
import { type TimeMode, timeModes } from "./times.ts";

export type Order = "newestLast" | "newestFirst";

export interface Layout {
  readonly columns: readonly Column[];
  readonly order: Order;
  readonly timeMode: TimeMode;
  readonly search: Search;
  /** Share of the panel that the detail takes, in percent. */
  readonly detailShare: number;
  readonly wrapsDetail: boolean;
  /** Whether this monitor has said once that its buffer is full. */
  readonly saidFull: boolean;
}

export const minDetailShare = 15;
export const maxDetailShare = 80;

export const defaultLayout: Layout = {
  columns: defaultColumns,
  order: "newestLast",
  timeMode: "local",
  search: { text: "", matchCase: false, isRegex: false },
  detailShare: 38,
  wrapsDetail: true,
  saidFull: false,
};

export function readLayout(kept: unknown): Layout {
  if (typeof kept !== "object" || kept === null) return defaultLayout;
  const { columns, order, timeMode, search, detailShare, wrapsDetail, saidFull } = kept as Readonly<
    Record<string, unknown>
  >;
  return {
    columns: readColumns(columns),
    order: order === "newestFirst" ? "newestFirst" : "newestLast",
    timeMode: timeModes.find(({ mode }) => mode === timeMode)?.mode ?? defaultLayout.timeMode,
    search: readSearch(search),
    detailShare: typeof detailShare === "number" ? clampShare(detailShare) : defaultLayout.detailShare,
    wrapsDetail: wrapsDetail !== false,
    saidFull: saidFull === true,
  };
}

export function clampShare(share: number): number {
  return Number.isFinite(share) ? Math.round(Math.max(minDetailShare, Math.min(share, maxDetailShare))) : 38;
}

function readSearch(kept: unknown): Search {
  if (typeof kept !== "object" || kept === null) return defaultLayout.search;
  const { text, matchCase, isRegex } = kept as Readonly<Record<string, unknown>>;
  return typeof text === "string"
    ? { text: text.slice(0, 1_024), matchCase: matchCase === true, isRegex: isRegex === true }
    : defaultLayout.search;
}
