/**
 * The picture of a ring that a panel holds: the rows it shows, each at its place.
 *
 * Invariant: a row that two pictures in turn both hold has the same place in both, however many rows arrived or left
 * between them. Without a search a place is the row's number; with one, the rows in common between two pages tell how
 * far the ring has moved on, and a leap to rows far away counts places anew. Pure: knows nothing of hosts, time or DOM.
 */
import type { Counters, Page, Row } from "../../../server/protocol/monitor.ts";

/** Places from `from` up to, without, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What the panel wants to see: the newest rows, or those at some places. */
export type Wanted = { readonly kind: "newest"; readonly count: number } | ({ readonly kind: "places" } & Range);

export interface Picture {
  /** Places of all rows that the search shows (up to where a paused panel stopped). */
  readonly shown: Range;
  /** The rows known, by place; those below `shown.from` have left the ring since they were read. */
  readonly rows: ReadonlyMap<number, Row>;
  readonly counters: Counters;
  /** Number of the newest row in the ring; -1 while there is none. */
  readonly newest: number;
  readonly gaps: Page["gaps"];
  readonly losses: Page["losses"];
}

export const emptyPicture: Picture = {
  shown: { from: 0, to: 0 },
  rows: new Map(),
  counters: { received: 0, kept: 0, evicted: 0, cleared: 0, dropped: 0, shown: 0 },
  newest: -1,
  gaps: [],
  losses: { byCause: { slow: 0, connection: 0, unknown: 0 }, lines: [] },
};

/** How a page is asked for, in the words of `readMonitor`. */
export interface Ask {
  readonly first: number;
  readonly limit: number;
  readonly upTo?: number;
}

/** The most rows of one page. */
export const maxPageRows = 500;

export interface PictureOptions {
  readonly isSearched: boolean;
  /** Number of the newest row of a paused picture. */
  readonly pausedAt?: number | undefined;
}

/**
 * How to ask for what is wanted, so that the answer holds it even if rows leave the ring meanwhile: wherever a row is
 * known, the page is asked for up to that row's number, which eviction does not change.
 */
export function askFor(picture: Picture, wanted: Wanted, { isSearched, pausedAt }: PictureOptions): Ask {
  const upToPause = pausedAt === undefined ? {} : { upTo: pausedAt };
  if (wanted.kind === "newest") {
    const limit = Math.min(Math.max(wanted.count, 1), maxPageRows);
    return { first: -limit, limit, ...upToPause };
  }
  const limit = Math.min(Math.max(wanted.to - wanted.from, 1), maxPageRows);
  const end = isSearched ? endNear(picture, wanted) : { row: wanted.to - 1, rows: limit };
  if (end === undefined) return { first: Math.max(0, wanted.from - picture.shown.from), limit, ...upToPause };
  return { first: -end.rows, limit: end.rows, upTo: Math.min(end.row, pausedAt ?? end.row) };
}

/**
 * Where a page must end, and how long it must be, to hold the wanted places and a row that is known: counted from a
 * known row above them, or else guessed from those below. Nothing when none that is still in the ring is near.
 */
function endNear({ rows, shown }: Picture, wanted: Range): { readonly row: number; readonly rows: number } | undefined {
  const last = wanted.to - 1;
  const places = [...rows.keys()].filter((place) => place >= shown.from).sort((a, b) => a - b);
  const above = places.find((place) => place >= last);
  const aboveRow = above === undefined ? undefined : rows.get(above);
  if (above !== undefined && aboveRow !== undefined && above - wanted.from < maxPageRows) {
    return { row: aboveRow.row, rows: above - wanted.from + 1 };
  }
  const below = places.findLast((place) => place < last);
  const belowRow = below === undefined ? undefined : rows.get(below);
  const oldest = rows.get(places[0] ?? -1);
  if (below === undefined || belowRow === undefined || oldest === undefined) return undefined;
  if (last - below >= maxPageRows / 2) return undefined;
  const rowsPerPlace = Math.max(1, (belowRow.row - oldest.row) / Math.max(1, below - (places[0] ?? below)));
  // The longest page makes a guess land.
  return { row: belowRow.row + Math.ceil(rowsPerPlace * (last - below)), rows: maxPageRows };
}

