/** Walks while the table changes under them. */
import { describe, expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import type { Entry } from "../../../../library/core/store/change.ts";
import { Expiry } from "../../../../library/core/store/expiry.ts";
import { Table } from "../../../../library/core/store/table.ts";
import { Walks } from "../../../../library/core/store/walks.ts";
import { cases } from "../../../rig/cases.ts";

function put(table: Table, key: string, revision: number, value = "v"): void {
  table.apply({ kind: "put", key, value, expiresAtMs: undefined, expiresAfterMs: undefined }, revision);
}

function revisionsOf(entries: Iterable<Entry>): readonly number[] {
  return [...entries].map(({ revision }) => revision).sort((a, b) => a - b);
}

function filled(count: number): Table {
  const table = new Table();
  for (let i = 0; i < count; i++) put(table, `${i}`, i + 1);
  return table;
}

describe("a walk", () => {
  cases(
    "S5: with the changes made meanwhile gives the table as it is at its end",
    { ci: 60, soak: 5_000 },
    async (chance) => {
      const count = chance.integer(0, 4 * limits.storePageEntries);
      const table = filled(count);
      let revision = count;
      const walks = new Walks(table, new Expiry(0, 0));
      const id = walks.begin(0, false);
      const seen = new Map<string, Entry>();
      const gone = new Map<string, number>();
      let cleared = 0;
      for (let isLast = false; !isLast; ) {
        const page = walks.page(id, revision, 0)!;
        expect(page.revision).toBe(revision);
        for (const entry of page.entries) {
          const key = entry.key as string;
          expect(entry).toBe(table.get(key)); // each page is what there is when it is read
          expect(entry.revision).toBeGreaterThan(Math.max(gone.get(key) ?? 0, cleared));
          seen.set(key, entry);
        }
        isLast = page.isLast;
        for (let i = chance.integer(0, 50); i > 0 && !isLast; i--) {
          revision += 1;
          const key = `${chance.integer(0, count + 50)}`;
          if (chance.flip(0.01)) {
            table.apply({ kind: "clear" }, revision);
            seen.clear();
            cleared = revision;
          } else if (chance.flip()) {
            table.apply({ kind: "remove", key, isExpired: false }, revision);
            seen.delete(key);
            gone.set(key, revision);
          } else {
            put(table, key, revision);
            seen.set(key, table.get(key)!);
          }
        }
      }
      expect(revisionsOf(seen.values())).toEqual(revisionsOf(table));
    },
  );

  it("has pages of a bounded size", () => {
    const table = filled(limits.storePageEntries * 2);
    const walks = new Walks(table, new Expiry(0, 0));
    const id = walks.begin(0, false);
    expect([1, 2, 3].map(() => walks.page(id, 1, 0)?.entries.length)).toEqual([
      limits.storePageEntries,
      limits.storePageEntries,
      0,
    ]);
    expect(walks.page(id, 1, 0)).toBeUndefined(); // it has ended
    const large = new Table();
    for (let i = 0; i < 3; i++) put(large, `${i}`, i + 1, "x".repeat(limits.storePageBytes));
    const slow = new Walks(large, new Expiry(0, 0));
    expect(slow.page(slow.begin(0, false), 3, 0)).toMatchObject({ entries: { length: 1 }, isLast: false });
  });

  it("over keys leaves out what is due; over the table it does not", () => {
    const table = new Table();
    const expiry = new Expiry(0, 0);
    for (const [key, expiresAtMs] of [
      ["a", undefined],
      ["b", 10],
      ["c", 20],
    ] as const) {
      const entry = { key, value: "v", revision: 1, expiresAtMs, expiresAfterMs: undefined };
      table.restore(entry);
      expiry.set(key, entry, 0, 0);
    }
    const walks = new Walks(table, expiry);
    const keys = (skipsDue: boolean) =>
      walks
        .page(walks.begin(10, skipsDue), 1, 10)
        ?.entries.map(({ key }) => key)
        .sort();
    expect(keys(true)).toEqual(["a", "c"]);
    expect(keys(false)).toEqual(["a", "b", "c"]);
  });

  it("is forgotten when it is idle, and one too many is refused", () => {
    const walks = new Walks(filled(1_000), new Expiry(0, 0));
    const [first, ...others] = Array.from({ length: limits.storeWalks }, () => walks.begin(0, false));
    expect(() => walks.begin(0, false)).toThrow(expect.objectContaining({ code: "TOO_MANY" }));
    walks.end(others[1]!);
    expect(walks.begin(1, false)).toBeGreaterThan(0);
    expect(walks.page(first!, 1, limits.storeWalkIdleMs - 1)).toBeDefined();
    expect(walks.page(others[0]!, 1, limits.storeWalkIdleMs)).toBeUndefined();
    expect(walks.page(first!, 1, limits.storeWalkIdleMs)).toBeDefined();
  });
});
