/** What only storage on disk does: formats, room that is given back, and tables of many entries. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../../library/core/store/change.ts";
import { readAcknowledged } from "../../../library/storage/acknowledged.ts";
import { crc32c } from "../../../library/storage/crc32c.ts";
import { levelStorage } from "../../../library/storage/level.ts";
import {
  currentFormat,
  type Migration,
  openDatabase,
  packRoot,
  rootKey,
} from "../../../library/storage/level-database.ts";
import { allEntries, allResults, batchOf, put, resultsOf } from "../../compliance/storage.ts";
import { fingerprintOf } from "../../faults/database.ts";
import { SeededChance } from "../../simulator/chance.ts";
import { newPath } from "./folders.ts";

function bytesIn(path: string): number {
  const table = join(path, "table");
  return readdirSync(table).reduce((sum, name) => sum + statSync(join(table, name)).size, 0);
}

async function written(path: string): Promise<void> {
  const open = await levelStorage().open(path);
  await open.write(batchOf(2, [put("a", 1n), put("b", 2n)]), "disk");
  await open.close();
}

/** Writes another format into the root. */
async function reformat(path: string, format: number): Promise<void> {
  const database = await openDatabase(join(path, "table"), false);
  await database.put(rootKey, packRoot({ format, generation: 0 }), { sync: true });
  await database.close();
}

describe("a database of another format", () => {
  it("is FORMAT_TOO_NEW when it is newer, and left as it is", async () => {
    const path = newPath();
    await written(path);
    await reformat(path, currentFormat + 1);
    const before = fingerprintOf(path);
    await expect(levelStorage().open(path)).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    await expect(levelStorage().open(path, { repair: "truncate" })).rejects.toMatchObject({ code: "FORMAT_TOO_NEW" });
    expect(fingerprintOf(path)).toBe(before);
  });

  it("is brought up from an older one, once, where the way is known", async () => {
    const path = newPath();
    await written(path);
    await reformat(path, currentFormat - 1);
    await expect(levelStorage({ migrations: new Map() }).open(path)).rejects.toMatchObject({ code: "CORRUPT" });
    let times = 0;
    const migration: Migration = async (database) => {
      times += 1;
      await database.put(rootKey, packRoot({ format: currentFormat, generation: 0 }), { sync: true });
    };
    const storage = levelStorage({ migrations: new Map([[currentFormat - 1, migration]]) });
    const open = await storage.open(path);
    expect((await allEntries(open)).size).toBe(2);
    await open.close();
    expect(times).toBe(2); // of the copy, then of itself
    await (await storage.open(path)).close();
    expect(times).toBe(2);
  });
});

describe("room", () => {
  it("is given back while few keys are written again and again, and results forgotten", {
    timeout: 90_000, // a machine under load
  }, async () => {
    const path = newPath();
    let open = await levelStorage().open(path);
    const chance = new SeededChance(5);
    const twin = new Map<string, string>();
    await open.write(batchOf(1, [put("constant", "c")]), "process");
    let revision = 1;
    for (let round = 0; round < 1_500; round++) {
      const changes = Array.from({ length: 8 }, () => {
        const [key, value] = [`key-${chance.integer(0, 99)}`, "v".repeat(chance.integer(0, 8_000))];
        twin.set(key, value);
        return put(key, value);
      });
      revision += changes.length;
      const results = [resultsOf("client", 1 + 2 * round, 2)];
      const forget = [{ client: "client", before: Math.max(1, 2 * round - 100) }];
      await open.write(batchOf(revision, changes, { results, forget }), round % 100 === 0 ? "disk" : "process");
      if (round % 500 !== 499) continue;
      await open.close();
      open = await levelStorage().open(path);
    }
    const entries = await allEntries(open);
    expect(entries.get("constant")).toMatchObject({ value: "c", revision: 1 });
    for (const [key, value] of twin) expect(entries.get(key)?.value).toBe(value);
    const numbers = (await allResults(open))["client"]!;
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 2 * 1_499 - 100 + i));
    expect(numbers.at(-1)).toBe(3_000);
    await open.close();
    // 48 MB were written, of 400 kB that count: LevelDB itself may hold some buffers and tables of removed segments.
    expect(bytesIn(path)).toBeLessThan(24 * 1024 * 1024);
  });

  it("is given back as fast as it is taken, also by large writes", { timeout: 90_000 }, async () => {
    const path = newPath();
    const open = await levelStorage().open(path);
    for (let round = 1; round <= 150; round++) {
      const changes = Array.from({ length: 20 }, (_, key) => put(`key-${key}`, `${round}`.repeat(10_000)));
      await open.write(batchOf(20 * round, changes), "process");
    }
    expect((await allEntries(open)).get("key-7")?.revision).toBe(150 * 20 - 12);
    await open.close();
    const database = new ClassicLevel<Buffer, Buffer>(join(path, "table"), {
      keyEncoding: "buffer",
      valueEncoding: "buffer",
    });
    let bytes = 0;
    for await (const value of database.values()) bytes += value.length;
    await database.close();
    // 68 MB were written, of 600 kB that count; up to 4 MiB may be void, and what is moved with one write.
    expect(bytes).toBeLessThan(8 * 1024 * 1024);
  });
});

