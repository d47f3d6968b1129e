/** S9, T2: a process that is killed while it writes has lost nothing of what it had acknowledged. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { levelStorage } from "../../library/storage/level.ts";
import { allEntries } from "../compliance/storage.ts";
import { Program } from "../rig/program.ts";
import { repeats } from "../rig/repeats.ts";
import { SeededChance } from "../simulator/chance.ts";
import { inFolder } from "./database.ts";
import type { WriterTask } from "./writer-program.ts";

/** Lets it write, kills it, and returns the last revision of which it told. */
async function killed(task: WriterTask, chance: SeededChance): Promise<number> {
  const program = await Program.start("./writer-program.ts", import.meta.url, task);
  await program.hear("ready");
  let revision = 0;
  for (let left = chance.integer(1, 60); left > 0; left--) {
    revision = (await program.hear("acknowledged"))["revision"] as number;
  }
  await program.kill();
  return revision;
}

describe("S9: kill -9", () => {
  for (const durability of ["process", "disk"] as const) {
    const rounds = repeats(25, 500);
    it(`of a writer at ${durability}: every acknowledged version is there, and what is there is a version (${rounds} ×)`, {
      timeout: 3_000 * rounds,
    }, async () => {
      const seed = Number(process.env["SEED"] ?? 1);
      const chance = new SeededChance(seed);
      await inFolder(async (folder) => {
        const path = join(folder, "store");
        for (let round = 0; round < rounds; round++) {
          const acknowledged = await killed({ path, durability }, chance);
          const open = await levelStorage().open(path);
          const { revision } = open.head.version;
          const what = `round ${round} with SEED=${seed}`;
          expect(revision, what).toBeGreaterThanOrEqual(acknowledged);
          const entries = await allEntries(open);
          expect(entries.size, what).toBe(Math.min(revision, 50));
          for (const { key, value, revision: at } of entries.values()) {
            expect(at, what).toBeGreaterThan(revision - 50);
            expect([key, value], what).toEqual([`key-${at % 50}`, `${at} ${"x".repeat(at % 400)}`]);
          }
          await open.close();
        }
      });
    });
  }
});

describe("S15: a database that another process has open", () => {
  it("is LOCKED, and opens once that process is gone", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "store");
      const program = await Program.start("./writer-program.ts", import.meta.url, { path, durability: "process" });
      try {
        await program.hear("acknowledged");
        for (let i = 0; i < 5; i++) {
          await expect(levelStorage().open(path)).rejects.toMatchObject({ code: "LOCKED" });
          await expect(levelStorage().open(path, { repair: "from-replica" })).rejects.toMatchObject({ code: "LOCKED" });
          await program.hear("acknowledged"); // it goes on undisturbed
        }
      } finally {
        await program.kill();
      }
      const open = await levelStorage().open(path);
      expect(open.size).toBeGreaterThan(0);
      await expect(levelStorage().open(path)).rejects.toMatchObject({ code: "LOCKED" });
      await open.close();
    });
  });
});
