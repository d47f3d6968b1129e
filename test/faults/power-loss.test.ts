/** T4: power loss at every write boundary, of real files and of simulated disks: nothing that was synced is lost. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Table } from "../../library/core/store/table.ts";
import { levelStorage } from "../../library/storage/level.ts";
import { batchOf, put } from "../compliance/storage.ts";
import { cases } from "../rig/cases.ts";
import { SeededChance } from "../simulator/chance.ts";
import { SimulatedTime } from "../simulator/clock.ts";
import { SimulatedDisk } from "../simulator/disk.ts";
import { contentOf, copyFolder, inFolder, memoryFolder, textOf } from "./database.ts";

/** One moment between two writes. */
interface Boundary {
  readonly folder: string;
  /** Bytes of the log that are synced, and that there are. */
  readonly syncedBytes: number;
  readonly bytes: number;
  /** Which of the tables is synced. */
  readonly synced: number;
}

const root = mkdtempSync(join(memoryFolder(), "switchyard-power-"));
const boundaries: Boundary[] = [];
/** The table after each write. */
const history: string[] = [];
afterAll(() => rmSync(root, { recursive: true }));

function logOf(path: string): string {
  const table = join(path, "table");
  return join(table, readdirSync(table).find((name) => name.endsWith(".log"))!);
}

/** Another machine life: the files are what survived of an earlier one. */
const afterPowerLoss = levelStorage({ boot: () => "another", spareBytes: 4_000 });

beforeAll(async () => {
  const path = join(root, "live");
  const chance = new SeededChance(3);
  const table = new Table();
  const open = await levelStorage({ boot: () => "one", spareBytes: 4_000 }).open(path);
  let synced = { bytes: statSync(logOf(path)).size, write: 0 };
  history.push(textOf(0, table));
  for (let write = 1; write <= 60; write++) {
    const change = put(`key-${chance.integer(0, 20)}`, "v".repeat(chance.integer(0, 900)));
    table.apply(change, write);
    const isSynced = chance.flip(0.4);
    await open.write(batchOf(write, [change]), isSynced ? "disk" : "process");
    history.push(textOf(write, table));
    const bytes = statSync(logOf(path)).size;
    if (isSynced) synced = { bytes, write };
    const folder = join(root, `${write}`);
    copyFolder(path, folder);
    boundaries.push({ folder, syncedBytes: synced.bytes, bytes, synced: synced.write });
  }
  await open.close();
});

describe("T4, S9: power loss", () => {
  cases(
    "leaves what was synced, and the beginning of what came after",
    { ci: 1_000, soak: 50_000, withinMs: 180_000 },
    async (chance, index) => {
      const at = index % boundaries.length;
      const { folder, syncedBytes, bytes, synced } = boundaries[at]!;
      await inFolder(async (path) => {
        copyFolder(folder, path);
        // Of the note of what is acknowledged an older version may have survived, too.
        const older = boundaries[chance.integer(Math.max(0, at - 5), at)]!.folder;
        copyFileSync(join(older, "acknowledged"), join(path, "acknowledged"));
        truncateSync(logOf(path), chance.integer(syncedBytes, bytes));
        const open = await afterPowerLoss.open(path);
        const { revision } = open.head.version;
        expect(revision).toBeGreaterThanOrEqual(synced);
        expect(await contentOf(open)).toBe(history[revision]);
        if (revision < at + 1 && older === folder) expect(open.notices.join()).toContain("did not survive");
        await open.close();
      });
    },
  );

  it("is CORRUPT where the machine had not lost power, for then everything must be there", async () => {
    const unsynced = boundaries.find(({ syncedBytes, bytes }) => syncedBytes < bytes)!;
    await inFolder(async (path) => {
      copyFolder(unsynced.folder, path);
      truncateSync(logOf(path), unsynced.syncedBytes);
      await expect(levelStorage({ boot: () => "one" }).open(path)).rejects.toMatchObject({ code: "CORRUPT" });
      const open = await afterPowerLoss.open(path);
      expect(open.head.version.revision).toBe(unsynced.synced);
      await open.close();
    });
  });

  it("cuts a torn record that nobody was told of, with a notice", async () => {
    await inFolder(async (path) => {
      const { folder } = boundaries.at(-1)!;
      copyFolder(folder, path);
      copyFileSync(join(boundaries.at(-4)!.folder, "acknowledged"), join(path, "acknowledged"));
      truncateSync(logOf(path), boundaries.at(-1)!.bytes - 3);
      const open = await levelStorage({ boot: () => "one" }).open(path);
      expect(await contentOf(open)).toBe(history.at(-2));
      expect(open.notices.join()).toContain("were cut");
      await open.close();
    });
  });

  cases("of a simulated disk does the same", { ci: 300, soak: 10_000 }, async (chance) => {
    const time = new SimulatedTime();
    const disk = new SimulatedDisk(time, chance.fork());
    const opening = disk.storage.open("store");
    while (time.step()) await turn();
    const open = await opening;
    let synced = 0;
    const cutMs = chance.between(0, 150);
    for (let revision = 1; revision <= 20; revision++) {
      const isSynced = chance.flip(0.4);
      const acknowledged = (): void => {
        if (isSynced) synced = revision;
      };
      void open
        .write(batchOf(revision, [put("k", BigInt(revision))]), isSynced ? "disk" : "process")
        .then(acknowledged);
    }
    await turn();
    while (time.nowMs < cutMs && time.step()) await turn();
    disk.crash();
    const again = disk.storage.open("store");
    while (time.step()) await turn();
    const { version } = (await again).head;
    expect(version.revision).toBeGreaterThanOrEqual(synced);
    expect((await again).size).toBe(version.revision === 0 ? 0 : 1);
  });
});

/** Lets whatever was waited for go on. */
function turn(): Promise<void> {
  return new Promise(setImmediate);
}
