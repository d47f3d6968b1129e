/**
 * The table itself: draws the rows in sight and ties the browser's scrolling to the model.
 *
 * Invariant: the page holds only the rows in sight and a few beyond. What is seen is set by the model; the browser's
 * scroll bar is moved after it, and only what the person scrolls comes back.
 */
// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be rows of a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
import type { Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Column } from "./columns.ts";
import { gridTracks, minTableWidthPx, shownColumns } from "./columns.ts";
import type { MonitorFeed } from "./feed.ts";
import { gapBetween } from "./gap-lines.ts";
import { lossBetween } from "./loss-lines.ts";
import { rowPx } from "./scroll-map.ts";
import { TableHeader } from "./table-header.tsx";
import type { TableModel } from "./table-model.ts";
import { type RowLook, TableRow } from "./table-row.tsx";

/** After this long without scrolling, the scroll bar may be put in line. */
const settleMs = 200;

interface EventTableProps {
  readonly gridRef: Ref<HTMLDivElement>;
  readonly label: string;
  readonly feed: MonitorFeed;
  readonly table: TableModel;
  readonly look: RowLook;
  readonly onColumns: (columns: readonly Column[]) => void;
  readonly onChange: () => void;
  readonly onOpen: (place: number) => void;
}

export function EventTable({ gridRef, label, feed, table, look, onColumns, onChange, onOpen }: EventTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  useScrolling(scroller, table, onChange);
  const hover = useHover(table, onChange);
  const { picture } = feed;
  const { map } = table;
  const { from, to } = table.window;
  const shown = shownColumns(look.columns);
  const selected = table.selection?.place;

  const rows = [];
  for (let position = from; position < to; position++) {
    const place = table.placeAt(position);
    const row = picture.rows.get(place);
    const before = picture.rows.get(place - 1);
    if (place < picture.shown.from && row === undefined) continue;
    rows.push(
      <TableRow
        key={place}
        place={place}
        rowIndex={Math.max(0, position - map.span.from) + 2}
        row={row}
        before={before}
        gap={row === undefined ? undefined : gapBetween(picture.gaps, before, row)}
        loss={row === undefined ? undefined : lossBetween(picture.losses, before, row)}
        isSelected={place === selected}
        isEvicted={place < picture.shown.from}
        {...look}
        columns={shown}
      />,
    );
  }
  const firstPosition = rows.length === 0 ? from : table.positionOf(Number(rows[0]?.key));
  const isSelectedDrawn = selected !== undefined && rows.some(({ key }) => key === selected);

  return (
    <div
      ref={(element: HTMLDivElement | null) => {
        scroller.current = element as HTMLDivElement;
        if (typeof gridRef === "function") gridRef(element);
        else if (gridRef !== null) gridRef.current = element;
      }}
      class="table"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={map.span.to - map.span.from + 1}
      aria-colcount={shown.length}
      aria-multiselectable={false}
      aria-activedescendant={isSelectedDrawn ? `row-${selected}` : undefined}
      data-follow={table.follow}
      style={{ "--tracks": gridTracks(look.columns), "--table-width": `${minTableWidthPx(look.columns)}px` }}
    >
      <TableHeader columns={look.columns} onChange={onColumns} />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the panel handles the keys of the table */}
      <div
        class="table-area"
        role="rowgroup"
        style={{ height: `${map.areaPx}px` }}
        {...hover}
        onClick={({ target }) => {
          const place = placeUnder(target);
          if (place !== undefined && String(getSelection()) === "") onOpen(place);
        }}
      >
        <div
          class="table-rows"
          role="presentation"
          style={{ transform: `translateY(${firstPosition * rowPx - map.shiftPx}px)` }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
}

function placeUnder(target: EventTarget | null): number | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-place]") : null;
  return row === null ? undefined : Number(row.dataset["place"]);
}

/** Keeps the model told of the size and of what the person scrolls, and the scroll bar where the model wants it. */
function useScrolling(scroller: { current: HTMLDivElement | null }, table: TableModel, onChange: () => void): void {
  const expected = useRef(0);
  const idle = useRef(true);
  const [, settle] = useState(0);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (idle.current && table.map.isUnsettled) {
      table.map.settle();
      settle((count) => count + 1);
      return;
    }
    const { scrollTop } = table.map;
    if (Math.abs(element.scrollTop - scrollTop) >= 1) element.scrollTop = scrollTop;
    // Browsers round: remember what they made of it, so that the event they send is not taken for the person's.
    expected.current = element.scrollTop;
  });

  // Before anything is painted: where rows go depends on the size.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const measure = () => {
      const head = element.firstElementChild instanceof HTMLElement ? element.firstElementChild.offsetHeight : 0;
      const viewPx = Math.max(0, element.clientHeight - head);
      if (viewPx === table.map.viewPx) return false;
      table.resized(viewPx);
      onChange();
      return true;
    };
    const onScroll = () => {
      // A change of size scrolls too, and that is not the person's doing.
      if (measure() || Math.abs(element.scrollTop - expected.current) < 1) return;
      expected.current = element.scrollTop;
      idle.current = false;
      clearTimeout(timer);
      timer = setTimeout(() => {
        idle.current = true;
        onChange();
      }, settleMs);
      table.scrolledTo(element.scrollTop);
      onChange();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
      clearTimeout(timer);
    };
  }, [scroller, table, onChange]);
}

/** Whether a mouse is over the rows: only one that moved, not rows that came to lie under it. */
function useHover(table: TableModel, onChange: () => void) {
  const last = useRef({ x: Number.NaN, y: Number.NaN });
  const tell = (isOver: boolean) => {
    const before = table.follow;
    table.pointed(isOver);
    if (table.follow !== before) onChange();
  };
  return {
    onPointerMove: (event: PointerEvent) => {
      const { x, y } = last.current;
      last.current = { x: event.clientX, y: event.clientY };
      const hasMoved = !Number.isNaN(x) && (x !== event.clientX || y !== event.clientY);
      if (event.pointerType === "mouse" && hasMoved) tell(true);
    },
    onPointerLeave: () => tell(false),
  };
}
