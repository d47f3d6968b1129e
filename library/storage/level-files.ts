/**
 * LevelDB's files, as far as a copy of them needs to be made before LevelDB itself touches any.
 *
 * LevelDB rewrites its log when it opens, and leaves out without a word what is damaged there. So a database is looked at
 * in a copy first. Tables never change, nor do logs once LevelDB opens anew, so they are linked; the rest is small and
 * copied. Invariant: nothing of the original is changed, for a table is linked only where LevelDB knows it, and so never
 * writes another under its number.
 */
import { constants } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32c, unmasked } from "./crc32c.ts";
import { readTable, Varints } from "./level-table-file.ts";
import { malformed } from "./pack.ts";

const blockBytes = 32 * 1024;
const recordHeaderBytes = 7;
const FragmentType = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** Copies the database to a folder that is made. Returns what was found, in words. @throws SwitchyardError `CORRUPT` */
export async function copyForCheck(from: string, to: string): Promise<readonly string[]> {
  const names = await readdir(from);
  const manifest = await manifestOf(from, names);
  const { tables, nextFile } = readManifest(await readFile(join(from, manifest)));
  await mkdir(to, { recursive: true });
  await copyFile(join(from, "CURRENT"), join(to, "CURRENT"));
  await copyFile(join(from, manifest), join(to, manifest));
  const notices: string[] = [];
  for (const name of names) {
    const [, digits, ending] = /^(\d+)\.(log|ldb|sst)$/.exec(name) ?? [];
    if (ending === "log") {
      await linkOrCopy(join(from, name), join(to, name));
      const torn = readLog(await readFile(join(from, name))).tornBytes;
      if (torn > 0) notices.push(`${torn} bytes at the end of ${name} are no whole record, and were cut`);
    } else if (ending !== undefined && tables.has(Number(digits)) && Number(digits) < nextFile) {
      if (!readTable(await readFile(join(from, name))).isWhole) malformed(`the table ${name} is damaged`);
      await linkOrCopy(join(from, name), join(to, name));
    }
  }
  return notices;
}

async function manifestOf(folder: string, names: readonly string[]): Promise<string> {
  if (!names.includes("CURRENT")) malformed(`${folder} lacks its file CURRENT`);
  const manifest = (await readFile(join(folder, "CURRENT"), "latin1")).replace(/\n$/, "");
  if (!/^MANIFEST-\d+$/.test(manifest) || !names.includes(manifest)) malformed(`${folder} lacks its manifest`);
  return manifest;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/**
 * The records of one of LevelDB's logs, as far as they are whole, and how many bytes at its end are none. The layout is
 * that of LevelDB's doc/log_format.md; a damaged record takes the rest of its block with it, as in LevelDB.
 */
export function readLog(bytes: Buffer): { readonly records: readonly Buffer[]; readonly tornBytes: number } {
  const records: Buffer[] = [];
  let fragments: Buffer[] = [];
  let at = 0;
  let wholeUntil = 0;
  while (at + recordHeaderBytes <= bytes.length) {
    const left = blockBytes - (at % blockBytes);
    if (left < recordHeaderBytes) {
      at += left; // the rest of a block, where no header fits
      continue;
    }
    const length = bytes.readUInt16LE(at + 4);
    const type = bytes[at + 6]!;
    const end = at + recordHeaderBytes + length;
    if (type === 0 || end > bytes.length || unmasked(bytes.readUInt32LE(at)) !== crc32c(bytes, at + 6, end)) {
      fragments = [];
      at += left;
      continue;
    }
    if (type === FragmentType.full || type === FragmentType.first) fragments = [];
    else if (fragments.length === 0) {
      at = end; // its beginning is damaged
      continue;
    }
    fragments.push(bytes.subarray(at + recordHeaderBytes, end));
    at = end;
    if (type !== FragmentType.full && type !== FragmentType.last) continue;
    records.push(fragments.length === 1 ? fragments[0]! : Buffer.concat(fragments));
    fragments = [];
    wholeUntil = at;
  }
  return { records, tornBytes: bytes.length - wholeUntil };
}

/** What of a table file's entry in the manifest is told by which tag. */
const EditTag = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const;

/** The tables that a manifest names, and the number that the next file will have. @throws SwitchyardError `CORRUPT` */
export function readManifest(bytes: Buffer): { readonly tables: ReadonlySet<number>; readonly nextFile: number } {
  const tables = new Set<number>();
  let nextFile = 0;
  for (const record of readLog(bytes).records) {
    const edit = new Varints(record, 0, record.length);
    while (edit.at < record.length) {
      const tag = edit.number();
      if (tag === EditTag.nextFile) nextFile = Math.max(nextFile, edit.number());
      else if (tag === EditTag.comparator) edit.bytes();
      else if (tag === EditTag.logNumber || tag === EditTag.lastSequence || tag === EditTag.previousLog) edit.number();
      else if (tag === EditTag.compactPointer) {
        edit.number();
        edit.bytes();
      } else if (tag === EditTag.deletedFile) {
        edit.number();
        tables.delete(edit.number());
      } else if (tag === EditTag.newFile) {
        edit.number();
        tables.add(edit.number());
        edit.number();
        edit.bytes();
        edit.bytes();
      } else malformed("a manifest that makes no sense");
    }
  }
  return { tables, nextFile };
}
