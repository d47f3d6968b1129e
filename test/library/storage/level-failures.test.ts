/** What people are told when a store cannot be opened: which folder it is about, and what is wrong with it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { levelStorage } from "../../../library/storage/level.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "switchyard-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

it("S10: a damaged database is told with its folder", async () => {
  const path = join(await folder(), "hosts");
  const storage = levelStorage();
  await (await storage.open(path)).close();
  await rm(join(path, "acknowledged"));
  await expect(storage.open(path)).rejects.toMatchObject({
    code: "CORRUPT",
    message: expect.stringContaining(`${path}: its file 'acknowledged' is missing or damaged: `),
  });
});

it("a file in the place of the folder, or of one above it, is told in words", async () => {
  const path = join(await folder(), "plain");
  await writeFile(path, "");
  for (const wrong of [path, join(path, "deep")]) {
    await expect(levelStorage().open(wrong)).rejects.toMatchObject({
      code: "DISK_FAILED",
      message: expect.stringMatching(/^[^:]*(:\\[^:]*)?: there is a file where (the|a) folder is to be: /),
    });
  }
});
