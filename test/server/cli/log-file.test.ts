import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Line, type LogFile, openLogFile } from "../../../server/cli/log-file.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-log-file-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: Uint8Array, name = "some.log"): Promise<LogFile> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return openLogFile(path);
}

async function allLines(file: LogFile): Promise<Line[]> {
  const all: Line[] = [];
  for await (const lines of file.lines) all.push(...lines);
  return all;
}

/** Lines cut naively, all as bytes. */
function naively(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  if (start < bytes.length) lines.push(bytes.subarray(start));
  return lines;
}

const contents = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
    ),
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.concat([part, Buffer.from("\n")]))))
  .chain((bytes) => fc.integer({ min: 0, max: 1 }).map((cut) => bytes.subarray(0, bytes.length - cut)))
  .filter((bytes) => bytes[0] !== 0x1f);

it("gives every byte in one line, text where it is text, however the chunks fall", async () => {
  await fc.assert(
    fc.asyncProperty(contents, fc.integer({ min: 1, max: 9 }), async (bytes, chunkLength) => {
      const chunks = Array.from({ length: Math.ceil(bytes.length / chunkLength) }, (_, i) =>
        bytes.subarray(i * chunkLength, (i + 1) * chunkLength),
      );
      const lines = await allLines(await openLogFile("-", Readable.from(chunks, { objectMode: false })));
      expect(lines.map((line) => Buffer.from(line))).toEqual(naively(bytes));
      for (const line of lines) if (typeof line !== "string") expect(Buffer.from(line).toString()).toContain("\ufffd");
    }),
  );
});

it("unpacks what is gzipped, whatever it is called, and several files in one", async () => {
  const packed = Buffer.concat([gzipSync("a\nb\n"), gzipSync("c\n")]);
  expect(await allLines(await fileOf(packed, "plain.log"))).toEqual(["a", "b", "c"]);
});

it("goes over many chunks", async () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i}`);
  const file = await fileOf(gzipSync(lines.join("\n")), "dns.log.gz");
  expect(file).toMatchObject({ name: "dns.log.gz", stem: "dns" });
  expect(file.fractionRead()).toBe(0);
  expect(await allLines(file)).toEqual(lines);
  expect(file.fractionRead()).toBe(1);
});

it("gives the good beginning of what is broken, and then fails", async () => {
  const packed = gzipSync(Buffer.from(Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join("")));
  const file = await fileOf(packed.subarray(0, packed.length - 9));
  const seen: Line[] = [];
  const reading = (async () => {
    for await (const lines of file.lines) seen.push(...lines);
  })();
  await expect(reading).rejects.toThrow("some.log: its compression is broken (unexpected end of file)");
  expect(seen.length).toBeGreaterThan(100_000);
});

it("refuses a line that no log has", async () => {
  const file = await fileOf(Buffer.alloc(17 * 1024 * 1024, 65));
  await expect(allLines(file)).rejects.toThrow("some.log: a line of more than 16 MiB");
});

it("takes an empty file for no lines", async () => {
  expect(await allLines(await fileOf(new Uint8Array()))).toEqual([]);
});
