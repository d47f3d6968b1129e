/** Files over topics, sent and received by the command as its users run it. */
import { readdirSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cluster } from "./cluster.ts";
import { folder, RunningCommand, run, start, useCommand } from "./command.ts";

useCommand();

async function receiver(location: string, into: string, ...options: readonly string[]): Promise<RunningCommand> {
  const command = start("files", "receive", location, "files.*", into, ...options);
  await command.saying("err", /^receiving files\.\* at tcp:/);
  return command;
}

describe("files send and receive", () => {
  it("carry a file of many pieces, and print each", async () => {
    const { location } = await cluster();
    const [from, into] = [join(folder, "big.bin"), join(folder, "one")];
    const bytes = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * i) >> 3));
    await writeFile(from, bytes);
    const receiving = await receiver(location, into, "--count", "4");
    expect(await run("files", "send", location, "files.x", from, "--as", "a/b.bin")).toEqual({
      ...{ status: 0, out: "", err: "" },
    });
    const { status, out, err } = await receiving.ended;
    expect(status).toBe(0);
    expect(out).toMatch(/^(?:\S+ {2}files\.x {2}a\/b\.bin {2}[\d ]+ bytes from send-\w{4}\n){4}$/);
    expect(err).toMatch(/^received 4 writes of 1 000 000 bytes, refused 0$/m);
    expect(Buffer.compare(await readFile(join(into, "a", "b.bin")), bytes)).toBe(0);
  });

  it("carry an empty file under its own name, and standard input, as JSON", async () => {
    const { location } = await cluster();
    const [from, into] = [join(folder, "nothing.txt"), join(folder, "two")];
    await writeFile(from, "");
    const receiving = await receiver(location, into, "--count", "2", "--json");
    await run("files", "send", location, "files.x", from);
    const send = start("files", "send", location, "files.x", "-", "--as", "in.txt");
    send.child.stdin!.end("typed");
    expect((await send.ended).status).toBe(0);
    const lines = (await receiving.ended).out.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { topic: "files.x", path: "nothing.txt", bytes: 0, origin: expect.stringMatching(/^send-/) },
      { topic: "files.x", path: "in.txt", bytes: 5 },
    ]);
    expect(await readFile(join(into, "in.txt"), "utf8")).toBe("typed");
    expect((await stat(join(into, "nothing.txt"))).size).toBe(0);
  });

  it("say when nobody receives", async () => {
    const { location } = await cluster();
    const from = join(folder, "lonely.txt");
    await writeFile(from, "x");
    const { status, err } = await run("files", "send", location, "files.x", from);
    expect({ status, err }).toEqual({
      status: 0,
      err: expect.stringMatching(/^nobody subscribes to files\.x at tcp:/),
    });
  });

  it("refuse what would leave the folder, tell it, and go on (X7)", async () => {
    const { location, context, connection } = await cluster();
    const into = join(folder, "three");
    const receiving = await receiver(location, into, "--count", "14");
    await connection.settled();
    const hostile = ["../out", "/etc/x", "a/../../x", "C:x", "NUL", "a\u0000", "x\u001b[2J"];
    for (const path of hostile) context.files.write("files.x", path, Buffer.from("x"));
    for (const path of hostile) context.files.write("files.x", path, Buffer.from("x"));
    context.files.write("files.x", "never", Buffer.from("x"));
    const { status, out, err } = await receiving.ended;
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/^switchyard: "\.\.\/out" has a segment of dots: .* \[BAD_PATH\]$/m);
    expect(err).toMatch(/^switchyard: … and 4 more writes refused\nreceived 0 writes of 0 bytes, refused 14\n$/m);
    expect(err).not.toContain("\u001b");
    expect(readdirSync(into)).toEqual([]);
  });

  it("tell of a quota, and leave what is there", async () => {
    const { location, context, connection } = await cluster();
    const into = join(folder, "four");
    const receiving = await receiver(location, into, "--count", "2", "--max-file-bytes", "1KiB");
    await connection.settled();
    context.files.write("files.x", "a", new Uint8Array(1000));
    context.files.write("files.x", "a", new Uint8Array(1000));
    const quota = expect.stringMatching(/"a" of 2000 bytes: .*\[QUOTA_EXCEEDED\]/);
    expect(await receiving.ended).toMatchObject({ status: 1, err: quota });
    expect((await stat(join(into, "a"))).size).toBe(1000);
  });

  /** A limit on the size of files is the one full disk that needs no disk of its own. */
  it.runIf(process.platform === "linux")("tell of a full disk, and leave no part of a write", async () => {
    const { location, context, connection } = await cluster();
    const into = join(folder, "five");
    const args = ["files", "receive", location, "files.*", into, "--count", "2"];
    const receiving = new RunningCommand(args, { maxFileKiB: 8 });
    await receiving.saying("err", /^receiving/);
    await connection.settled();
    context.files.write("files.x", "a", new Uint8Array(6000));
    context.files.write("files.x", "a", new Uint8Array(6000));
    const full = expect.stringMatching(/"a" \(EFBIG\): the disk is full.*\[NO_SPACE\]/);
    expect(await receiving.ended).toMatchObject({ status: 1, err: full });
    expect((await stat(join(into, "a"))).size).toBe(6000);
  });

  it.each([
    ["no folder to receive into", ["receive", "LOC", "files.*"], 2, /missing required argument 'dir'/],
    ["a folder that is a file", ["receive", "LOC", "files.*", "DIR/main.mjs"], 1, /\[DISK_FAILED\]$/],
    ["a bad pattern", ["receive", "LOC", "*********", "DIR/six"], 2, /\[BAD_PATTERN\]$/],
    ["no such file", ["send", "LOC", "files.x", "DIR/none"], 1, /no such file or folder \[ENOENT\]$/],
    ["a folder", ["send", "LOC", "files.x", "DIR"], 2, /is a folder.*\[BAD_ARGUMENT\]$/],
    ["standard input without a name", ["send", "LOC", "files.x", "-"], 2, /- without --as.*\[BAD_ARGUMENT\]$/],
    ["a bad topic", ["send", "LOC", "*", "DIR/main.mjs"], 2, /\[BAD_TOPIC\]$/],
    ["nobody there", ["send", "tcp://127.0.0.1:1", "files.x", "DIR/main.mjs"], 1, /\[UNREACHABLE\]$/],
  ] as const)("tell of %s in one line", async (_, args, status, line) => {
    const { location } = await cluster();
    const ended = await run("files", ...args.map((arg) => arg.replace("LOC", location).replace("DIR", folder)));
    const last = ended.err.trimEnd().split("\n").at(-1);
    expect({ status: ended.status, out: ended.out, last }).toEqual({
      status,
      out: "",
      last: expect.stringMatching(line),
    });
  });
});
