/** The log against a plain list of all changes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import type { Change } from "../../../../library/core/store/change.ts";
import { ChangeLog } from "../../../../library/core/store/change-log.ts";

type Removal = Extract<Change, { kind: "remove" }>;

function removal(number: number): Removal {
  return { kind: "remove", key: `${number}`, isExpired: false };
}

describe("the log", () => {
  it("gives what came after a revision, in pages, or says that it is gone", () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(700, 9_000)), { maxLength: 30 });
    fc.assert(
      fc.property(
        sizes,
        fc.nat({ max: 1_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (batches, begun, where) => {
          const log = new ChangeLog(begun);
          let newest = begun;
          let oldest = begun;
          const ends = [begun];
          for (const size of batches) {
            log.add(
              Array.from({ length: size }, (_, i) => removal(newest + 1 + i)),
              size * 40,
            );
            newest += size;
            ends.push(newest);
            while (newest - oldest > limits.storeLogChanges) oldest = ends.find((end) => end > oldest)!;
          }
          expect([log.size, log.start]).toEqual([newest - oldest, oldest]);
          const from = begun + Math.round((newest - begun) * where);
          const page = log.since(from);
          const kept = Math.max(from, oldest);
          expect([...log.after(from)]).toEqual(Array.from({ length: newest - kept }, (_, i) => removal(kept + 1 + i)));
          if (from < oldest) expect(page).toBeUndefined();
          else {
            const length = Math.min(limits.storePageEntries, newest - from);
            expect(page).toEqual(Array.from({ length }, (_, i) => removal(from + 1 + i)));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("gives a put that is kept as an entry back as the change it was", () => {
    const log = new ChangeLog(0);
    const put = { key: "a", value: "b", expiresAtMs: 7, expiresAfterMs: 5 };
    log.add([{ ...put, revision: 1 }, { kind: "clear" }], 40);
    const changes: Change[] = [{ kind: "put", ...put }, { kind: "clear" }];
    expect(log.since(0)).toStrictEqual(changes);
    expect([...log.after(0)]).toStrictEqual(changes);
  });

  it("gives up the oldest where there are too many bytes", () => {
    const log = new ChangeLog(0);
    for (let i = 1; i <= 3; i++) log.add([removal(i)], limits.storeLogBytes / 2);
    expect(log.since(0)).toBeUndefined();
    expect(log.since(1)).toEqual([removal(2), removal(3)]);
    expect(log.since(3)).toEqual([]);
  });

  it("ends a page at so many bytes, with one change at least", () => {
    const log = new ChangeLog(0);
    const key = "k".repeat(limits.storePageBytes);
    const large = (): Removal => ({ kind: "remove", key, isExpired: false });
    log.add([large(), large(), large()], 3 * key.length);
    expect(log.since(0)?.length).toBe(1);
    expect(log.since(2)?.length).toBe(1);
  });
});
