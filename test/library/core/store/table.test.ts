import { expect, it } from "vitest";
import { Table } from "../../../../library/core/store/table.ts";

/** More than the first map of a table takes. */
const count = 150_000;

function put(table: Table, key: string, revision: number): void {
  table.apply({ kind: "put", key, value: `${revision}`, expiresAtMs: undefined, expiresAfterMs: undefined }, revision);
}

function filled(): Table {
  const table = new Table();
  for (let i = 0; i < count; i++) put(table, `key ${i}`, i + 1);
  return table;
}

it("is one table, however many maps it has", () => {
  const table = filled();
  const naive = new Map(Array.from({ length: count }, (_, i) => [`key ${i}`, i + 1]));
  for (let i = 0; i < count; i += 3) {
    table.apply({ kind: "remove", key: `key ${i}`, isExpired: false }, count + i);
    naive.delete(`key ${i}`);
  }
  for (let i = 0; i < count; i += 7) {
    const key = `key ${i}`;
    put(table, key, 2 * count + i);
    naive.set(key, 2 * count + i);
  }
  for (const key of ["", "k", "\u0000"]) {
    put(table, key, 1);
    naive.set(key, 1);
  }
  expect(table.size).toBe(naive.size);
  const found = new Map(Array.from(table, ({ key, revision }) => [key, revision]));
  expect(found.size).toBe(naive.size);
  const wrong = [...naive].filter(([key, revision]) => {
    return found.get(key) !== revision || table.get(key)?.revision !== revision;
  });
  expect(wrong).toEqual([]);
  expect(table.get("key 3")).toBeUndefined();
});

it("lets a walk see each entry that stays, though the table grows, changes and is cleared meanwhile", () => {
  const table = new Table();
  for (let i = 0; i < 1_000; i++) put(table, `early ${i}`, i + 1);
  const walk = table[Symbol.iterator]();
  const seen = new Set([walk.next().value!.key]);
  for (let i = 0; i < count; i++) put(table, `late ${i}`, i + 1);
  for (let i = 0; i < 1_000; i++) put(table, `early ${i}`, count + i);
  for (let i = 0; i < 500; i++) seen.add(walk.next().value!.key);
  table.clear();
  put(table, "new", 1);
  for (const { key } of walk) seen.add(key);
  expect(seen.size).toBe(1_000 + count);
  expect([table.size, [...table].map(({ key }) => key)]).toEqual([1, ["new"]]);
});
