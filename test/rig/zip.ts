/**
 * Reads the table of contents of a zip file, which a VSIX is, and the files in it.
 *
 * Knows the parts of the format that vsce writes: stored and deflated entries, below 4 GB.
 */
import { inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly path: string;
  readonly bytes: number;
  content(): Buffer;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;

export function readZip(file: Buffer): readonly ZipEntry[] {
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || file.readUInt32LE(end) !== endSignature) throw new Error("no zip file");
  const count = file.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = file.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (file.readUInt32LE(at) !== entrySignature) throw new Error("a broken table of contents");
    const pathBytes = file.readUInt16LE(at + 28);
    entries.push(readEntry(file, at, pathBytes));
    at += 46 + pathBytes + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return entries;
}

function readEntry(file: Buffer, at: number, pathBytes: number): ZipEntry {
  const isDeflated = file.readUInt16LE(at + 10) === 8;
  const packedBytes = file.readUInt32LE(at + 20);
  const header = file.readUInt32LE(at + 42);
  return {
    path: file.toString("utf8", at + 46, at + 46 + pathBytes),
    bytes: file.readUInt32LE(at + 24),
    content: () => {
      const start = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28);
      const packed = file.subarray(start, start + packedBytes);
      return isDeflated ? inflateRawSync(packed) : packed;
    },
  };
}
