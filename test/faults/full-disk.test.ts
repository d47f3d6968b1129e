/** T6, S11: disks that are full or refuse: what fails leaves nothing, and the store goes on when it can. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SwitchyardError } from "../../library/core/errors.ts";
import { Table } from "../../library/core/store/table.ts";
import { levelStorage } from "../../library/storage/level.ts";
import { type Database, openDatabase } from "../../library/storage/level-database.ts";
import type { OpenStorage } from "../../library/storage/storage.ts";
import { allEntries, batchOf, put } from "../compliance/storage.ts";
import { cases } from "../rig/cases.ts";
import type { SeededChance } from "../simulator/chance.ts";
import { contentOf, inFolder, textOf } from "./database.ts";

/** A store beside a plain table that takes only what was acknowledged. */
class Account {
  readonly table = new Table();
  readonly refusals = new Map<string, number>();
  revision = 0;
  lastRefusal: unknown;

  async write(open: OpenStorage, chance: SeededChance, bytes: number): Promise<boolean> {
    const change = put(`key-${chance.integer(0, 30)}`, Buffer.from(chance.bytes(bytes)).toString("base64"));
    const durability = chance.flip(0.5) ? "disk" : "process";
    try {
      await open.write(batchOf(this.revision + 1, [change]), durability);
    } catch (error) {
      expect(error).toBeInstanceOf(SwitchyardError);
      const { code } = error as SwitchyardError;
      this.lastRefusal = error;
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
      return false;
    }
    this.revision += 1;
    this.table.apply(change, this.revision);
    return true;
  }

  async check(open: OpenStorage): Promise<void> {
    expect(open.head.version.revision).toBe(this.revision);
    expect(open.size).toBe(this.table.size);
    expect(await contentOf(open)).toBe(textOf(this.revision, this.table));
  }
}

type Fault = "before" | "after" | "reopening";

/** What the system says, as LevelDB passes it on; each with the code that it has to become. */
const sayings: readonly (readonly [string, string])[] = [
  ["IO error: 000003.log: No space left on device", "NO_SPACE"],
  ["IO error: 000003.log: Disk quota exceeded", "NO_SPACE"],
  ["IO error: 000003.log: Input/output error", "DISK_FAILED"],
  ["IO error: 000005.ldb: Too many open files", "DISK_FAILED"],
  ["IO error: MANIFEST-000002: Read-only file system", "NOT_PERMITTED"],
];

describe("T6, S11: writes that fail", () => {
  cases(
    "leave nothing, whether LevelDB wrote them or not, also when it is closed then",
    { ci: 34, soak: 340 },
    async (chance, index) => {
      const [saying, code] = sayings[index % sayings.length]!;
      let fault: Fault | undefined;
      const faulty = async (folder: string, isNew: boolean): Promise<Database> => {
        if (fault === "reopening") throw new Error(saying);
        const database = await openDatabase(folder, isNew);
        const batch = database.batch.bind(database) as (...args: readonly unknown[]) => Promise<void>;
        return Object.assign(database, {
          batch: async (...args: readonly unknown[]) => {
            if (fault !== "before") await batch(...args);
            if (fault !== undefined) throw new Error(saying);
          },
        }) as Database;
      };
      await inFolder(async (folder) => {
        const path = join(folder, "store");
        const storage = levelStorage({ openDatabase: faulty, spareBytes: chance.pick([-1e9, 500, 1e9]) });
        const account = new Account();
        let open = await storage.open(path);
        for (let round = 0; round < 4; round++) {
          for (let i = 0; i < 5; i++) expect(await account.write(open, chance, 100)).toBe(true);
          for (let i = chance.integer(1, 3); i > 0; i--) {
            fault = i > 1 || round === 0 ? chance.pick(["before", "after"] as const) : "reopening";
            if (!(await account.write(open, chance, 100)) || fault === "reopening") continue;
            throw new Error("a write did not fail");
          }
          fault = undefined;
          if (chance.flip()) {
            await open.close(); // without having gone on
            open = await storage.open(path);
          } else expect(await account.write(open, chance, 100)).toBe(true);
          await account.check(open);
        }
        expect([...account.refusals.keys()]).toEqual([code]);
        await open.close();
      });
    },
  );

  it("take those that wait behind them along, for they rest on them", async () => {
    let isFaulty = false;
    const faulty = async (folder: string, isNew: boolean): Promise<Database> => {
      const database = await openDatabase(folder, isNew);
      const batch = database.batch.bind(database) as (...args: readonly unknown[]) => Promise<void>;
      return Object.assign(database, {
        batch: (...args: readonly unknown[]) =>
          isFaulty ? Promise.reject(new Error("No space left on device")) : batch(...args),
      }) as Database;
    };
    await inFolder(async (folder) => {
      const open = await levelStorage({ openDatabase: faulty }).open(join(folder, "store"));
      isFaulty = true;
      const writes = [1, 2, 3].map((revision) => open.write(batchOf(revision, [put("k", BigInt(revision))]), "disk"));
      void Promise.allSettled(writes.slice(0, 1)).then(() => {
        isFaulty = false;
      });
      const outcomes = await Promise.allSettled(writes);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "rejected", "rejected"]);
      isFaulty = false;
      await open.write(batchOf(1, [put("k", 9n)]), "disk");
      expect([open.size, open.head.version.revision]).toEqual([1, 1]);
      isFaulty = true;
      void open.write(batchOf(2, [put("k", 10n)]), "disk").catch(() => {});
      await open.close(); // whatever it has to wait for fails
      isFaulty = false;
      const again = await levelStorage().open(join(folder, "store"));
      expect(again.head.version.revision).toBe(1);
      await again.close();
    });
  });
});