describe("writes of 512 entries of 100 bytes", () => {
  /** Each way takes its turn, so that whatever else the machine does meets both alike. */
  it("take at most a third longer than bare batches of LevelDB, synced or not", { timeout: 60_000 }, async () => {
    const bare = new ClassicLevel(newPath());
    const open = await levelStorage().open(newPath());
    const value = "v".repeat(100);
    for (const sync of [false, true]) {
      const [ours, theirs]: [number[], number[]] = [[], []];
      for (let round = 0; round < 60; round++) {
        const keys = Array.from({ length: 512 }, (_, i) => `key-${(512 * round + i) % 10_000}`);
        theirs.push(
          await timed(() =>
            bare.batch(
              keys.map((key) => ({ type: "put", key, value })),
              { sync },
            ),
          ),
        );
        const batch = batchOf(
          open.head.version.revision + 512,
          keys.map((key) => put(key, value)),
        );
        ours.push(await timed(() => open.write(batch, sync ? "disk" : "process")));
      }
      expect(median(ours), `median of bare ones: ${median(theirs)} ms`).toBeLessThan(median(theirs) / 0.75);
    }
    await open.close();
    await bare.close();
  });
});

async function timed(run: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

describe("a table of many entries", () => {
  const count = 200_000;

  it("is taken by replace() and given back in chunks, within seconds and bounded memory", {
    timeout: 60_000,
  }, async () => {
    const path = newPath();
    let open = await levelStorage().open(path);
    const replacement = await open.replace();
    const value = "v".repeat(100);
    for (let first = 0; first < count; first += 500) {
      const page: Entry[] = Array.from({ length: 500 }, (_, i) => ({
        ...{ key: `key-${first + i}`, value, revision: first + i + 1 },
        ...{ expiresAtMs: undefined, expiresAfterMs: undefined },
      }));
      await replacement.add(page);
    }
    await replacement.commit({ ...open.head, version: { epoch: 1, revision: count } });
    await open.close();
    const startMs = performance.now();
    open = await levelStorage().open(path);
    let found = 0;
    let largest = 0;
    for await (const chunk of open.entries()) {
      found += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    const tookMs = performance.now() - startMs;
    expect([open.size, found]).toEqual([count, count]);
    expect(largest).toBeLessThanOrEqual(5_000);
    expect(tookMs).toBeLessThan(20_000); // a fraction of that, but for a machine under load
    await open.close();
  });
});

it("notes what was acknowledged, and how safe it is", async () => {
  const path = newPath();
  const open = await levelStorage().open(path);
  const said = () => readAcknowledged(join(path, "acknowledged"))?.said;
  await open.write(batchOf(1, [put("a", 1n)]), "disk");
  expect(said()).toMatchObject({ isMade: true, sequence: 2, synced: 2 });
  await open.write(batchOf(2, [put("a", 2n)]), "process");
  expect(said()).toMatchObject({ isMade: true, sequence: 3, synced: 2 });
  await open.close();
  expect(said()).toMatchObject({ isMade: true, sequence: 3, synced: 3 });
});

it("CRC-32C of the digits 1 to 9 is that of RFC 3720", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
});
