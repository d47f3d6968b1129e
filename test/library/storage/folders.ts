/** Folders for databases of the tests, in memory where the system has such a place; removed after each test file. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const shared = "/dev/shm";
const root = mkdtempSync(join(existsSync(shared) ? shared : tmpdir(), "switchyard-storage-"));
let count = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A path where nothing is yet. */
export function newPath(): string {
  count += 1;
  return join(root, `${count}`);
}
