/** The heap against a plain Map. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Deadlines } from "../../../../library/core/store/deadlines.ts";

const names = Array.from("abcdefghijklmnop");
const ids = fc.constantFrom(...names);
const acts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("set" as const), id: ids, due: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ kind: fc.constant("delete" as const), id: ids }),
  ),
  { maxLength: 80 },
);

it("knows who is due, whatever was set, moved and taken out", () => {
  fc.assert(
    fc.property(acts, fc.integer({ min: 0, max: 20 }), (list, time) => {
      const deadlines = new Deadlines();
      const naive = new Map<string, number>();
      for (const act of list) {
        if (act.kind === "set") {
          deadlines.set(act.id, act.due);
          naive.set(act.id, act.due);
        } else expect(deadlines.delete(act.id)).toBe(naive.delete(act.id));
        expect(deadlines.first).toBe(naive.size === 0 ? undefined : Math.min(...naive.values()));
      }
      const due = [...naive].filter(([, when]) => when <= time).map(([id]) => id);
      expect(deadlines.due(time, Number.POSITIVE_INFINITY).sort()).toEqual(due.sort());
      expect(deadlines.count(time)).toBe(due.length);
      expect(deadlines.due(time, 2).length).toBe(Math.min(2, due.length));
      expect(deadlines.size).toBe(naive.size);
      for (const id of names) expect(deadlines.get(id)).toBe(naive.get(id));
    }),
    { numRuns: 1_000 },
  );
});

it("moves up who takes the place of one that is taken out of another branch", () => {
  const deadlines = new Deadlines();
  for (const due of [1, 10, 2, 11, 12, 3, 4]) deadlines.set(`${due}`, due);
  deadlines.delete("11");
  expect(deadlines.due(5, 9).sort()).toEqual(["1", "2", "3", "4"]);
});
