/** Files that have their name only when they are whole. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeEach, expect, it } from "vitest";
import { openNewFile } from "../../../server/cli/new-file.ts";
import { ProcessShell } from "../../../server/cli/shell.ts";

const folders: string[] = [];
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-new-file-"));
  folders.push(folder);
});

afterAll(() => Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))));

const shell = () => new ProcessShell({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} });

it("has its name when it is finished, and not before", async () => {
  const file = await openNewFile(shell(), join(folder, "a.gz"));
  file.out.line("text");
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^a\.gz\.[0-9a-f]{4}\.part$/)]);
  await file.finish();
  expect(await readdir(folder)).toEqual(["a.gz"]);
  expect(gunzipSync(await readFile(join(folder, "a.gz"))).toString()).toBe("text\n");
});

it("leaves nothing where it is discarded", async () => {
  const file = await openNewFile(shell(), join(folder, "a"));
  file.out.line("text");
  await file.discard();
  expect(await readdir(folder)).toEqual([]);
});

it("is not written over what is there, nor over what came meanwhile", async () => {
  const path = join(folder, "a");
  const late = await openNewFile(shell(), path);
  await writeFile(path, "other");
  await expect(openNewFile(shell(), path)).rejects.toThrow(/is there already/);
  late.out.line("text");
  await expect(late.finish()).rejects.toThrow(/is there already/);
  expect(await readdir(folder)).toEqual(["a"]);
  expect(await readFile(path, "utf8")).toBe("other");
});

it("names the folder that is not there", async () => {
  await expect(openNewFile(shell(), join(folder, "no", "a"))).rejects.toMatchObject({
    code: "ENOENT",
    path: join(folder, "no"),
  });
});
