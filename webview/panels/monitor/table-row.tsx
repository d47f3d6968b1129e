/** One row of the table, and the line above it where the connection was down or messages were lost. */
// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be rows of a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
import type { LossLine, Row, Search } from "../../../server/protocol/monitor.ts";
import { Icon } from "../../parts/icon.tsx";
import type { Column, ColumnId } from "./columns.ts";
import type { Gap } from "./gap-lines.ts";
import { lossDetails, lossSentence } from "./loss-lines.ts";
import { MarkedText } from "./marked-text.tsx";
import { clockText, deltaText, relativeText, type TimeMode } from "./times.ts";

export interface RowLook {
  readonly columns: readonly Column[];
  readonly search: Search;
  readonly timeMode: TimeMode;
  readonly nowMs: number;
}

interface TableRowProps extends RowLook {
  readonly place: number;
  readonly rowIndex: number;
  /** Nothing while it is on its way. */
  readonly row: Row | undefined;
  /** The older neighbour, when it is known. */
  readonly before: Row | undefined;
  readonly gap: Gap | undefined;
  readonly loss: LossLine | undefined;
  readonly isSelected: boolean;
  readonly isEvicted: boolean;
}

export function TableRow({ place, rowIndex, row, isSelected, isEvicted, gap, loss, ...look }: TableRowProps) {
  const classes = ["table-row"];
  if (isSelected) classes.push("is-selected");
  if (isEvicted) classes.push("is-evicted");
  const hasMark = gap !== undefined || loss !== undefined;
  if (hasMark) classes.push("has-gap");
  if (place % 2 !== 0) classes.push("is-odd");
  return (
    <div
      id={`row-${place}`}
      class={classes.join(" ")}
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={isSelected}
      data-place={place}
      data-row={row?.row}
    >
      {look.columns.map(({ id }, index) => (
        <div
          key={id}
          class={`table-cell cell-${id}`}
          role="gridcell"
          aria-colindex={index + 1}
          title={row === undefined || id === "time" || id === "hops" ? undefined : row[id]}
        >
          {row !== undefined && <Cell id={id} row={row} {...look} />}
        </div>
      ))}
      {hasMark && (
        <span class="gap-labels">
          <span>
            {gap !== undefined && <GapLabel gap={gap} nowMs={look.nowMs} />}
            {loss !== undefined && <LossLabel loss={loss} />}
          </span>
        </span>
      )}
    </div>
  );
}

function Cell({ id, row, before, search, timeMode, nowMs }: Omit<RowLook, "columns"> & CellProps) {
  switch (id) {
    case "time":
      return <>{timeText(row, before, timeMode, nowMs)}</>;
    case "name":
      return (
        <>
          <Icon name={row.kind === "event" ? "symbol-event" : "list-unordered"} />
          <span class="visually-hidden">{row.kind === "event" ? "event" : "log line"} </span>
          <MarkedText text={row.name} search={search} />
        </>
      );
    case "topic":
    case "text":
      return <MarkedText text={row[id]} search={search} />;
    case "sender":
      return <>{row.sender}</>;
    case "hops":
      return <>{row.hops}</>;
  }
}

interface CellProps {
  readonly id: ColumnId;
  readonly row: Row;
  readonly before: Row | undefined;
}

function timeText(row: Row, before: Row | undefined, mode: TimeMode, nowMs: number): string {
  switch (mode) {
    case "local":
    case "utc":
      return clockText(row.timeMs, nowMs, mode === "utc");
    case "relative":
      return relativeText(row.timeMs, nowMs);
    case "delta":
      return deltaText(row.timeMs, before?.timeMs);
  }
}

function GapLabel({ gap, nowMs }: { gap: Gap; nowMs: number }) {
  return (
    <span class="gap-label">
      <Icon name="debug-disconnect" />
      disconnected {gapText(gap, nowMs)}
    </span>
  );
}

function LossLabel({ loss }: { loss: LossLine }) {
  return (
    <span class="gap-label loss-label" title={lossDetails(loss)}>
      <Icon name="warning" />
      <span class="loss-text">{lossSentence(loss)}</span>
    </span>
  );
}

/** `14:02:11 to 14:02:19`, in local time. */
export function gapText({ fromMs, toMs }: Gap, nowMs: number): string {
  const seconds = (timeMs: number) => clockText(timeMs, nowMs, false).slice(0, -4);
  return toMs === undefined ? `since ${seconds(fromMs)}` : `${seconds(fromMs)} to ${seconds(toMs)}`;
}
