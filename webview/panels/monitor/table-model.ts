/**
 * What the monitor's table shows: which rows are in sight, whether it follows the newest, which row is selected.
 *
 * Invariant: unless it follows, the rows in sight stay the same rows at the same height, whatever arrives or leaves.
 * Ties the feed, the scroll map and following together; knows nothing of the DOM.
 */
import type { Row } from "../../../server/protocol/monitor.ts";
import type { MonitorFeed } from "./feed.ts";
import { type Follow, type FollowEvent, nextFollow } from "./follow.ts";
import type { KeptPlace, Order } from "./layout.ts";
import type { Picture, Range } from "./picture.ts";
import { rowPx, ScrollMap } from "./scroll-map.ts";

/** Rows kept ready beyond each edge of what is seen. */
const overscan = 12;

/** A row is selected by its place; `row` is known once it was read, and `place` only while the search shows it. */
export interface Selection {
  readonly place: number | undefined;
  readonly row: Row | undefined;
}

export class TableModel {
  readonly map = new ScrollMap();
  follow: Follow = "following";
  selection: Selection | undefined;
  readonly #feed: MonitorFeed;
  #order: Order;
  #generation = 0;
  /** Until the first picture is there, and with it the row that is to be selected. */
  #isRestoring = false;
  #restoredRow: number | undefined;

  constructor(feed: MonitorFeed, order: Order) {
    this.#feed = feed;
    this.#order = order;
  }

  /** Positions run from top to bottom, places from oldest to newest. */
  positionOf(place: number): number {
    return this.#order === "newestLast" ? place : -1 - place;
  }

  placeAt(position: number): number {
    return this.positionOf(position);
  }

  /** Positions to draw. */
  get window(): Range {
    return this.map.window(overscan);
  }

  get isAtNewest(): boolean {
    return this.#order === "newestLast" ? this.map.isAtEnd : this.map.isAtStart;
  }

  /** Shown rows newer than those in sight. */
  get newerRows(): number {
    const { map } = this;
    const newer =
      this.#order === "newestLast"
        ? map.span.to - Math.floor(map.top + map.viewPx / rowPx + 0.01)
        : Math.ceil(map.top - 0.01) - map.span.from;
    return Math.max(0, newer);
  }

  /** Whether rows in sight have left the ring. */
  get isEvicted(): boolean {
    const { shown, rows } = this.#feed.picture;
    const { from, to } = this.#placesOf(this.map.window(0));
    for (let place = Math.min(to, shown.from) - 1; place >= from; place--) if (rows.has(place)) return true;
    return this.follow === "free" && to <= shown.from && shown.from > 0;
  }

