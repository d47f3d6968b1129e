/**
 * How a person arranged their monitor: what comes back after a reload.
 *
 * Invariant: what was kept by any version, or by nobody, reads as a layout. Pure.
 */
import type { MonitorId, Search } from "../../../server/protocol/monitor.ts";
import { type Column, defaultColumns, readColumns } from "./columns.ts";
import { type TimeMode, timeModes } from "./times.ts";

export type Order = "newestLast" | "newestFirst";

/** Where a panel looks, in numbers of rows: they outlive its page. */
export interface KeptPlace {
  readonly newestRow: number;
  readonly selectedRow: number | undefined;
}

export interface OwnState {
  readonly monitor: MonitorId;
  /** Number of the newest row of the paused picture. */
  readonly pausedAt: number | undefined;
  /** Where the person looked, unless at the newest. */
  readonly place: KeptPlace | undefined;
  readonly isDetailOpen: boolean;
  /** Whether it has said once that its buffer is full. */
  readonly saidFull: boolean;
}

export interface Layout {
  readonly columns: readonly Column[];
  readonly order: Order;
  readonly timeMode: TimeMode;
  readonly search: Search;
  /** Share of the panel that the detail takes, in percent. */
  readonly detailShare: number;
  readonly wrapsDetail: boolean;
  /** Belongs to this one monitor; another one begins with nothing of it. */
  readonly own: OwnState;
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
  own: { monitor: "", pausedAt: undefined, place: undefined, isDetailOpen: false, saidFull: false },
};

export function readLayout(kept: unknown, monitor: MonitorId): Layout {
  const nothing = { ...defaultLayout.own, monitor };
  if (typeof kept !== "object" || kept === null) return { ...defaultLayout, own: nothing };
  const { columns, order, timeMode, search, detailShare, wrapsDetail, own } = kept as Readonly<Record<string, unknown>>;
  return {
    columns: readColumns(columns),
    order: order === "newestFirst" ? "newestFirst" : "newestLast",
    timeMode: timeModes.find(({ mode }) => mode === timeMode)?.mode ?? defaultLayout.timeMode,
    search: readSearch(search),
    detailShare: typeof detailShare === "number" ? clampShare(detailShare) : defaultLayout.detailShare,
    wrapsDetail: wrapsDetail !== false,
    own: readOwn(own, monitor) ?? nothing,
  };
}

export function clampShare(share: number): number {
  return Number.isFinite(share) ? Math.round(Math.max(minDetailShare, Math.min(share, maxDetailShare))) : 38;
}

function readOwn(kept: unknown, monitor: MonitorId): OwnState | undefined {
  if (typeof kept !== "object" || kept === null) return undefined;
  const own = kept as Readonly<Record<string, unknown>>;
  if (own["monitor"] !== monitor) return undefined;
  const { pausedAt, place, isDetailOpen, saidFull } = own;
  return {
    monitor,
    pausedAt: readRowNumber(pausedAt),
    place: readPlace(place),
    isDetailOpen: isDetailOpen === true,
    saidFull: saidFull === true,
  };
}

function readPlace(kept: unknown): KeptPlace | undefined {
  if (typeof kept !== "object" || kept === null) return undefined;
  const { newestRow, selectedRow } = kept as Readonly<Record<string, unknown>>;
  const newest = readRowNumber(newestRow);
  return newest === undefined ? undefined : { newestRow: newest, selectedRow: readRowNumber(selectedRow) };
}

function readRowNumber(kept: unknown): number | undefined {
  return Number.isSafeInteger(kept) ? (kept as number) : undefined;
}

function readSearch(kept: unknown): Search {
  if (typeof kept !== "object" || kept === null) return defaultLayout.search;
  const { text, matchCase, isRegex } = kept as Readonly<Record<string, unknown>>;
  return typeof text === "string"
    ? { text: text.slice(0, 1_024), matchCase: matchCase === true, isRegex: isRegex === true }
    : defaultLayout.search;
}
