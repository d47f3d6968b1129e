/**
 * The columns of the monitor's table: which are shown, in which order, how wide.
 *
 * Invariant: each column is there exactly once, and at least one is shown. Pure.
 */
export type ColumnId = "time" | "topic" | "name" | "text" | "sender" | "hops";

export interface Column {
  readonly id: ColumnId;
  readonly widthPx: number;
  readonly isHidden: boolean;
}

export const minColumnPx = 40;
export const maxColumnPx = 2_000;

export const columnLabels: Readonly<Record<ColumnId, string>> = {
  time: "Time",
  topic: "Topic",
  name: "Event",
  text: "Arguments",
  sender: "Sender",
  hops: "Hops",
};

export const defaultColumns: readonly Column[] = [
  { id: "time", widthPx: 104, isHidden: false },
  { id: "topic", widthPx: 190, isHidden: false },
  { id: "name", widthPx: 150, isHidden: false },
  { id: "text", widthPx: 220, isHidden: false },
  { id: "sender", widthPx: 110, isHidden: false },
  { id: "hops", widthPx: 54, isHidden: false },
];

/** Hides or shows a column; the last one stays. */
export function toggleColumn(columns: readonly Column[], id: ColumnId): readonly Column[] {
  const changed = columns.map((column) => (column.id === id ? { ...column, isHidden: !column.isHidden } : column));
  return changed.some(({ isHidden }) => !isHidden) ? changed : columns;
}

export function resizeColumn(columns: readonly Column[], id: ColumnId, widthPx: number): readonly Column[] {
  const width = Math.round(Math.max(minColumnPx, Math.min(widthPx, maxColumnPx)));
  return columns.map((column) => (column.id === id ? { ...column, widthPx: width } : column));
}

/** Moves a column past its shown neighbour: -1 to the left, 1 to the right. */
export function moveColumn(columns: readonly Column[], id: ColumnId, step: -1 | 1): readonly Column[] {
  const from = columns.findIndex((column) => column.id === id);
  let to = from + step;
  while (columns[to]?.isHidden === true) to += step;
  const moved = columns[from];
  if (moved === undefined || columns[to] === undefined) return columns;
  const rest = columns.filter((column) => column.id !== id);
  return [...rest.slice(0, to), moved, ...rest.slice(to)];
}

export function shownColumns(columns: readonly Column[]): readonly Column[] {
  return columns.filter(({ isHidden }) => !isHidden);
}

/** The widths as grid tracks: the arguments, or else the last column, take what is left. */
export function gridTracks(columns: readonly Column[]): string {
  const shown = shownColumns(columns);
  const growing = shown.find(({ id }) => id === "text") ?? shown.at(-1);
  return shown.map((column) => trackOf(column, column === growing)).join(" ");
}

function trackOf({ widthPx }: Column, isGrowing: boolean): string {
  return isGrowing ? `minmax(${widthPx}px, 1fr)` : `${widthPx}px`;
}

export function minTableWidthPx(columns: readonly Column[]): number {
  return shownColumns(columns).reduce((sum, { widthPx }) => sum + widthPx, 0);
}

/** Columns out of kept state: what is unknown there is left out, what is missing comes as usual. */
export function readColumns(kept: unknown): readonly Column[] {
  if (!Array.isArray(kept)) return defaultColumns;
  const columns: Column[] = [];
  for (const entry of kept as readonly unknown[]) {
    const column = readColumn(entry);
    if (column !== undefined && !columns.some(({ id }) => id === column.id)) columns.push(column);
  }
  const missing = defaultColumns.filter(({ id }) => !columns.some((column) => column.id === id));
  const all = [...columns, ...missing];
  return all.some(({ isHidden }) => !isHidden) ? all : defaultColumns;
}

function readColumn(entry: unknown): Column | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { id, widthPx, isHidden } = entry as Readonly<Record<string, unknown>>;
  const known = defaultColumns.find((column) => column.id === id);
  if (known === undefined || typeof widthPx !== "number" || !(widthPx >= minColumnPx && widthPx <= maxColumnPx)) {
    return undefined;
  }
  return { id: known.id, widthPx, isHidden: isHidden === true };
}
