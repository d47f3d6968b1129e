/** What a standby keeps on its disk: the history that it is given, whatever the disk does meanwhile. */
import { expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import type { Change, Entry } from "../../../library/core/store/change.ts";
import { memoryStorage } from "../../../library/storage/memory.ts";
import type { Batch, Lead, OpenStorage, Results } from "../../../library/storage/storage.ts";
import { Mirror } from "../../../library/store/mirror.ts";
import type { Whole } from "../../../library/store/rewriting.ts";
import { Chance, seed, tries } from "../wire/chance.ts";

const client = "c".repeat(32);
const done = { kind: "done", revision: 1, value: undefined } as const;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function put(key: number, value: number): Change {
  return { kind: "put", key, value, expiresAtMs: undefined, expiresAfterMs: undefined };
}

/** A copy that grows, and a mirror of it; `fails` is asked before each batch and each replacement. */
async function mirrored(fails: (what: "write" | "replace") => boolean = () => false) {
  const inner = await memoryStorage().open("t");
  const written: Batch[] = [];
  let replacements = 0;
  const opened: OpenStorage = Object.create(inner, {
    head: { get: () => inner.head },
    write: {
      value: async (batch: Batch) => {
        if (fails("write")) throw new Error("EIO");
        written.push(batch);
        return inner.write(batch, "disk");
      },
    },
    replace: {
      value: async () => {
        if (fails("replace")) throw new Error("EIO");
        replacements += 1;
        return inner.replace();
      },
    },
  });
  const table = new Map<number, Entry>();
  const epochs = [{ epoch: 1, revision: 0, by: "a" }];
  const version = { epoch: 1, revision: 0 };
  const record = { text: "follower" };
  const lead = (): Lead => {
    const { lineage, highestEpoch } = inner.head;
    return { epochs, lineage, highestEpoch, record: record.text };
  };
  const whole = () =>
    ({ version: { ...version }, epochs, table: table.values(), results: () => [], lead }) satisfies Whole;
  const failures: unknown[] = [];
  const laters: (() => void)[] = [];
  let told = 0;
  const mirror = new Mirror({
    ...{ opened, durability: "disk", whole },
    onReplaced: () => {},
    onSynced: () => (told += 1),
    onFailure: (error) => failures.push(error),
    later: (run) => laters.push(run),
  });
  const grow = (count: number): readonly Change[] =>
    Array.from({ length: count }, () => {
      version.revision += 1;
      const change = put(version.revision % 7, version.revision);
      table.set(version.revision % 7, {
        key: version.revision % 7,
        value: version.revision,
        revision: version.revision,
      } as Entry);
      return change;
    });
  const take = (changes: readonly Change[]): void => mirror.take({ ...version }, changes, []);
  const kept = async (): Promise<unknown> => {
    const entries = new Map<unknown, unknown>();
    for await (const some of inner.entries()) for (const { key, value } of some) entries.set(key, value);
    return { version: inner.head.version, entries };
  };
  const wanted = () => ({
    version: { ...version },
    entries: new Map([...table.values()].map(({ key, value }) => [key, value])),
  });
  const again = (): void => {
    for (const run of laters.splice(0)) run();
  };
  return {
    mirror,
    inner,
    record,
    version,
    grow,
    take,
    kept,
    wanted,
    failures,
    again,
    written,
    told: () => told,
    replacements: () => replacements,
  };
}

it("writes each change once, also of those that it is given again", async () => {
  const { mirror, grow, take, written, kept, wanted } = await mirrored();
  const first = grow(2);
  take(first);
  take(first); // as prepared before, and now committed
  const both = [...first.slice(1), ...grow(1)];
  take(both);
  expect([mirror.queued, mirror.synced]).toEqual([3, 0]);
  await settled();
  expect([mirror.queued, mirror.synced]).toEqual([3, 3]);
  expect(written.map((batch) => [batch.version.revision, batch.changes.length])).toEqual([
    [2, 2],
    [3, 1],
  ]);
  expect(await kept()).toEqual(wanted());
});

it("replaces all where a change is missing, once, though the copy goes on meanwhile", async () => {
  const { mirror, grow, take, kept, wanted, replacements } = await mirrored();
  grow(3);
  const last = grow(1);
  take(last);
  take(grow(1));
  for (let i = 0; i < 5; i++) await settled();
  expect(await kept()).toEqual(wanted());
  expect([mirror.synced, replacements()]).toEqual([5, 1]);
});

it("S9: holds nothing that the disk refused, and has all once it takes it again", async () => {
  let isFull = true;
  const { mirror, grow, take, kept, wanted, failures, again } = await mirrored(() => isFull);
  take(grow(2));
  take(grow(2));
  await settled();
  expect([mirror.synced, failures.length]).toEqual([0, 1]);
  take(grow(1)); // the replacement has it
  again();
  await settled();
  expect([mirror.synced, failures.length]).toEqual([0, 2]);
  isFull = false;
  again();
  for (let i = 0; i < 5; i++) await settled();
  expect([mirror.synced, failures.length]).toEqual([5, 2]);
  expect(await kept()).toEqual(wanted());
});

it("does nothing once it is closed", async () => {
  const { mirror, grow, take, told, written } = await mirrored();
  take(grow(1));
  mirror.close();
  take(grow(1));
  mirror.rewrite();
  await settled();
  expect([written.length, told(), mirror.synced]).toEqual([1, 0, 0]); // what was under way may be there
});

it("F1: what is written down while all is replaced is there afterwards, too", async () => {
  const { mirror, inner, record, grow } = await mirrored();
  grow(2);
  mirror.rewrite();
  record.text = "authority";
  await inner.writeHead({ ...inner.head, record: record.text });
  for (let i = 0; i < 5; i++) await settled();
  expect([inner.head.version.revision, inner.head.record]).toEqual([2, "authority"]);
});

it("F6: replaces nothing any more once it is closed", async () => {
  const { mirror, inner, grow, take } = await mirrored();
  take(grow(1));
  grow(1);
  mirror.rewrite();
  mirror.close();
  await inner.write({ version: { epoch: 2, revision: 9 }, changes: [], results: [], forget: [] }, "disk");
  for (let i = 0; i < 5; i++) await settled();
  expect(inner.head.version).toEqual({ epoch: 2, revision: 9 });
});

it(`S9: what it says is synced is on the disk, whatever comes and fails (seed ${seed})`, async () => {
  const chance = new Chance(seed);
  for (let i = 0; i < tries(100); i++) {
    const { mirror, version, grow, take, kept, wanted, again } = await mirrored(() => chance.below(5) === 0);
    for (let step = 0; step < 20; step++) {
      const changes = grow(1 + chance.below(3));
      if (chance.below(6) > 0) take(changes);
      if (chance.below(8) === 0) mirror.rewrite();
      if (chance.below(2) === 0) await settled();
      if (chance.below(3) === 0) again();
      const { version: there } = (await kept()) as { version: { revision: number } };
      expect(there.revision, `SEED=${seed}, try ${i}`).toBeGreaterThanOrEqual(mirror.synced);
    }
    take(grow(1));
    for (let round = 0; round < 100 && mirror.synced < version.revision; round++) {
      again();
      await settled();
    }
    expect(await kept(), `SEED=${seed}, try ${i}`).toEqual(wanted());
  }
});

it("S9: outcomes of a later epoch are not safe before their own write is, behind a replacement", async () => {
  const inner = await memoryStorage().open("t");
  const writes: (() => void)[] = [];
  const write = (batch: Batch): Promise<void> =>
    new Promise((resolve) => writes.push(() => resolve(inner.write(batch, "disk"))));
  const opened: OpenStorage = Object.create(inner, {
    head: { get: () => inner.head },
    write: { value: write },
  });
  let safe = 0;
  let isLate = false;
  const results = (): Results[] => {
    if (isLate) return [];
    isLate = true; // all is written but these: they come behind it
    mirror.take({ epoch: 1, revision: 1 }, [put(1, 1)], []);
    mirror.take({ epoch: 2, revision: 2 }, [put(2, 2)], []);
    mirror.keep({ epoch: 2, revision: 2 }, [{ client, first: 1, outcomes: [done] }], () => (safe += 1));
    return [];
  };
  const whole = (): Whole => ({ version: { epoch: 1, revision: 0 }, epochs: [], table: [], results });
  const mirror: Mirror = new Mirror({
    ...{ opened, durability: "disk", whole },
    onReplaced: () => {},
    onSynced: () => {},
    onFailure: (error) => {
      throw error;
    },
    later: () => {},
  });
  mirror.rewrite();
  for (let i = 0; i < 5; i++) await settled();
  expect(writes).toHaveLength(2);
  writes[0]!();
  await settled();
  expect([mirror.synced, safe]).toEqual([1, 0]);
  writes[1]!();
  await settled();
  expect([mirror.synced, safe]).toEqual([2, 1]);
});

it("T24: outcomes that are no longer needed are forgotten, many at a time, and those of clients that went", async () => {
  const { mirror, version, written } = await mirrored();
  const takeResults = (results: Results): void => mirror.take({ ...version }, [], [results]);
  for (let first = 1; first <= 3 * limits.storeOutcomes; first += 256) {
    takeResults({ client, first, outcomes: Array.from({ length: 256 }, () => done) });
  }
  await settled();
  expect(written.flatMap(({ forget }) => forget)).toEqual([{ client, before: 1_281 }]);
  for (let i = 0; i < limits.storeClients + 2; i++) takeResults({ client: `other-${i}`, first: 5, outcomes: [done] });
  await settled();
  expect(written.flatMap(({ forget }) => forget).slice(1)).toEqual([
    { client, before: 3 * limits.storeOutcomes + 1 },
    { client: "other-0", before: 6 },
    { client: "other-1", before: 6 },
  ]);
});
