/** Files that keep what would be lost else: whose they are, and what is left where they cannot be written. */
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keepFile } from "../../../library/storage/kept-file.ts";
import { newPath } from "./folders.ts";

it("F7: is for its owner alone, in a folder that is made", async () => {
  const folder = join(newPath(), "deep", "down");
  const path = await keepFile(folder, "kept", ["a\n", "b\n"]);
  expect(path).toBe(join(folder, "kept.store"));
  expect(await readFile(path, "utf8")).toBe("a\nb\n");
  if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it("F7: follows no link, and writes over nothing", async () => {
  const folder = newPath();
  await mkdir(folder);
  const other = join(folder, "other");
  await writeFile(other, "mine");
  await symlink(other, join(folder, "kept.store"));
  expect(await keepFile(folder, "kept", ["a\n"])).toBe(join(folder, "kept-2.store"));
  expect(await readFile(other, "utf8")).toBe("mine");
});

it("F7: leaves nothing behind where it comes to nothing, and says what failed", async () => {
  const folder = newPath();
  const full = Object.assign(new Error("no space left on device, write"), { code: "ENOSPC" });
  const lines = function* (): Generator<string> {
    yield "a\n".repeat(300_000);
    throw full;
  };
  await expect(keepFile(folder, "kept", lines())).rejects.toMatchObject({ code: "NO_SPACE" });
  expect(await readdir(folder)).toEqual([]);
  await writeFile(join(folder, "file"), "");
  await expect(keepFile(join(folder, "file"), "kept", [])).rejects.toMatchObject({ code: "DISK_FAILED" });
});
