/** What only one history has, against a list of all changes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Authority } from "../../../../library/core/store/authority.ts";
import type { Change } from "../../../../library/core/store/change.ts";
import { ChangeLog } from "../../../../library/core/store/change-log.ts";
import { entryOf, Table } from "../../../../library/core/store/table.ts";
import { unmatchedOf } from "../../../../library/core/store/unmatched.ts";

const keys = ["a", "b", "c", "d", "e"];

function changes(): fc.Arbitrary<Change> {
  const key = fc.constantFrom(...keys);
  const put = fc.record({ kind: fc.constant("put" as const), key, value: fc.nat() });
  return fc.oneof(
    { weight: 6, arbitrary: put.map((each) => ({ ...each, expiresAtMs: undefined, expiresAfterMs: undefined })) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("remove" as const), key, isExpired: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
  );
}

describe("what only one history has", () => {
  it("F7: is every entry that was changed since, and every key that was removed, as far as the log goes back", () => {
    fc.assert(
      fc.property(fc.array(changes(), { maxLength: 30 }), fc.nat({ max: 30 }), fc.nat({ max: 30 }), (all, at, from) => {
        const after = Math.min(at, all.length);
        const start = Math.min(from, all.length);
        const table = new Table();
        const log = new ChangeLog(start);
        for (const [i, change] of all.entries()) {
          table.apply(change, i + 1);
          if (i >= start) log.add([change.kind === "put" ? entryOf(change, i + 1) : change], 1);
        }
        const found = unmatchedOf(table, { epoch: 1, revision: all.length }, log, after);
        const known = all.slice(Math.max(after, start));
        const changed = keys.filter((key) => (table.get(key)?.revision ?? 0) > after);
        expect([...found.entries].map(({ key }) => String(key)).sort()).toEqual(changed);
        expect([...found.entries]).toHaveLength(changed.length); // and again
        const gone = keys.filter(
          (key) =>
            table.get(key) === undefined &&
            known.some((each) => each.kind === "remove" && each.key === key && !each.isExpired),
        );
        expect(found.removed.map(String).sort()).toEqual(gone);
        expect(found.isCleared).toBe(known.some(({ kind }) => kind === "clear"));
        expect(found.removalsAfter).toBe(Math.max(after, start));
      }),
      { numRuns: 500 },
    );
  });

  it("F7: of an authority that was opened with what a disk had, names no removal from before", () => {
    const table = new Table();
    table.restore({ key: "a", value: 1, revision: 3, expiresAtMs: undefined, expiresAfterMs: undefined });
    const version = { epoch: 1, revision: 8 };
    const start = { version, epochs: [{ epoch: 1, revision: 0, by: "a" }], table, results: [] };
    const authority = new Authority({ nowMs: 0, wallMs: 0, start });
    const { removalsAfter, removed, entries } = authority.unmatched(2);
    expect([removalsAfter, removed, [...entries].length]).toEqual([8, [], 1]);
    expect(unmatchedOf(table, version, undefined, 2).removalsAfter).toBe(8);
  });
});
