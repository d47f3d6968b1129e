/**
 * The bare LevelDB under a store: what stands under which key.
 *
 * One record, the root, tells format and generation; all others are segments, by generation and sequence. It is loaded
 * when the first store is opened, for it is native code that most programs do without.
 */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { ClassicLevel } from "classic-level";
import { SwitchyardError } from "../core/errors.ts";
import { diskFailure } from "./level-failures.ts";
import { malformed } from "./pack.ts";

/** Format of what is written; see docs/decisions/0018-persistence.md. */
export const currentFormat = 2;

/** Turns a database of one format into one of the next, by one synced batch or so that it may be done again. */
export type Migration = (database: Database) => Promise<void>;

/** By the format that each turns into the next one. */
export const migrations: ReadonlyMap<number, Migration> = new Map([
  // Format 2 says who began each epoch; what does not say so is still read.
  [
    1,
    async (database) => database.put(rootKey, packRoot({ ...(await readRoot(database)), format: 2 }), { sync: true }),
  ],
]);

export type Database = Pick<
  ClassicLevel<Buffer, Buffer>,
  "get" | "batch" | "iterator" | "clear" | "close" | "put" | "del"
>;

/** Opens what is there; `isNew` makes it. @throws what classic-level says */
export type OpenDatabase = (folder: string, isNew: boolean) => Promise<Database>;

export const openDatabase: OpenDatabase = async (folder, isNew) => {
  const Level = await load();
  const database = new Level<Buffer, Buffer>(folder, { keyEncoding: "buffer", valueEncoding: "buffer" });
  // Without compression tables can be checked before LevelDB reads them; see level-table-file.ts.
  await database.open({ createIfMissing: isNew, compression: false });
  return database;
};

async function load(): Promise<typeof ClassicLevel> {
  try {
    return (await import("classic-level")).ClassicLevel;
  } catch (cause) {
    const { platform, arch } = process;
    const what = `stores can only be in memory on ${platform}-${arch}, where their native code cannot be loaded`;
    throw new SwitchyardError("UNSUPPORTED", what, { cause });
  }
}

/** Throws `LOCKED` when somebody has it open; leaves its data alone. */
export async function refuseLocked(folder: string): Promise<void> {
  const Level = await load();
  const database = new Level(folder);
  // The lock is taken before it is found that there is a database, so this fails either way.
  const refusal: unknown = await database.open({ createIfMissing: false, errorIfExists: true }).then(
    () => database.close(),
    (error: unknown) => error,
  );
  if (diskFailure(refusal, "").code === "LOCKED") throw locked(folder, refusal);
}

export function locked(folder: string, cause?: unknown): SwitchyardError {
  return new SwitchyardError("LOCKED", folder, { cause });
}

/** Syncs LevelDB's logs: it does so itself only for the newest, when it is told. */
export async function syncLogs(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".log"));
  for (const name of names) {
    const file = await open(join(folder, name)).catch(() => undefined); // it has become a table, which is synced
    await file?.sync();
    await file?.close();
  }
}

export interface Root {
  readonly format: number;
  readonly generation: number;
}

export const rootKey = Buffer.from("root");
const rootBytes = 16;

export function packRoot({ format, generation }: Root): Buffer {
  const bytes = Buffer.alloc(rootBytes);
  bytes.writeUInt32LE(format, 4);
  bytes.writeDoubleLE(generation, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** Every format has its number in the same place. @throws SwitchyardError `CORRUPT`, `FORMAT_TOO_NEW` */
export async function readRoot(database: Database): Promise<Root> {
  return unpackRoot((await database.get(rootKey)) as Buffer | undefined);
}

/** As `readRoot`, of the bytes that stand there. */
export function unpackRoot(bytes: Buffer | undefined): Root {
  if (bytes === undefined || bytes.length < rootBytes) return malformed("the database has no root");
  if (crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0)) return malformed("the root does not fit its checksum");
  const format = bytes.readUInt32LE(4);
  if (format > currentFormat) {
    throw new SwitchyardError("FORMAT_TOO_NEW", `format ${format}, and ${currentFormat} is the newest known here`);
  }
  return { format, generation: bytes.readDoubleLE(8) };
}

const keyBytes = 13;
const segmentMark = 0x73;

export function segmentKey(generation: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(keyBytes);
  key[0] = segmentMark;
  key.writeUInt32BE(generation, 1);
  key.writeBigUInt64BE(BigInt(sequence), 5);
  return key;
}

export function placeOfKey(key: Buffer): { readonly generation: number; readonly sequence: number } | undefined {
  if (key.length !== keyBytes || key[0] !== segmentMark) return undefined;
  return { generation: key.readUInt32BE(1), sequence: Number(key.readBigUInt64BE(5)) };
}

/** So much is read at once. */
const chunkBytes = 128 * 1024;
/** So much is looked at in one turn of the event loop, or one segment: of ten million of the smallest entries some milliseconds. */
const turnBytes = 32 * 1024;

/** Segments of a generation, as bytes, from one sequence to another, both included; a few at a time in memory. */
export async function* segmentsOf(
  database: Database,
  generation: number,
  from: number,
  to: number,
): AsyncGenerator<{ readonly sequence: number; readonly bytes: Buffer }> {
  const range = { gte: segmentKey(generation, from), lte: segmentKey(generation, to) };
  let seenBytes = 0;
  for await (const [key, bytes] of database.iterator({ ...range, highWaterMarkBytes: chunkBytes })) {
    yield { sequence: placeOfKey(key)?.sequence ?? malformed("a key of no segment"), bytes };
    seenBytes += bytes.length;
    if (seenBytes < turnBytes) continue;
    seenBytes = 0;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Removes every segment outside `from` to `to` of the generation; synced. */
export async function keepOnly(database: Database, generation: number, from: number, to: number): Promise<void> {
  await database.clear({ gte: segmentKey(0, 0), lt: segmentKey(generation, from) });
  await database.clear({ gt: segmentKey(generation, to), lt: Buffer.of(segmentMark + 1) });
  await database.put(rootKey, packRoot({ format: currentFormat, generation }), { sync: true });
}
