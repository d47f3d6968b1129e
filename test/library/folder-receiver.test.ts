/** X7: what remote writers send is appended beneath a folder, and nowhere else. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { link, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { time } from "../../library/core/values/index.ts";
import type { FileWrite } from "../../library/files.ts";
import {
  type FolderReceiver,
  type ReceiveOptions,
  type RefusedWrite,
  receiveInto,
} from "../../library/folder-receiver.ts";
import { openInside } from "../../library/inside-folder.ts";
import { repeats } from "../rig/repeats.ts";
import { Company } from "./company.ts";
import { hostilePaths, pathBits } from "./hostile-paths.ts";

/** A folder of the test's own, with `root` to receive into beside `canary`, a tree that nobody may touch. */
async function place() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "switchyard-files-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, "root");
  const canary = join(folder, "canary");
  await mkdir(root);
  await mkdir(join(canary, "dir", "inner"), { recursive: true });
  for (const name of ["x", "etc", join("dir", "a"), join("dir", "inner", "b")])
    await writeFile(join(canary, name), name);
  return { folder, root, canary };
}

/** All that can be told of a tree but the times when it was read, as one number. */
function treeHash(folder: string, isSkipped: (path: string) => boolean = () => false): string {
  const hash = createHash("sha256");
  const visit = (path: string): void => {
    if (isSkipped(path)) return;
    const { mode, nlink, size, ino, mtimeMs } = lstatSync(path);
    const isFolder = (mode & 0o170000) === 0o040000;
    hash.update(JSON.stringify([path, mode, isFolder ? 0 : nlink, isFolder ? 0 : size, ino, isFolder ? 0 : mtimeMs]));
    if (isFolder) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else if ((mode & 0o170000) === 0o120000) hash.update(readlinkSync(path));
    else if ((mode & 0o170000) === 0o100000) hash.update(readFileSync(path));
  };
  visit(folder);
  return hash.digest("hex");
}

/** A receiver, and what it refused. */
class Folder {
  readonly refused: RefusedWrite[] = [];
  readonly receiver: FolderReceiver;

  private constructor(receiver: FolderReceiver, refused: RefusedWrite[]) {
    this.receiver = receiver;
    this.refused = refused;
  }

  static async at(root: string, options: ReceiveOptions = {}): Promise<Folder> {
    const refused: RefusedWrite[] = [];
    const receiver = await receiveInto(root, { onRefused: (each) => refused.push(each), ...options });
    onTestFinished(() => receiver.close());
    return new Folder(receiver, refused);
  }

  write(path: string, bytes: Uint8Array | string = "+"): Promise<boolean> {
    return this.receiver.handler(writeOf(path, bytes), "files.test");
  }

  /** The code of the write that was refused last. */
  get code(): string | undefined {
    return this.refused.at(-1)?.error.code;
  }
}

function writeOf(path: string, bytes: Uint8Array | string): FileWrite {
  const origin = { name: "far", id: "f".repeat(32) };
  return { path, bytes: Uint8Array.from(Buffer.from(bytes)), time: time(new Date(0)), origin, hops: 1 };
}

