/**
 * What every storage has to pass: the promises of `library/storage/storage.ts`, against a plain table beside it.
 *
 * Nothing sleeps; a storage whose time is simulated is driven by `settle`.
 */
import { describe, expect, it } from "vitest";
import type { Change, Entry } from "../../library/core/store/change.ts";
import { Table } from "../../library/core/store/table.ts";
import { keyOf, set, table, type Value } from "../../library/core/values/index.ts";
import type { Batch, OpenStorage, Results, Storage } from "../../library/storage/storage.ts";
import { SeededChance } from "../simulator/chance.ts";

export interface StorageUnderTest {
  readonly name: string;
  /** A storage and a path of its own in it. */
  readonly make: () => Promise<{ readonly storage: Storage; readonly path: string }>;
  /** What a file says that was kept. */
  readonly readKept: (path: string) => Promise<string>;
  /** Lets time pass until the promise has settled; default: by itself. */
  readonly settle?: <Result>(promise: Promise<Result>) => Promise<Result>;
}

const head = { epochs: [{ epoch: 3, revision: 0, by: "cd".repeat(16) }], highestEpoch: 4, lineage: "ab".repeat(16) };

export function put(key: Value, value: Value): Change {
  return { kind: "put", key, value, expiresAtMs: undefined, expiresAfterMs: undefined };
}

export function batchOf(revision: number, changes: readonly Change[], rest: Partial<Batch> = {}): Batch {
  return { version: { epoch: 3, revision }, changes, results: [], forget: [], ...rest };
}

export function resultsOf(client: string, first: number, count: number): Results {
  const outcomes = Array.from({ length: count }, (_, i) => ({
    kind: "done" as const,
    revision: first + i,
    value: undefined,
  }));
  return { client, first, outcomes };
}

export async function allEntries(open: OpenStorage): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  for await (const chunk of open.entries()) {
    for (const entry of chunk) {
      expect(found.has(keyOf(entry.key)), "an entry comes once").toBe(false);
      found.set(keyOf(entry.key), entry);
    }
  }
  expect(found.size).toBe(open.size);
  return found;
}

/** Of each client the numbers whose results are kept, in the order in which they come. */
export async function allResults(open: OpenStorage): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for await (const { client, first, outcomes } of open.results()) {
    found[client] ??= [];
    for (const [index, outcome] of outcomes.entries()) {
      found[client].push(first + index);
      expect(outcome.revision).toBe(first + index);
    }
  }
  return found;
}

