/** The columns against a list of objects, over several pages. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Extents } from "../../../library/storage/extents.ts";
import { repeats } from "../../rig/repeats.ts";

interface Plain {
  readonly sequence: number;
  readonly first: number;
  readonly bytes: number;
  entries: number;
  others: number;
}

const records = 2;
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("add" as const), many: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("void" as const), many: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("drop" as const), many: fc.integer({ min: 1, max: 1_500 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const), many: fc.constant(0) }) },
);

it("counts what a list of objects counts, whatever is voided, cleared and dropped", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const extents = new Extents();
      let plain: Plain[] = [];
      let next = 1;
      for (const { kind, many } of acts) {
        if (kind === "add") {
          for (let i = 0; i < many; i++, next++) {
            extents.add(next, next * records, records, 64 + (next % 7));
            extents.count("entries");
            extents.count("others");
            plain.push({ sequence: next, first: next * records, bytes: 64 + (next % 7), entries: 1, others: 1 });
          }
        } else if (kind === "void") {
          const some = plain.filter(({ entries, sequence }) => entries > 0 && (sequence * 31) % 1_000 < many);
          for (const each of some) {
            extents.void("entries", each.first + 1);
            each.entries = 0;
          }
        } else if (kind === "clear") {
          extents.voidEntries();
          for (const each of plain) each.entries = 0;
        } else {
          const needed = Math.min((plain[0]?.sequence ?? 0) + many, next - 1);
          extents.drop(needed);
          plain = plain.filter(({ sequence }) => sequence >= needed);
        }
        const bytes = plain.reduce((sum, each) => sum + each.bytes, 0);
        const live = plain.reduce((sum, each) => sum + (each.bytes * (each.entries + each.others)) / records, 0);
        expect(extents.bytes).toBe(bytes);
        expect(extents.liveBytes).toBeCloseTo(live, 3);
        expect(extents.needed).toBe(plain[0]?.sequence);
        expect(extents.firstRecord).toBe(plain[0]?.first ?? 0);
        expect(extents.firstOf((plain[0]?.sequence ?? 1) - 1)).toBeUndefined();
        for (const at of [0, Math.floor(plain.length / 2), plain.length - 1]) {
          const each = plain[at];
          if (each !== undefined) expect(extents.firstOf(each.sequence)).toBe(each.first);
        }
        expect(extents.oldest(1)).toEqual(
          plain
            .slice(0, -1)
            .slice(0, 1)
            .map(({ sequence }) => sequence),
        );
        expect(extents.oldest(bytes)).toEqual(plain.slice(0, -1).map(({ sequence }) => sequence));
      }
    }),
    { numRuns: repeats(100, 2_000) },
  );
});
