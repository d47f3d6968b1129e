import * as fc from "fast-check";
import { expect, test } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import type { Entry } from "../../../../library/core/store/change.ts";
import { IdMap } from "../../../../library/core/store/id-map.ts";

const mostFirst = 8;

function entryOf(key: string, revision = 1): Entry {
  return { key, value: revision, revision, expiresAtMs: undefined, expiresAfterMs: undefined };
}

const step = fc.record({ key: fc.integer({ min: 0, max: 40 }).map(String), isPut: fc.boolean() });

test("it holds what a Map would hold", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const [map, twin] = [new IdMap<Entry>(mostFirst), new Map<string, Entry>()];
      steps.forEach(({ key, isPut }, revision) => {
        if (isPut) {
          map.set(key, entryOf(key, revision));
          twin.set(key, entryOf(key, revision));
        } else {
          map.delete(key);
          twin.delete(key);
        }
        expect(map.size).toBe(twin.size);
        expect(map.get(key)).toEqual(twin.get(key));
      });
      const byKey = (a: Entry, b: Entry) => (String(a.key) < String(b.key) ? -1 : 1);
      expect([...map].sort(byKey)).toEqual([...twin.values()].sort(byKey));
    }),
  );
});

test("S5 whoever walks on while entries come, change and go sees each one that stays once, as it is then", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.record({ step, walks: fc.nat({ max: 3 }) }), { maxLength: 100 }),
      (count, course) => {
        const map = new IdMap<Entry>(mostFirst);
        const staying = new Set<string>();
        for (let i = 0; i < count; i++) map.set(String(i), entryOf(String(i)));
        for (let i = 0; i < count; i++) staying.add(String(i));
        const seen: string[] = [];
        const walk = map[Symbol.iterator]();
        const walkOn = (): boolean => {
          const { done, value } = walk.next();
          if (done === true) return false;
          expect(value).toBe(map.get(String(value.key)));
          seen.push(String(value.key));
          return true;
        };
        course.forEach(({ step: { key, isPut }, walks }, i) => {
          if (isPut) map.set(key, entryOf(key, i));
          else {
            map.delete(key);
            staying.delete(key);
          }
          for (let left = walks; left > 0; left--) walkOn();
        });
        while (walkOn());
        for (const key of staying) expect(seen.filter((each) => each === key)).toHaveLength(1);
      },
    ),
  );
});

test("what comes when the first map is full is spread so evenly that of ten million no map doubles for long", () => {
  const map = new IdMap<number>();
  const count = limits.storeFirstEntries + 200_000;
  for (let i = 0; i < count; i++) map.set(`key/${i}`, i);
  const [first, ...further] = map.sizes;
  expect(map.size).toBe(count);
  expect(first).toBe(limits.storeFirstEntries);
  expect(further).toHaveLength(limits.storeFurtherMaps);
  const even = 200_000 / limits.storeFurtherMaps;
  expect(Math.max(...further)).toBeLessThan(2 * even); // so of ten million none has more than 20,000
});