export function storageCompliance(subject: StorageUnderTest): void {
  const settle = subject.settle ?? (<Result>(promise: Promise<Result>) => promise);

  async function reopened(storage: Storage, path: string, open: OpenStorage): Promise<OpenStorage> {
    await settle(open.close());
    return settle(storage.open(path));
  }

  async function began(): Promise<{ storage: Storage; path: string; open: OpenStorage }> {
    const { storage, path } = await subject.make();
    return { storage, path, open: await settle(storage.open(path)) };
  }

  describe(`storage ${subject.name}`, () => {
    it("begins empty, with a lineage of its own", async () => {
      const { open } = await began();
      expect([open.size, open.head.version, open.head.highestEpoch]).toEqual([0, { epoch: 0, revision: 0 }, 0]);
      expect(open.head.lineage).toMatch(/^[0-9a-f]{32}$/);
      expect([...(await allEntries(open))]).toEqual([]);
      const other = await began();
      expect(other.open.head.lineage).not.toBe(open.head.lineage);
      await settle(open.close());
      await settle(other.open.close());
    });

    it("F1: gives back the head with what the store remembers besides, whole, and also after a replacement", async () => {
      const { storage, path, open } = await began();
      const record = JSON.stringify({ role: "authority", heir: "ä".repeat(5_000) });
      await settle(open.writeHead({ ...head, record }));
      await settle(open.write(batchOf(1, [put("a", 1n)]), "disk"));
      const again = await reopened(storage, path, open);
      expect(again.head).toMatchObject({ ...head, record });
      const replacement = await settle(again.replace());
      await settle(replacement.commit({ ...again.head, record: "another" }));
      const third = await reopened(storage, path, again);
      expect(third.head.record).toBe("another");
      await settle(third.writeHead(head));
      const last = await reopened(storage, path, third);
      expect(last.head.record).toBeUndefined();
      await settle(last.close());
    });

    it("S9: gives back what was written, of every kind, after it was closed", async () => {
      const { storage, path, open } = await began();
      const odd = table([[set([1n, 2n]), [null, -0, "x"]]]);
      await settle(open.writeHead(head));
      await settle(open.write(batchOf(3, [put("a", 1n), put(odd, odd), put("b", 2n)]), "memory"));
      const timed: Change = { kind: "put", key: "c", value: true, expiresAtMs: 1.5, expiresAfterMs: 60_000 };
      await settle(open.write(batchOf(5, [{ kind: "remove", key: "a", isExpired: false }, timed]), "disk"));
      const again = await reopened(storage, path, open);
      const entries = await allEntries(again);
      expect([...entries.keys()].sort()).toEqual([keyOf(odd), "b", "c"].sort());
      expect(entries.get("c")).toEqual({
        key: "c",
        value: true,
        revision: 5,
        expiresAtMs: 1.5,
        expiresAfterMs: 60_000,
      });
      expect(entries.get(keyOf(odd))?.value).toEqual(odd);
      expect(again.head).toEqual({ ...head, version: { epoch: 3, revision: 5 } });
      await settle(again.close());
    });

    it("F7: keeps what would be lost else in a file of its own, and writes over none", async () => {
      const { storage, path, open } = await began();
      const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ä\n`);
      const first = await settle(storage.keep(path, "kept", lines));
      const second = await settle(storage.keep(path, "kept", ["x\n"]));
      expect([first, second].map((each) => each.slice(-13).replace(/^.*\//, ""))).toEqual([
        "kept.store",
        "kept-2.store",
      ]);
      expect(await subject.readKept(first)).toBe(lines.join(""));
      expect(await subject.readKept(second)).toBe("x\n");
      await settle(open.write(batchOf(1, [put("a", 1n)]), "disk"));
      const again = await reopened(storage, path, open);
      expect(again.size).toBe(1);
      await settle(again.close());
    });

    it("S2: keeps results until they are forgotten", async () => {
      const { storage, path, open } = await began();
      await settle(open.write(batchOf(0, [], { results: [resultsOf("c1", 1, 5), resultsOf("c2", 7, 2)] }), "disk"));
      await settle(open.write(batchOf(0, [], { results: [resultsOf("c1", 6, 3)] }), "disk"));
      const forget = [
        { client: "c1", before: 4 },
        { client: "c2", before: 9 },
        { client: "nobody", before: 3 },
      ];
      await settle(open.write(batchOf(0, [], { forget }), "disk"));
      const again = await reopened(storage, path, open);
      expect(await allResults(again)).toEqual({ c1: [4, 5, 6, 7, 8] });
      await settle(again.close());
    });

    it("S1: writes take effect in the order of the calls, waited for or not", async () => {
      const { storage, path, open } = await began();
      const writes: Promise<void>[] = [];
      for (let revision = 1; revision <= 50; revision++) {
        writes.push(
          open.write(batchOf(revision, [put("k", BigInt(revision))]), revision % 3 === 0 ? "disk" : "process"),
        );
      }
      await settle(Promise.all(writes));
      const again = await reopened(storage, path, open);
      expect((await allEntries(again)).get("k")).toMatchObject({ value: 50n, revision: 50 });
      await settle(again.close());
    });

    it("S13: has nothing of before a clear, in one batch with others too", async () => {
      const { storage, path, open } = await began();
      await settle(open.write(batchOf(2, [put("a", 1n), put("b", 1n)]), "disk"));
      await settle(open.write(batchOf(5, [put("c", 1n), { kind: "clear" }, put("a", 2n)]), "disk"));
      expect(open.size).toBe(1);
      const again = await reopened(storage, path, open);
      expect([...(await allEntries(again)).values()].map(({ value, revision }) => [value, revision])).toEqual([
        [2n, 5],
      ]);
      await settle(again.close());
    });

    it("is the same as a plain table after many changes", async () => {
      const { storage, path, open: first } = await began();
      let open = first;
      const chance = new SeededChance(7);
      const twin = new Table();
      let revision = 0;
      for (let round = 0; round < 60; round++) {
        const changes = Array.from({ length: chance.integer(0, 12) }, () => chanceChange(chance));
        for (const change of changes) twin.apply(change, ++revision);
        await settle(open.write(batchOf(revision, changes), chance.flip() ? "disk" : "process"));
        if (chance.flip(0.1)) open = await reopened(storage, path, open);
        expect(open.size).toBe(twin.size);
      }
      const entries = await allEntries(open);
      for (const entry of twin) expect(entries.get(keyOf(entry.key))).toEqual(entry);
      expect(entries.size).toBe(twin.size);
      await settle(open.close());
    });

    it("takes a whole table in the place of the present one, or none of it", async () => {
      const { storage, path, open } = await began();
      await settle(open.write(batchOf(1, [put("old", 1n)], { results: [resultsOf("c", 1, 1)] }), "disk"));
      const dropped = await settle(open.replace());
      await settle(dropped.add([entryOf("never", 1)]));
      await settle(dropped.abandon());
      const unfinished = await settle(open.replace());
      await settle(unfinished.add([entryOf("never", 1)]));
      let again = await reopened(storage, path, open);
      expect([...(await allEntries(again)).keys()]).toEqual(["old"]);

      const replacement = await settle(again.replace());
      for (let page = 0; page < 3; page++) await settle(replacement.add([entryOf(`new-${page}`, 10 + page)]));
      const version = { epoch: 9, revision: 12 };
      await settle(replacement.addResults([resultsOf("d", 4, 2)]));
      await settle(replacement.commit({ ...head, version }));
      expect([again.size, again.head]).toEqual([3, { ...head, version }]);
      expect(await allResults(again)).toEqual({ d: [4, 5] });
      await settle(again.write({ ...batchOf(13, [put("more", 1n)]), version: { epoch: 9, revision: 13 } }, "disk"));
      again = await reopened(storage, path, again);
      expect([...(await allEntries(again)).keys()].sort()).toEqual(["more", "new-0", "new-1", "new-2"]);
      expect(await allResults(again)).toEqual({ d: [4, 5] });
      expect(again.head.version).toEqual({ epoch: 9, revision: 13 });
      await settle(again.close());
    });

    it("takes a table that changes while it is written, and is then the same as a plain one", async () => {
      const { storage, path, open: first } = await began();
      let open = first;
      for (let round = 1; round <= 6; round++) {
        const chance = new SeededChance(round);
        const twin = new Table();
        const replacement = await settle(open.replace());
        let revision = 0;
        for (let step = 0; step < 25; step++) {
          const entries = Array.from({ length: chance.integer(0, 8) }, () =>
            entryOf(`k${chance.integer(0, 30)}`, step),
          );
          await settle(replacement.add(entries));
          for (const entry of entries) twin.restore(entry);
          const changes = Array.from({ length: chance.integer(0, 8) }, () => chanceChange(chance));
          for (const change of changes) twin.apply(change, ++revision);
          await settle(replacement.change(batchOf(revision, changes)));
        }
        const version = { epoch: 3, revision };
        await settle(replacement.commit({ ...head, version }));
        const changes = [
          put("k3", 1n),
          put(`new-${round}`, 1n),
          { kind: "remove", key: "k4", isExpired: false } as const,
        ];
        for (const change of changes) twin.apply(change, ++revision);
        await settle(open.write(batchOf(revision, changes), "disk"));
        if (round % 2 === 0) open = await reopened(storage, path, open);
        const found = await allEntries(open);
        expect(found.size).toBe(twin.size);
        for (const entry of twin) expect(found.get(keyOf(entry.key))).toEqual(entry);
        expect(open.head).toEqual({ ...head, version: { epoch: 3, revision } });
      }
      await settle(open.close());
    });

    it("F1: takes the table that was begun last, whole, when another one was under way", async () => {
      const { storage, path, open } = await began();
      const version = { epoch: 9, revision: 12 };
      const first = await settle(open.replace());
      await settle(first.add([entryOf("first-0", 1)]));
      const second = await settle(open.replace());
      await expect(settle(first.add([entryOf("first-1", 2)]))).rejects.toMatchObject({ code: "CLOSED" });
      await settle(second.add([entryOf("second-0", 3)]));
      await expect(settle(first.commit({ ...head, version }))).rejects.toMatchObject({ code: "CLOSED" });
      await settle(first.abandon());
      await settle(second.add([entryOf("second-1", 4)]));
      await settle(second.commit({ ...head, version }));
      const again = await reopened(storage, path, open);
      expect([...(await allEntries(again)).keys()].sort()).toEqual(["second-0", "second-1"]);
      await settle(again.close());
    });

    it("begins empty when it is told to, with another lineage, and the highest epoch that was heard of", async () => {
      const { storage, path, open } = await began();
      await settle(open.writeHead(head));
      await settle(open.write(batchOf(1, [put("a", 1n)]), "disk"));
      await settle(open.close());
      const again = await settle(storage.open(path, { clear: true }));
      expect([again.size, again.head.version.revision, again.head.highestEpoch]).toEqual([0, 0, 4]);
      expect(again.head.lineage).not.toBe(head.lineage);
      await settle(again.close());
    });

    it("S15: is LOCKED while it is open, and not afterwards", async () => {
      const { storage, path, open } = await began();
      await expect(settle(storage.open(path))).rejects.toMatchObject({ code: "LOCKED" });
      await settle(open.write(batchOf(1, [put("a", 1n)]), "disk"));
      const again = await reopened(storage, path, open);
      expect(again.size).toBe(1);
      await settle(again.close());
    });

    it("is CLOSED for writes once it was closed; closing again does no harm", async () => {
      const { open } = await began();
      await settle(open.close());
      await settle(open.close());
      await expect(settle(open.write(batchOf(1, [put("a", 1n)]), "disk"))).rejects.toMatchObject({ code: "CLOSED" });
      await expect(settle(open.writeHead(head))).rejects.toMatchObject({ code: "CLOSED" });
      await expect(settle(open.replace())).rejects.toMatchObject({ code: "CLOSED" });
    });
  });
}

function chanceChange(chance: SeededChance): Change {
  const key = `k${chance.integer(0, 30)}`;
  if (chance.flip(0.03)) return { kind: "clear" };
  return chance.flip(0.3) ? { kind: "remove", key, isExpired: false } : put(key, "v".repeat(chance.integer(0, 3000)));
}

export function entryOf(key: string, revision: number): Entry {
  return { key, value: "x", revision, expiresAtMs: undefined, expiresAfterMs: undefined };
}
