/** Columns: there and back, and whatever others send in their place. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Change,
  type Condition,
  type Entry,
  type Expiry,
  LastingPut,
  type Operation,
  type Outcome,
} from "../../../../library/core/store/change.ts";
import {
  type Columns,
  changeColumns,
  entryColumns,
  outcomeColumns,
  readChanges,
  readEntries,
  readOutcomes,
} from "../../../../library/core/store/columns.ts";
import { operationColumns, readOperations } from "../../../../library/core/store/operation-columns.ts";
import type { Value } from "../../../../library/core/values/index.ts";
import { values } from "../values/arbitrary.ts";

const any = values(2);
const maybe = fc.option(any, { nil: undefined });
const ms = fc.integer({ min: 0, max: 2 ** 41 });
const maybeMs = fc.option(ms, { nil: undefined });
const expiries = { expiresAtMs: maybeMs, expiresAfterMs: maybeMs };
const revision = fc.nat();

function kind<Name extends string>(...names: Name[]): fc.Arbitrary<Name> {
  return fc.constantFrom(...names);
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: kind("put"), key: any, value: any, ...expiries }),
  fc.record({ kind: kind("remove"), key: any, isExpired: fc.boolean() }),
  fc.record({ kind: kind("clear") }),
);
const entry: fc.Arbitrary<Entry> = fc.record({ key: any, value: any, revision, ...expiries });
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ kind: kind("done"), revision, value: maybe }),
  fc.record({ kind: kind("failed"), revision, code: kind("TYPE", "CONFLICT"), what: fc.string() }),
);
const expiry: fc.Arbitrary<Expiry | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ kind: kind("at"), wallMs: ms }),
  fc.record({ kind: kind("after"), ms }),
);
const condition: fc.Arbitrary<Condition | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ kind: kind("absent", "present") }),
  fc.record({ kind: kind("equals"), value: any }),
  fc.record({ kind: kind("revision"), revision }),
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: kind("insert"), key: any, value: any, expiry, condition }),
  fc.record({ kind: kind("remove"), key: any, condition }),
  fc.record({ kind: kind("increment", "decrement"), key: any, by: any }),
  fc.record({ kind: kind("add"), key: any, element: any, value: maybe }),
  fc.record({ kind: kind("take"), key: any, element: maybe }),
  fc.record({ kind: kind("expire"), key: any, expiry }),
  fc.record({ kind: kind("clear") }),
);

/** As it was written: without its revision. */
function written(read: Change): Change {
  if (!(read instanceof LastingPut)) return read;
  const { kind, key, value, expiresAtMs, expiresAfterMs } = read;
  return { kind, key, value, expiresAtMs, expiresAfterMs };
}

describe("come back as they were", () => {
  it("changes", () => {
    fc.assert(
      fc.property(fc.array(change), (all) => {
        expect(readChanges(changeColumns(all), 1)?.map(written)).toEqual(all);
      }),
    );
  });

  it("puts alone, without letters", () => {
    const put = fc.record({ kind: kind("put"), key: any, value: any });
    const change = put.map((each): Change => ({ ...each, expiresAtMs: undefined, expiresAfterMs: undefined }));
    fc.assert(
      fc.property(fc.array(change), any, (puts, more) => {
        const columns = changeColumns(puts);
        expect(columns[0]).toBe("");
        expect(readChanges(columns, 7)?.map(written)).toEqual(puts);
        const isNumbered = (each: Change, i: number) => each instanceof LastingPut && each.revision === 7 + i;
        expect(readChanges(columns, 7)?.every(isNumbered)).toBe(true);
        expect(readChanges(columns.with(1, [...(columns[1] as readonly Value[]), more]), 7)).toBeUndefined();
        expect(readChanges(columns.with(2, [...(columns[2] as readonly Value[]), more]), 7)).toBeUndefined();
      }),
    );
  });

  it("entries", () => {
    fc.assert(
      fc.property(fc.array(entry), (all) => {
        expect(readEntries(entryColumns(all))).toEqual(all);
      }),
    );
  });

  it("outcomes", () => {
    fc.assert(
      fc.property(fc.array(outcome), (all) => {
        expect(readOutcomes(outcomeColumns(all))).toEqual(all);
      }),
    );
  });

  it("operations", () => {
    fc.assert(
      fc.property(fc.array(operation), (all) => {
        expect(readOperations(operationColumns(all))).toEqual(all);
      }),
    );
  });
});

it("T12: columns of others are read or refused, and nothing is thrown", () => {
  const readers = [(columns: Columns) => readChanges(columns, 1), readEntries, readOutcomes, readOperations];
  const kinds = fc.string({ unit: fc.constantFrom(...Array.from("prxcdvfi+-aAtTe?")) });
  const column = fc.oneof(kinds, any, fc.array(any), fc.array(fc.nat()), fc.constant(null));
  fc.assert(
    fc.property(fc.array(column, { maxLength: 6 }), (columns) => {
      for (const read of readers) read(columns as readonly Value[]);
    }),
    { numRuns: 2_000 },
  );
});

it("a missing column, or one element too few or too many, is seen", () => {
  const columns = changeColumns([
    { kind: "put", key: "a", value: 1, expiresAtMs: 5, expiresAfterMs: undefined },
    { kind: "remove", key: "b", isExpired: true },
  ]);
  for (let i = 0; i < columns.length; i++) {
    expect(readChanges(columns.slice(0, i), 1)).toBeUndefined();
    const column = columns[i]!;
    if (!Array.isArray(column)) continue;
    if (i < 3) expect(readChanges(columns.with(i, column.slice(1)), 1)).toBeUndefined();
    expect(readChanges(columns.with(i, [...column, "x"]), 1)).toBeUndefined();
  }
});
