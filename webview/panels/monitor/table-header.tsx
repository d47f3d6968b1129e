/** The head of the table: names of columns, to be dragged elsewhere, and the lines between them, to be dragged too. */
// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be rows of a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
import { useRef } from "preact/hooks";
import {
  type Column,
  columnLabels,
  maxColumnPx,
  minColumnPx,
  moveColumn,
  resizeColumn,
  shownColumns,
} from "./columns.ts";

interface TableHeaderProps {
  readonly columns: readonly Column[];
  readonly onChange: (columns: readonly Column[]) => void;
}

export function TableHeader({ columns, onChange }: TableHeaderProps) {
  return (
    <div class="table-head" role="rowgroup">
      <div class="table-row" role="row" aria-rowindex={1}>
        {shownColumns(columns).map((column, index) => (
          <HeaderCell key={column.id} column={column} index={index} columns={columns} onChange={onChange} />
        ))}
      </div>
    </div>
  );
}

interface HeaderCellProps extends TableHeaderProps {
  readonly column: Column;
  readonly index: number;
}

function HeaderCell({ column, index, columns, onChange }: HeaderCellProps) {
  const { id } = column;
  const cell = useRef<HTMLDivElement>(null);

  /** Moves the column once the pointer is past the middle of its neighbour. */
  const drag = (event: PointerEvent) => {
    if (cell.current?.hasPointerCapture(event.pointerId) !== true) return;
    for (const step of [-1, 1] as const) {
      const sibling = step < 0 ? cell.current.previousElementSibling : cell.current.nextElementSibling;
      const box = sibling?.getBoundingClientRect();
      if (box === undefined) continue;
      const middle = box.left + box.width / 2;
      if (step < 0 ? event.clientX < middle : event.clientX > middle) return onChange(moveColumn(columns, id, step));
    }
  };

  return (
    <div
      ref={cell}
      class={`table-cell cell-${id}`}
      role="columnheader"
      aria-colindex={index + 1}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
    >
      <span class="header-label">{columnLabels[id]}</span>
      <ColumnEdge column={column} columns={columns} onChange={onChange} />
    </div>
  );
}

function ColumnEdge({ column, columns, onChange }: Omit<HeaderCellProps, "index">) {
  const { id, widthPx } = column;
  const start = useRef<{ x: number; widthPx: number }>(undefined);
  const resize = (width: number) => onChange(resizeColumn(columns, id, width));
  return (
    <div
      class="column-edge"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${columnLabels[id]}`}
      aria-valuenow={widthPx}
      aria-valuemin={minColumnPx}
      aria-valuemax={maxColumnPx}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.preventDefault();
        const cellPx = event.currentTarget.parentElement?.offsetWidth ?? widthPx;
        start.current = { x: event.clientX, widthPx: cellPx };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const from = start.current;
        if (from !== undefined) resize(from.widthPx + event.clientX - from.x);
      }}
      onLostPointerCapture={() => {
        start.current = undefined;
      }}
      onKeyDown={(event) => {
        const step = event.key === "ArrowLeft" ? -10 : event.key === "ArrowRight" ? 10 : undefined;
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        resize(widthPx + step);
      }}
    />
  );
}
