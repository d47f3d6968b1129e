/**
 * Where rows are on a scroll area that may be far too short for them.
 *
 * Rows have positions, whole numbers from top to bottom; `top` is the position (with a fraction) at the upper edge of
 * what is seen. A browser's elements end at some million pixels and its scroll bar knows no positions, so a shift lies
 * between: the row at position p is drawn `p * rowPx - shiftPx` below the start of the scroll area.
 *
 * Invariant: what is seen depends on `top` alone. Positions that come or go beyond the edges never move it; `settle`
 * brings the scroll bar in line while nobody scrolls. Pure: knows nothing of the DOM.
 */
import type { Range } from "./picture.ts";

export const rowPx = 22;
/** Well below what browsers bear, at any zoom: half of 2^25 px, less a little. */
const maxAreaPx = 15_000_000;

export class ScrollMap {
  /** Positions there are, oldest or newest first: the map does not care. */
  span: Range = { from: 0, to: 0 };
  top = 0;
  /** Height of what is seen. */
  viewPx = 0;
  shiftPx = 0;
  readonly #maxAreaPx: number;

  constructor(maxPx = maxAreaPx) {
    this.#maxAreaPx = maxPx;
  }

  /** Height of the scroll area. Without a settled shift, dead space may lie above the first position. */
  get areaPx(): number {
    return Math.max(0, Math.min(this.span.to * rowPx - this.shiftPx, this.#maxAreaPx));
  }

  /** Where the scroll bar has to stand. */
  get scrollTop(): number {
    return Math.max(0, Math.min(this.top * rowPx - this.shiftPx, this.areaPx - this.viewPx));
  }

  get lastTop(): number {
    return Math.max(this.span.from, this.span.to - this.viewPx / rowPx);
  }

  get isAtEnd(): boolean {
    return this.top >= this.lastTop - 0.5;
  }

  get isAtStart(): boolean {
    return this.top <= this.span.from + 0.5;
  }

  /** Positions at least partly seen, and `overscan` more on each side. */
  window(overscan: number): Range {
    const first = Math.floor(this.top);
    const last = Math.ceil(this.top + this.viewPx / rowPx);
    return { from: first - overscan, to: Math.min(this.span.to, last + overscan) };
  }

  /** The person moved the scroll bar from where it stood. */
  scrolledTo(scrollTop: number): void {
    const movedPx = scrollTop - this.scrollTop;
    if (this.#isScaled && Math.abs(movedPx) > 4 * this.viewPx) {
      // Dragged, not turned: the place on the bar says where in the whole.
      const share = scrollTop / Math.max(1, this.areaPx - this.viewPx);
      this.top = this.span.from + share * (this.lastTop - this.span.from);
      this.shiftPx = this.top * rowPx - scrollTop;
    } else {
      this.top = (scrollTop + this.shiftPx) / rowPx;
    }
  }

  /** Moves by rows, or to the nearest top there is. */
  moveTo(top: number): void {
    this.top = Math.max(this.span.from, Math.min(top, this.lastTop));
    this.settle();
  }

  /** Whether at least a part of a position is in sight. */
  shows(position: number): boolean {
    return position + 1 > this.top && position < this.top + this.viewPx / rowPx;
  }

  /** Moves as little as needed to have a position in full sight. */
  reveal(position: number): void {
    const rows = this.viewPx / rowPx;
    if (position < this.top) this.moveTo(position);
    else if (position + 1 > this.top + rows) this.moveTo(position + 1 - rows);
  }

  /** Whether the scroll bar is out of line by more than a person would see. */
  get isUnsettled(): boolean {
    const asidePx = this.#settledShiftPx() - this.shiftPx;
    if (this.#isScaled) return Math.abs(asidePx) > 1;
    const hasRowsAbove = asidePx < 0 && this.scrollTop < this.viewPx;
    return hasRowsAbove || Math.abs(asidePx) > 50 * rowPx || this.span.to * rowPx - this.shiftPx > this.#maxAreaPx;
  }

  /** Brings the scroll bar to where it belongs; what is seen stays. */
  settle(): void {
    this.shiftPx = this.#settledShiftPx();
  }

  get #spanPx(): number {
    return (this.span.to - this.span.from) * rowPx;
  }

  get #isScaled(): boolean {
    return this.#spanPx > this.#maxAreaPx;
  }

  #settledShiftPx(): number {
    // What is seen may have gone from the positions there are, and is seen still.
    const startPx = Math.min(this.span.from, this.top) * rowPx;
    if (!this.#isScaled) return startPx;
    const share = (this.top - this.span.from) / Math.max(1, this.lastTop - this.span.from);
    const scrollTop = Math.max(0, Math.min(1, share)) * (this.#maxAreaPx - this.viewPx);
    return this.top * rowPx - scrollTop;
  }
}