/** The picture after `page` came as the answer to `ask`. `wanted` says which of the rows already known to keep. */
export function mergePage(
  before: Picture | undefined,
  page: Page,
  ask: Ask,
  wanted: Wanted,
  options: PictureOptions,
): Picture {
  const { counters, newest, gaps, losses } = page;
  const from = originOf(before, page, ask, wanted, options);
  const end = endOf(before, from, page, ask, options);
  const rows = new Map<number, Row>();
  page.rows.forEach((row, index) => {
    rows.set(from + page.first + index, row);
  });
  const wasCleared = before !== undefined && before.counters.cleared !== counters.cleared;
  if (before !== undefined && wanted.kind === "places" && !wasCleared) keepKnown(before, wanted, rows);
  return { shown: { from, to: Math.max(from, end) }, rows, counters, newest, gaps, losses };
}

/** The place of the oldest shown row. */
function originOf(
  before: Picture | undefined,
  page: Page,
  ask: Ask,
  wanted: Wanted,
  { isSearched }: PictureOptions,
): number {
  const oldest = page.rows[0];
  if (!isSearched) {
    if (oldest !== undefined) return oldest.row - page.first;
    if (page.counters.kept > 0 && page.newest >= 0) return page.newest - page.counters.kept + 1;
    return before?.shown.to ?? 0;
  }
  if (before === undefined) return 0;
  const known = placesByRow(before);
  for (const [index, { row }] of page.rows.entries()) {
    const place = known.get(row);
    if (place !== undefined) return place - page.first - index;
  }
  if (page.counters.shown === 0) return before.shown.to;
  if (ask.upTo !== undefined && page.total === 0) return afterRow(before, ask.upTo);
  // Nothing in common. The newest rows are then all new; other places were asked for by the origin as it was.
  const allNew = wanted.kind === "newest" ? before.shown.to + page.rows.length - page.total : before.shown.from;
  return Math.max(before.shown.from, allNew);
}

/** All rows up to this one have left: the oldest is beyond their places. */
function afterRow(before: Picture, upTo: number): number {
  let from = before.shown.from;
  for (const [place, { row }] of before.rows) if (row <= upTo) from = Math.max(from, place + 1);
  return from;
}

function placesByRow(picture: Picture): Map<number, number> {
  const places = new Map<number, number>();
  for (const [place, { row }] of picture.rows) places.set(row, place);
  return places;
}

/** The end of what is shown; the page itself may stop earlier. */
function endOf(
  before: Picture | undefined,
  from: number,
  { counters, newest, total }: Page,
  ask: Ask,
  { isSearched, pausedAt }: PictureOptions,
): number {
  if (ask.upTo === undefined || ask.upTo === pausedAt) return from + total;
  if (pausedAt === undefined) return from + counters.shown;
  if (!isSearched) return Math.min(newest, pausedAt) + 1;
  // What was shown up to the pause is known from before: it stays where it is.
  return Math.max(before?.shown.to ?? 0, from + total);
}

function keepKnown(before: Picture, { from, to }: Range, rows: Map<number, Row>): void {
  for (let place = from; place < to; place++) {
    const row = before.rows.get(place);
    if (row !== undefined && !rows.has(place)) rows.set(place, row);
  }
}

/** Whether all the rows at these places are known, as far as there are any. */
export function covers(picture: Picture, { from, to }: Range): boolean {
  const last = Math.min(to, picture.shown.to);
  for (let place = Math.max(from, picture.shown.from); place < last; place++) {
    if (!picture.rows.has(place)) return false;
  }
  return true;
}
