/** A whole table that changes while it goes to the disk: what is there in the end is the table as it is then. */
import { expect, it } from "vitest";
import type { Change, Entry } from "../../../library/core/store/change.ts";
import { Table } from "../../../library/core/store/table.ts";
import { memoryStorage } from "../../../library/storage/memory.ts";
import type { OpenStorage } from "../../../library/storage/storage.ts";
import { type Lot, Rewriting } from "../../../library/store/rewriting.ts";
import { entryOf, put, resultsOf } from "../../compliance/storage.ts";
import { Chance, seed, tries } from "../wire/chance.ts";

const epochs = [{ epoch: 1, revision: 0, by: "a" }];

/** A disk that has `between` called before each thing that is added to a replacement. */
async function slowDisk(between: () => void): Promise<OpenStorage> {
  const inner = await memoryStorage().open("t");
  const replace = async () => {
    const replacement = await inner.replace();
    return {
      ...replacement,
      add: async (entries: readonly Entry[]) => {
        await replacement.add(entries);
        between();
      },
      addResults: async (results: Parameters<typeof replacement.addResults>[0]) => {
        between();
        await replacement.addResults(results);
      },
    };
  };
  return Object.create(inner, { head: { get: () => inner.head }, replace: { value: replace } }) as OpenStorage;
}

async function kept(opened: OpenStorage): Promise<Map<unknown, Entry>> {
  const entries = new Map<unknown, Entry>();
  for await (const some of opened.entries()) for (const entry of some) entries.set(entry.key, entry);
  return entries;
}

function chanceChange(chance: Chance): Change {
  const key = `k${chance.below(6_000)}`;
  if (chance.below(400) === 0) return { kind: "clear" };
  return chance.below(3) === 0 ? { kind: "remove", key, isExpired: false } : put(key, chance.below(1_000));
}

it(`F6: it has each change, wherever the walk is, also those that nobody sees yet (seed ${seed})`, async () => {
  const chance = new Chance(seed);
  for (let i = 0; i < tries(40); i++) {
    const table = new Table();
    const count = chance.below(5_000);
    for (let n = 0; n < count; n++) table.restore(entryOf(`k${n}`, n + 1));
    const twin = new Table();
    for (const entry of table) twin.restore(entry);
    const unseen: Lot[] = [];
    let revision = count;
    let seen = count;
    const show = (lots: readonly Lot[]): void => {
      for (const { changes } of lots) for (const change of changes) table.apply(change, ++seen);
    };
    const opened = await slowDisk(() => {
      for (let n = chance.below(4); n > 0; n--) {
        const changes = Array.from({ length: chance.below(60) }, () => chanceChange(chance));
        for (const change of changes) twin.apply(change, ++revision);
        const lot = { version: { epoch: 1, revision }, changes, results: [] };
        unseen.push(lot);
        rewriting.take(lot);
      }
      show(unseen.splice(0, chance.below(unseen.length + 1)));
    });
    const whole = () => ({ version: { epoch: 1, revision: seen }, epochs, table, results: () => [] });
    const rewriting: Rewriting = new Rewriting(opened, whole, () => true);
    const version = await rewriting.run();
    expect(version).toEqual(opened.head.version);
    for (const lot of rewriting.behind) await opened.write({ ...lot, forget: [] }, "disk");
    const entries = await kept(opened);
    const failing = `SEED=${seed}, try ${i}`;
    expect([opened.head.version.revision, entries.size], failing).toEqual([revision, twin.size]);
    for (const entry of twin) expect(entries.get(entry.key), failing).toEqual(entry);
  }
});

it("F6: the epochs and outcomes are those of the table that is there in the end", async () => {
  const version = { epoch: 1, revision: 1 };
  const told = [...epochs];
  const asked: number[] = [];
  const opened = await slowDisk(() => {
    if (version.epoch === 2) return;
    version.epoch = 2;
    told.push({ epoch: 2, revision: 2, by: "b" });
    version.revision = 2;
    rewriting.take({ version: { epoch: 1, revision: 2 }, changes: [put("k", 2)], results: [resultsOf("c", 1, 1)] });
  });
  const results = (revision: number) => {
    asked.push(revision);
    return [resultsOf("c", 1, 1)];
  };
  const whole = () => ({ version: { ...version }, epochs: [...told], table: [entryOf("k", 1)], results });
  const rewriting: Rewriting = new Rewriting(opened, whole, () => true);
  expect(await rewriting.run()).toEqual({ epoch: 2, revision: 2 });
  expect([opened.head.epochs, opened.head.version, asked]).toEqual([told, { epoch: 2, revision: 2 }, [2]]);
  expect([...(await kept(opened)).values()].map(({ value }) => value)).toEqual([2]);
  expect(rewriting.behind).toEqual([]);
});

it("changes nothing once it is not wanted any more", async () => {
  let isWanted = true;
  const opened = await slowDisk(() => {
    isWanted = false;
  });
  const whole = () => ({ version: { epoch: 1, revision: 1 }, epochs, table: [entryOf("k", 1)], results: () => [] });
  expect(await new Rewriting(opened, whole, () => isWanted).run()).toBeUndefined();
  expect([opened.size, opened.head.version.revision]).toEqual([0, 0]);
});