describe("X7: a folder receiver", () => {
  it("appends pieces in the order they came, for several files at once, and counts them", async () => {
    const { root } = await place();
    const { receiver, write } = await opened(root);
    const done: Promise<boolean>[] = [];
    for (let i = 0; i < 100; i++) for (const name of ["a", "b/c", "b/d/e"]) done.push(write(name, `${i}\n`));
    expect(await Promise.all(done)).toEqual(done.map(() => true));
    const expected = Array.from({ length: 100 }, (_, i) => `${i}\n`).join("");
    for (const name of ["a", "b/c", "b/d/e"]) expect(await readFile(join(root, name), "utf8")).toBe(expected);
    const total = 3 * expected.length;
    expect(receiver.stats()).toEqual({
      ...{ writes: 300, bytes: total, refused: 0, files: 3, totalBytes: total, openFiles: 3 },
    });
  });

  it("keeps any bytes as they are, and makes an empty file of an empty write", async () => {
    const { root } = await place();
    const { write } = await opened(root);
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await write("bin", bytes);
    await write("empty", "");
    expect(Uint8Array.from(await readFile(join(root, "bin")))).toEqual(bytes);
    expect((await lstat(join(root, "empty"))).size).toBe(0);
  });

  it("makes files and folders for its owner alone, and changes the modes of none", async () => {
    const { root } = await place();
    await writeFile(join(root, "old"), "old", { mode: 0o644 });
    const before = (await lstat(join(root, "old"))).mode;
    const { write } = await opened(root);
    await write("old");
    await write("new/file");
    expect((await lstat(join(root, "old"))).mode).toBe(before);
    expect((await lstat(join(root, "new"))).mode & 0o777).toBe(0o700);
    expect((await lstat(join(root, "new", "file"))).mode & 0o777).toBe(0o600);
  });

  it("makes its folder where it is missing, and goes on where it left off", async () => {
    const { root } = await place();
    const inner = join(root, "in", "ner");
    const first = await opened(inner);
    await first.write("a/b", "one,");
    await first.receiver.close();
    const second = await opened(inner, { maxFiles: 1 });
    await second.write("a/b", "two");
    expect(await readFile(join(inner, "a", "b"), "utf8")).toBe("one,two");
    expect(second.receiver.stats()).toMatchObject({ files: 1, totalBytes: 7 });
    expect(await second.write("c")).toBe(false);
  });

  it("keeps few files open, and opens them again", async () => {
    const { root } = await place();
    const { receiver, write } = await opened(root, { maxOpenFiles: 2 });
    for (let i = 0; i < 30; i++) {
      await write(`f${i % 5}`, `${i},`);
      expect(receiver.stats().openFiles).toBeLessThanOrEqual(2);
    }
    expect(await readFile(join(root, "f3"), "utf8")).toBe("3,8,13,18,23,28,");
  });

  it("begins a file anew when somebody took it away or moved it", async () => {
    const { root } = await place();
    const { write } = await opened(root);
    await write("log", "1");
    await rename(join(root, "log"), join(root, "log.1"));
    await write("log", "2");
    await rm(join(root, "log"));
    await write("log", "3");
    expect(await readFile(join(root, "log"), "utf8")).toBe("3");
    expect(await readFile(join(root, "log.1"), "utf8")).toBe("1");
  });

  it("writes all that it was handed before it closes, and refuses what comes later", async () => {
    const { root } = await place();
    const folder = await opened(root);
    const early = Array.from({ length: 50 }, (_, i) => folder.write(`f${i}`));
    const closed = folder.receiver.close();
    const late = folder.write("late");
    await closed;
    expect(await Promise.all(early)).toEqual(early.map(() => true));
    expect(await late).toBe(false);
    expect(folder.folder.code).toBe("CLOSED");
    expect(readdirSync(root)).toHaveLength(50);
    await folder.receiver.close();
  });

  it("fails as a handler does where nobody is told of refusals", async () => {
    const { root } = await place();
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [connection] = await company.join(a, b);
    const receiver = await receiveInto(root);
    onTestFinished(() => receiver.close());
    await b.files.on("f", receiver.handler);
    const failed = new Promise<Error>((resolve) => b.on("error", resolve));
    a.files.write("f", "../out", Uint8Array.of(1));
    expect(await failed).toMatchObject({ code: "HANDLER_FAILED", cause: { code: "BAD_PATH" } });
    expect(connection.state).toBe("up"); // the writer is not thrown out
  });

  it("holds back a writer that is faster than the disk, and loses nothing", async () => {
    const { root } = await place();
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    await company.join(a, b);
    const { receiver } = await opened(root);
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await b.files.on("f", async (write, topic) => {
      await receiver.handler(write, topic);
      if (receiver.stats().writes === 400) finish();
    });
    for (let i = 0; i < 400; i++) {
      if (!a.files.write("f", "x", new Uint8Array(20_000).fill(i))) await a.drained();
    }
    await finished;
    const bytes = await readFile(join(root, "x"));
    expect(bytes.length).toBe(400 * 20_000);
    for (let i = 0; i < 400; i++) expect(bytes[i * 20_000 + 19_999]).toBe(i & 0xff);
  });

  it("refuses options that make no sense, and a folder that is a file", async () => {
    const { root } = await place();
    await expect(receiveInto(root, { maxFiles: 0 })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
    await expect(receiveInto(root, { maxBytes: Number.NaN })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
    await writeFile(join(root, "file"), "");
    await expect(receiveInto(join(root, "file"))).rejects.toMatchObject({ code: "DISK_FAILED" });
  });
});

describe("X7: quotas", () => {
  it("bound the bytes of a file, and leave what is in it", async () => {
    const { root } = await place();
    const { folder, write } = await opened(root, { maxFileBytes: 10 });
    expect(await write("a", "12345678")).toBe(true);
    expect(await write("a", "abc")).toBe(false);
    expect(folder.code).toBe("QUOTA_EXCEEDED");
    expect(await write("b", "x".repeat(11))).toBe(false);
    expect(await write("a", "90")).toBe(true);
    expect(await readFile(join(root, "a"), "utf8")).toBe("1234567890");
    expect(readdirSync(root)).toEqual(["a"]);
  });

  it("bound the bytes of all files", async () => {
    const { root } = await place();
    const { folder, receiver, write } = await opened(root, { maxBytes: 100 });
    for (let i = 0; i < 30; i++) await write(`d${i}/f`, "1234567");
    expect(receiver.stats()).toMatchObject({ writes: 14, refused: 16, totalBytes: 98 });
    expect(folder.code).toBe("QUOTA_EXCEEDED");
  });

  it("bound the files, and the folders with them", async () => {
    const { root } = await place();
    const { folder, receiver, write } = await opened(root, { maxFiles: 3 });
    for (let i = 0; i < 10; i++) await write(`a${i}/b/c`);
    expect(receiver.stats()).toMatchObject({ writes: 3, refused: 7, files: 3 });
    expect(folder.code).toBe("QUOTA_EXCEEDED");
    expect(readdirSync(root)).toEqual(["a0", "a1", "a2"]);
    expect(await write("a0/b/c")).toBe(true);
  });
});

const byDescriptor = [
  ["by descriptor", true],
  ["by look", false],
] as const;

describe.each(byDescriptor)("X7: what lies beneath a folder, opened %s", (_, isByDescriptor) => {
  const opening = { name: "it", check: () => undefined, made: () => undefined };

  it.runIf(process.platform !== "win32").each([
    ["a link to a file", "link", async (path: string, canary: string) => symlink(join(canary, "x"), path)],
    ["a link to a folder", "link/x", async (path: string, canary: string) => symlink(canary, path)],
    ["a link to a folder, further down", "link/dir/new", async (path: string, canary: string) => symlink(canary, path)],
    [
      "a link to a folder, with one to make",
      "link/new/a",
      async (path: string, canary: string) => symlink(canary, path),
    ],
    ["a link to nothing", "link", async (path: string, canary: string) => symlink(join(canary, "new"), path)],
    [
      "a link to nothing, as a folder",
      "link/a",
      async (path: string, canary: string) => symlink(join(canary, "new"), path),
    ],
    ["a link to itself", "link", async (path: string) => symlink("link", path)],
    ["a link to itself, as a folder", "link/a/b", async (path: string) => symlink("link", path)],
    ["a link within the folder", "link", async (path: string) => symlink("own", path)],
    ["a second name of a file", "link", async (path: string, canary: string) => link(join(canary, "x"), path)],
    ["a folder", "link", async (path: string) => mkdir(path)],
    ["a file, as a folder", "link/a", async (path: string) => writeFile(path, "")],
    ["a pipe", "link", async (path: string) => execFileSync("mkfifo", [path])],
    ["a pipe, as a folder", "link/a", async (path: string) => execFileSync("mkfifo", [path])],
  ])("is not reached over %s", async (_name, path, plant) => {
    const { folder, root, canary } = await place();
    await writeFile(join(root, "own"), "own");
    await plant(join(root, "link"), canary);
    const before = treeHash(folder);
    const inside = await openInside(root, isByDescriptor);
    onTestFinished(() => inside.close());
    await expect(inside.openFile(path.split("/"), opening)).rejects.toSatisfy((error: Error & { code: string }) =>
      ["BAD_PATH", "ELOOP", "ENOTDIR", "EISDIR", "ENXIO"].includes(error.code),
    );
    expect(treeHash(folder)).toBe(before);
  });

  it("is found even where the folder itself is a link", async () => {
    const { folder, root } = await place();
    await symlink(root, join(folder, "entry"));
    const inside = await openInside(join(folder, "entry"), isByDescriptor);
    onTestFinished(() => inside.close());
    const handle = await inside.openFile(["a", "b"], opening);
    await handle.close();
    expect(inside.root).toBe(root);
    expect(readdirSync(join(root, "a"))).toEqual(["b"]);
  });
});

describe("X7, T22: remote write paths", () => {
  const kept = ["link", "loop", "dangling", "hard", "file"] as const;

  /** Links and the like, to whatever they could mislead to. */
  async function plant(root: string, canary: string): Promise<void> {
    await mkdir(join(root, "dir"), { recursive: true });
    await symlink(canary, join(root, "link"));
    await symlink("loop", join(root, "loop"));
    await symlink(join(canary, "none"), join(root, "dangling"));
    await symlink("..", join(root, "up"));
    await symlink(join(canary, "x"), join(root, "dir", "link"));
    await symlink(canary, join(root, "dir", "dir"));
    await link(join(canary, "etc"), join(root, "hard"));
    execFileSync("mkfifo", [join(root, "pipe")]);
  }

  it("touch nothing outside the folder, however hostile (T22)", async () => {
    const { folder, root, canary } = await place();
    await plant(root, canary);
    const { receiver, write } = await opened(root, { maxFiles: 500, maxBytes: 50_000, maxOpenFiles: 8 });
    const outside = () => treeHash(folder, (path) => path === root);
    const before = outside();
    for (const path of hostilePaths) expect(await write(path)).toBe(false);
    const segments = fc.oneof(fc.constantFrom(...pathBits, "up", "dir", "link", "x"), fc.string({ unit: "binary" }));
    const paths = fc
      .tuple(fc.array(segments, { minLength: 1, maxLength: 6 }), fc.constantFrom("/", "/", "/", "", "\\"))
      .map(([parts, glue]) => parts.join(glue));
    const runs = repeats(10_000, 10_000) - hostilePaths.length;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        if (await write(path)) taken += 1;
      }),
      { numRuns: runs },
    );
    expect(taken).toBeGreaterThan(100);
    expect(receiver.stats()).toMatchObject({ writes: taken, refused: runs + hostilePaths.length - taken });
    expect(receiver.stats().files).toBeLessThanOrEqual(500);
    expect(outside()).toBe(before);
    for (const name of kept.slice(0, 3)) expect((await lstat(join(root, name))).isSymbolicLink()).toBe(true);
  }, 120_000);

  it("follow no link that is swapped in while they are on their way (T22)", async () => {
    const { folder, root, canary } = await place();
    await mkdir(join(root, "real", "inner"), { recursive: true });
    const { receiver, write } = await opened(root, { maxOpenFiles: 2 });
    const before = treeHash(folder, (path) => path === root);
    let isOver = false;
    const swapping = (async () => {
      while (!isOver) {
        await symlink(canary, join(root, "swap")).catch(() => undefined);
        await rm(join(root, "swap"), { recursive: true, force: true }).catch(() => undefined);
        await rename(join(root, "real"), join(root, "swap")).catch(() => undefined);
        await rename(join(root, "swap"), join(root, "real")).catch(() => undefined);
        await symlink(join(canary, "x"), join(root, "file")).catch(() => undefined);
        await rm(join(root, "file"), { force: true });
      }
    })();
    for (let i = 0; i < repeats(500, 10_000); i++) {
      await Promise.all([
        write("swap/x"),
        write("swap/dir/a"),
        write("swap/dir/inner/b"),
        write("file"),
        write(`swap/new${i % 7}`),
      ]);
    }
    isOver = true;
    await swapping;
    const { writes, refused } = receiver.stats();
    expect(writes).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(treeHash(folder, (path) => path === root)).toBe(before);
  }, 120_000);
});

async function opened(root: string, options: ReceiveOptions = {}) {
  const folder = await Folder.at(root, options);
  const write = (path: string, bytes?: Uint8Array | string): Promise<boolean> => folder.write(path, bytes);
  return { folder, receiver: folder.receiver, write };
}