describe("T6, S10: opening that fails", () => {
  it.each(sayings)(
    "for %s is %s, never CORRUPT: a whole database must not be taken for a damaged one",
    async (saying, code) => {
      await inFolder(async (folder) => {
        const path = join(folder, "store");
        const open = await levelStorage().open(path);
        await open.write(batchOf(1, [put("k", 1n)]), "disk");
        await open.close();
        for (const failing of [1, 2]) {
          let left = failing;
          const faulty = (at: string, isNew: boolean): Promise<Database> => {
            left -= 1;
            return left === 0 ? Promise.reject(new Error(saying)) : openDatabase(at, isNew);
          };
          const opening = levelStorage({ openDatabase: faulty }).open(path, { repair: "from-replica" });
          await expect(opening).rejects.toMatchObject({ code });
        }
        const again = await levelStorage().open(path);
        expect([again.size, again.notices]).toEqual([1, []]);
        await again.close();
      });
    },
  );
});

describe("T6, S11: a whole table that takes the place of another", () => {
  cases("is the new one or the old one, wherever it fails", { ci: 40, soak: 400 }, async (chance) => {
    let left = Number.POSITIVE_INFINITY;
    let isWritten = false;
    const faulty = async (folder: string, isNew: boolean): Promise<Database> => {
      const database = await openDatabase(folder, isNew);
      const methods = { batch: database.batch, clear: database.clear, put: database.put } as const;
      const wrapped = Object.entries(methods).map(([name, method]) => [
        name,
        async (...args: unknown[]) => {
          left -= 1;
          if (left >= 0 || isWritten) await (method as (...all: unknown[]) => Promise<void>).apply(database, args);
          if (left < 0) throw new Error("No space left on device");
        },
      ]);
      const iterator = database.iterator.bind(database);
      const reading = (...args: Parameters<typeof iterator>) => {
        left -= 1;
        if (left < 0) throw new Error("Input/output error"); // where the new table is read
        return iterator(...args);
      };
      return Object.assign(database, Object.fromEntries(wrapped), { iterator: reading }) as Database;
    };
    await inFolder(async (folder) => {
      const path = join(folder, "store");
      let open = await levelStorage({ openDatabase: faulty }).open(path);
      await open.write(batchOf(1, [put("old", 1n)]), "disk");
      isWritten = chance.flip();
      left = chance.integer(0, 12);
      const outcome = await replaced(open).then(
        () => "new",
        (error: unknown) => {
          expect(["NO_SPACE", "DISK_FAILED"]).toContain((error as { code: string }).code);
          return "old";
        },
      );
      left = Number.POSITIVE_INFINITY;
      expect([open.size, open.head.version.revision]).toEqual(outcome === "old" ? [1, 1] : [3, 12]);
      const next = chance.pick(["head", "batch", "nothing"]);
      const revision = (outcome === "old" ? 1 : 12) + (next === "batch" ? 1 : 0);
      const kept = outcome === "old" ? ["old"] : ["new-0", "new-1", "new-2"];
      if (next === "head") await open.writeHead({ epochs: [], highestEpoch: 9, lineage: "ef".repeat(16) });
      if (next === "batch") await open.write(batchOf(revision, [put(kept[0]!, 7n)]), "disk"); // as one that is there
      await open.close();
      open = await levelStorage().open(path);
      const entries = await allEntries(open);
      expect([...entries.keys()].sort()).toEqual(kept);
      expect(open.head.version.revision).toBe(revision);
      await open.close();
    });
  });
});

async function replaced(open: OpenStorage): Promise<void> {
  const replacement = await open.replace();
  for (let page = 0; page < 3; page++) {
    const times = { expiresAtMs: undefined, expiresAfterMs: undefined };
    await replacement.add([{ key: `new-${page}`, value: "x", revision: 10 + page, ...times }]);
  }
  await replacement.commit({ ...open.head, version: { epoch: 4, revision: 12 } });
}

const mountPoint = process.getuid?.() === 0 ? tmpfsOf(8) : undefined;

/** A file system in memory of so many MiB; `undefined` where that cannot be had. */
function tmpfsOf(mib: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-full-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", folder]);
  if (status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

afterAll(() => {
  if (mountPoint === undefined) return;
  spawnSync("umount", ["-l", mountPoint]); // at once, even when a test failed and left a file open
  rmdirSync(mountPoint);
});

/** It goes on by itself once there is room. */
async function fillAndGoOn(folder: string, chance: SeededChance): Promise<void> {
  const path = join(folder, "store");
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, Buffer.alloc(chance.integer(5, 6) * 1024 * 1024));
  const account = new Account();
  let open = await levelStorage().open(path);
  let written = 0;
  while (await account.write(open, chance, chance.integer(1, 40_000))) written += 1;
  for (let i = 0; i < 5; i++) await account.write(open, chance, 40_000);
  expect(written).toBeGreaterThan(10);
  expect([...account.refusals.keys()]).toEqual(["NO_SPACE"]);
  rmSync(ballast);
  if (chance.flip()) {
    await open.close();
    open = await levelStorage().open(path);
    await account.check(open);
  }
  for (let i = 0; i < 10; i++) {
    if (!(await account.write(open, chance, 1_000)))
      throw new Error("it does not go on", { cause: account.lastRefusal });
  }
  await open.close();
  open = await levelStorage().open(path);
  await account.check(open);
  await open.close();
}

// Only root may mount; injected errors above are tried everywhere.
describe.skipIf(mountPoint === undefined)("T6, S11: a file system of 8 MiB that is full", () => {
  cases(
    "loses nothing that was acknowledged, refuses with NO_SPACE, and goes on when there is room",
    { ci: 6, soak: 60 },
    async (chance, index) => {
      const folder = join(mountPoint!, `${index}`);
      mkdirSync(folder);
      try {
        await fillAndGoOn(folder, chance);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
