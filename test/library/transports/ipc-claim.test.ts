import { once as untilEvent } from "node:events";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { chown, lchown, mkdir, readdir, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ipc } from "../../../library/transports/ipc.ts";
import { underClaim } from "../../../library/transports/ipc-claim.ts";

const root = mkdtempSync(join(tmpdir(), "switchyard-claim-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Tries to listen at each location that it is given. */
const workerProgram = `
  import { parentPort, workerData } from "node:worker_threads";
  import { ipc } from "../../../library/transports/ipc.ts";
  async function listen(location: string): Promise<string> {
    try {
      await ipc().listen(new URL(location), () => {});
      return "listening";
    } catch (error) {
      return error.code;
    }
  }
  Promise.all(workerData.map(listen)).then((said) => parentPort.postMessage(said));
`;

const isRoot = process.getuid?.() === 0;
const stranger = 12_345;

describe.skipIf(process.platform === "win32")("X6: the claim of an ipc path", () => {
  let count = 0;
  let folder = "";
  beforeEach(() => {
    folder = join(root, String(++count));
    mkdirSync(folder, { mode: 0o700 });
  });

  const locationOf = (...names: readonly string[]): URL =>
    new URL(`ipc://${pathToFileURL(join(folder, ...names)).pathname}`);

  async function failureOf(location: URL): Promise<unknown> {
    try {
      await (await ipc().listen(location, () => {})).close();
      return "listened";
    } catch (error) {
      return error;
    }
  }

  it("has the socket for this user only from the moment it exists, and leaves the mask as it was", async () => {
    chmodSync(folder, 0o755); // so that everybody could come in
    const path = join(folder, "node.sock");
    const before = process.umask(0o022);
    const server = createServer();
    let mode = 0;
    await underClaim(path, locationOf("node.sock"), async () => {
      server.listen(path);
      mode = lstatSync(path).mode & 0o777; // bound, and nothing has had time to change it
    });
    expect(mode).toBe(0o600);
    expect(process.umask(before)).toBe(0o022);
    server.close();
  });

  it("puts the mask back when binding fails", async () => {
    const before = process.umask();
    const failing = underClaim(join(folder, "node.sock"), locationOf("node.sock"), () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect(process.umask()).toBe(before);
  });

  it.each([0o777, 0o775, 0o722])("refuses a directory of mode %o, where others may write", async (mode) => {
    chmodSync(folder, mode);
    expect(await failureOf(locationOf("node.sock"))).toMatchObject({
      code: "INSECURE_PATH",
      message: expect.stringMatching(/where others may write: .*mode 0700/),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses it further up, too, before it makes anything there", async () => {
    await mkdir(join(folder, "open"));
    chmodSync(join(folder, "open"), 0o777);
    expect(await failureOf(locationOf("open", "deep", "node.sock"))).toMatchObject({ code: "INSECURE_PATH" });
    expect(await readdir(join(folder, "open"))).toEqual([]);
  });

  it.each([0o1777, 0o755, 0o750])("takes a directory of mode %o: others cannot change what is ours", async (mode) => {
    chmodSync(folder, mode);
    expect(await failureOf(locationOf("node.sock"))).toBe("listened");
  });

  it("follows a link of our own to a directory, and looks at where it leads", async () => {
    await mkdir(join(folder, "real"));
    await symlink("real", join(folder, "linked"));
    expect(await failureOf(locationOf("linked", "node.sock"))).toBe("listened");
    chmodSync(join(folder, "real"), 0o777);
    expect(await failureOf(locationOf("linked", "node.sock"))).toMatchObject({ code: "INSECURE_PATH" });
  });

  it("does not follow links for ever", async () => {
    await symlink("b", join(folder, "a"));
    await symlink("a", join(folder, "b"));
    expect(await failureOf(locationOf("a", "node.sock"))).toMatchObject({ code: "BAD_LOCATION" });
  });

  it("makes no directory through a link that leads to nothing", async () => {
    await symlink(join(folder, "gone", "deeper"), join(folder, "dangling"));
    expect(await failureOf(locationOf("dangling", "node.sock"))).toBe("listened"); // ours, so made where it leads
    expect(lstatSync(join(folder, "gone", "deeper")).mode & 0o777).toBe(0o700);
  });

  it("does not connect through a link in the place of the socket", async () => {
    const listener = await ipc().listen(locationOf("node.sock"), () => {});
    await symlink("node.sock", join(folder, "link.sock"));
    await expect(ipc().connect(locationOf("link.sock"))).rejects.toMatchObject({
      code: "INSECURE_PATH",
      message: expect.stringContaining("a symbolic link, which is not followed"),
    });
    await listener.close();
  });

  it("listens from a worker thread only where the directory itself keeps others away", async () => {
    const open = join(folder, "open");
    await mkdir(open, { mode: 0o755 });
    const program = await build({
      stdin: { contents: workerProgram, resolveDir: import.meta.dirname, loader: "ts" },
      ...{ bundle: true, write: false, platform: "node", format: "cjs", logLevel: "error" },
    });
    const locations = [locationOf("node.sock").href, locationOf("open", "node.sock").href];
    const worker = new Worker(program.outputFiles[0]?.text ?? "", { eval: true, workerData: locations });
    const [said] = await untilEvent(worker, "message");
    expect(said).toEqual(["listening", "INSECURE_PATH"]);
    expect(await readdir(open)).toEqual([]);
    await worker.terminate();
  });

  describe.skipIf(!isRoot)("with another user (only root can make what belongs to one)", () => {
    it("refuses a directory that belongs to another user", async () => {
      await chown(folder, stranger, stranger);
      expect(await failureOf(locationOf("node.sock"))).toMatchObject({
        code: "INSECURE_PATH",
        message: expect.stringContaining("belongs to another user"),
      });
      await chown(folder, 0, 0);
    });

    it("does not follow another user's link, not even to a directory that would do", async () => {
      chmodSync(folder, 0o1777);
      await mkdir(join(folder, "real"), { mode: 0o700 });
      await symlink("real", join(folder, "linked"));
      await lchown(join(folder, "linked"), stranger, stranger);
      expect(await failureOf(locationOf("linked", "sub", "node.sock"))).toMatchObject({ code: "INSECURE_PATH" });
      expect(await readdir(join(folder, "real"))).toEqual([]);
    });
  });
});
