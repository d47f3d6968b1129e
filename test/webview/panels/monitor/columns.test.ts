import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Column,
  defaultColumns,
  gridTracks,
  moveColumn,
  readColumns,
  resizeColumn,
  shownColumns,
  toggleColumn,
} from "../../../../webview/panels/monitor/columns.ts";

const ids = (columns: readonly Column[]) => columns.map(({ id }) => id);
const anyId = fc.constantFrom(...ids(defaultColumns));

it("keeps each column exactly once and one shown, whatever is done", () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant("toggle" as const), id: anyId }),
    fc.record({ kind: fc.constant("move" as const), id: anyId, step: fc.constantFrom(-1 as const, 1 as const) }),
    fc.record({ kind: fc.constant("resize" as const), id: anyId, widthPx: fc.integer() }),
  );
  fc.assert(
    fc.property(fc.array(act), (acts) => {
      let columns = defaultColumns;
      for (const each of acts) {
        if (each.kind === "toggle") columns = toggleColumn(columns, each.id);
        else if (each.kind === "move") columns = moveColumn(columns, each.id, each.step);
        else columns = resizeColumn(columns, each.id, each.widthPx);
      }
      expect([...ids(columns)].sort()).toEqual([...ids(defaultColumns)].sort());
      expect(shownColumns(columns).length).toBeGreaterThan(0);
      expect(readColumns(JSON.parse(JSON.stringify(columns)))).toEqual(columns);
    }),
  );
});

it("moves a column past hidden ones, and not over the edge", () => {
  const columns = toggleColumn(defaultColumns, "topic");
  expect(ids(shownColumns(moveColumn(columns, "time", 1))).slice(0, 2)).toEqual(["name", "time"]);
  expect(moveColumn(columns, "time", -1)).toBe(columns);
});

it("lets the arguments take what is left, or else the last column", () => {
  expect(gridTracks(defaultColumns)).toContain("minmax(220px, 1fr)");
  expect(gridTracks(toggleColumn(defaultColumns, "text"))).toMatch(/minmax\(54px, 1fr\)$/);
});

describe("kept columns", () => {
  it("are read whatever they are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (kept) => {
        expect([...ids(readColumns(kept))].sort()).toEqual([...ids(defaultColumns)].sort());
      }),
    );
  });

  it("keep what is right and take the rest as usual", () => {
    const kept = [
      { id: "hops", widthPx: 80, isHidden: true },
      { id: "color", widthPx: 80 },
      { id: "time", widthPx: -1 },
    ];
    const columns = readColumns(kept);
    expect(columns[0]).toEqual({ id: "hops", widthPx: 80, isHidden: true });
    expect(columns[1]).toEqual(defaultColumns[0]);
  });
});