  /** The feed has a newer picture. */
  pictured(): void {
    const { picture, generation } = this.#feed;
    this.#setSpan(picture.shown);
    if (generation !== this.#generation) this.#startAnew();
    else if (this.#isRestoring) this.#startAnew();
    else if (this.follow === "following") this.#toNewest();
    this.#resolveSelection(picture);
  }

  /** Before the first picture: looks where a panel looked before its page was made anew. */
  restore({ selectedRow }: KeptPlace): void {
    this.follow = "free";
    this.#isRestoring = true;
    this.#restoredRow = selectedRow;
  }

  /** Where the person looks, while that is not the newest. */
  get kept(): KeptPlace | undefined {
    if (this.follow !== "free") return undefined;
    const { from, to } = this.#placesOf(this.map.window(0));
    for (let place = to - 1; place >= from; place--) {
      const row = this.#feed.picture.rows.get(place);
      if (row !== undefined) return { newestRow: row.row, selectedRow: this.selection?.row?.row };
    }
    return undefined;
  }

  reorder(order: Order): void {
    if (order === this.#order) return;
    const place = this.placeAt(Math.floor(this.map.top));
    this.#order = order;
    this.#setSpan(this.#feed.picture.shown);
    if (this.follow === "following") this.#toNewest();
    else this.map.moveTo(this.positionOf(place));
    this.#show();
  }

  resized(viewPx: number): void {
    const { map, selection } = this;
    if (viewPx === map.viewPx) return;
    const selected = selection?.place === undefined ? undefined : this.positionOf(selection.place);
    const wasInSight = selected !== undefined && map.shows(selected);
    map.viewPx = viewPx;
    if (this.follow === "following") this.#toNewest();
    else if (wasInSight) map.reveal(selected);
    this.#show();
  }

  scrolledTo(scrollTop: number): void {
    const before = this.map.top;
    this.map.scrolledTo(scrollTop);
    const isDown = this.map.top > before;
    this.#on({
      kind: "scrolled",
      isTowardsNewest: isDown === (this.#order === "newestLast"),
      isAtNewest: this.isAtNewest,
    });
    this.#show();
  }

  pointed(isOver: boolean): void {
    const before = this.follow;
    this.#on({ kind: "pointed", isOver });
    if (this.follow === before) return;
    if (this.follow === "following") this.#toNewest();
    this.#show();
  }

  jump(): void {
    this.#on({ kind: "jumped" });
    this.#toNewest();
    this.#show();
  }

  select(place: number): void {
    const { shown, rows } = this.#feed.picture;
    if (shown.to === shown.from && rows.size === 0) return;
    const nearest = rows.has(place) ? place : Math.max(shown.from, Math.min(place, shown.to - 1));
    this.selection = { place: nearest, row: rows.get(nearest) };
    this.#on({ kind: "selected" });
    this.map.reveal(this.positionOf(nearest));
    this.#show();
  }

  /** Moves the selection down the screen, or up where `rows` is negative; without one it starts at the newest. */
  moveSelection(rows: number): void {
    const place = this.selection?.place;
    if (place === undefined || this.follow === "following") this.selectNewest();
    else this.select(this.placeAt(this.positionOf(place) + rows));
  }

  selectNewest(): void {
    this.select(this.#feed.picture.shown.to - 1);
  }

  selectOldest(): void {
    this.select(this.#feed.picture.shown.from);
  }

  unselect(): void {
    this.selection = undefined;
  }

  /** Rows in full sight: how far a page key goes. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.map.viewPx / rowPx) - 1);
  }

  /** Learns which row is selected; or, after a leap that counted places anew, where it is now. */
  #resolveSelection({ rows }: Picture): void {
    const { selection } = this;
    if (selection?.place === undefined) return;
    const row = rows.get(selection.place);
    if (row === undefined || row.row === selection.row?.row) return;
    if (selection.row === undefined) this.selection = { place: selection.place, row };
    else this.selection = { place: placeOf(rows, selection.row.row), row: selection.row };
  }

  #on(event: FollowEvent): void {
    this.follow = nextFollow(this.follow, event);
  }

  #toNewest(): void {
    this.map.moveTo(this.#order === "newestLast" ? this.map.lastTop : this.map.span.from);
  }

  /** Places have begun anew under another search: the page it came with is the place to be. */
  #startAnew(): void {
    this.#generation = this.#feed.generation;
    const { rows } = this.#feed.picture;
    const wasRestoring = this.#isRestoring;
    this.#isRestoring = false;
    const selectedRow = wasRestoring ? this.#restoredRow : this.selection?.row?.row;
    const place = selectedRow === undefined ? undefined : placeOf(rows, selectedRow);
    this.selection = this.#selectionAt(place);
    const newest = Math.max(-1, ...rows.keys());
    this.#standAt(wasRestoring ? newest : (place ?? newest));
  }

  /** A selected row that the search does not show stays selected all the same. */
  #selectionAt(place: number | undefined): Selection | undefined {
    const row = (place === undefined ? undefined : this.#feed.picture.rows.get(place)) ?? this.selection?.row;
    return row === undefined ? undefined : { place, row };
  }

  /** Has a row in sight at the edge where newer rows would be, unless the table follows them. */
  #standAt(place: number): void {
    if (place < 0) this.follow = "following";
    const position = this.positionOf(place);
    const isLast = this.#order === "newestLast";
    if (this.follow !== "free") this.#toNewest();
    else this.map.moveTo(isLast ? position + 1 - this.map.viewPx / rowPx : position);
    this.#show();
  }

  #setSpan({ from, to }: Range): void {
    this.map.span = this.#order === "newestLast" ? { from, to } : { from: -to, to: -from };
  }

  #placesOf({ from, to }: Range): Range {
    return this.#order === "newestLast" ? { from, to } : { from: -to, to: -from };
  }

  #show(): void {
    if (this.#isRestoring) return;
    if (this.follow === "following") {
      this.#feed.show({ kind: "newest", count: Math.ceil(this.map.viewPx / rowPx) + 2 * overscan });
      return;
    }
    const { from, to } = this.#placesOf(this.window);
    this.#feed.show({ kind: "places", from: Math.max(from, 0), to: Math.max(to, 1) });
  }
}

function placeOf(rows: Picture["rows"], sought: number): number | undefined {
  for (const [place, { row }] of rows) if (row === sought) return place;
  return undefined;
}
