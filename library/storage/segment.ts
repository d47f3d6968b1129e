/**
 * Segments: what a store writes, in numbered pieces that follow one another and are never changed.
 *
 * A batch is one or more segments, the last of which says so. Each has a checksum over all that it holds, and the
 * checksum of the segment before it: a chain. Invariant: a segment that is read is the one that was written in this
 * place, or `CORRUPT`. Knows nothing of where segments are kept.
 */
import { crc32 } from "node:zlib";
import type { Version } from "../core/store/change.ts";
import { malformed, Packer } from "./pack.ts";

export interface SegmentHeader {
  /** From 1, without a hole. */
  readonly sequence: number;
  /** Checksum of the segment before it; 0 for the first. */
  readonly previous: number;
  /** Segments before this one hold nothing that still counts, once this one is there. */
  readonly needed: number;
  readonly version: Version;
  /** Entries that there are after it. */
  readonly size: number;
  /** The last one of what is written in one go. */
  readonly isLast: boolean;
}

export interface Segment extends SegmentHeader {
  readonly bytes: Buffer;
  /** Its own checksum. */
  readonly checksum: number;
}

const at = { checksum: 0, previous: 4, isLast: 8, sequence: 9, needed: 17, epoch: 25, revision: 33, size: 41 } as const;

/** Where the records begin. */
export const headerBytes = 49;

/** A segment is closed when it has so many bytes; a larger value has one to itself. */
export const segmentBytes = 128 * 1024;

/** A packer with room for a header, to be filled with records and sealed. */
export function beginSegment(): Packer {
  const packer = new Packer();
  packer.length = headerBytes;
  return packer;
}

/** Closes a segment. The packer may be used for another one afterwards. */
export function sealSegment(packer: Packer, header: SegmentHeader): Segment {
  const bytes = packer.taken();
  bytes.writeUInt32LE(header.previous, at.previous);
  bytes[at.isLast] = header.isLast ? 1 : 0;
  bytes.writeDoubleLE(header.sequence, at.sequence);
  bytes.writeDoubleLE(header.needed, at.needed);
  bytes.writeDoubleLE(header.version.epoch, at.epoch);
  bytes.writeDoubleLE(header.version.revision, at.revision);
  bytes.writeDoubleLE(header.size, at.size);
  const checksum = crc32(bytes.subarray(at.previous));
  bytes.writeUInt32LE(checksum, at.checksum);
  packer.length = headerBytes;
  return { ...header, bytes, checksum };
}

/** @throws SwitchyardError `CORRUPT` when it is not whole */
export function openSegment(bytes: Buffer): Segment {
  if (bytes.length < headerBytes) malformed("a segment that ends too early");
  const checksum = bytes.readUInt32LE(at.checksum);
  if (crc32(bytes.subarray(at.previous)) !== checksum) malformed("a segment that does not fit its checksum");
  return {
    sequence: bytes.readDoubleLE(at.sequence),
    previous: bytes.readUInt32LE(at.previous),
    needed: bytes.readDoubleLE(at.needed),
    version: { epoch: bytes.readDoubleLE(at.epoch), revision: bytes.readDoubleLE(at.revision) },
    size: bytes.readDoubleLE(at.size),
    isLast: bytes[at.isLast] === 1,
    bytes,
    checksum,
  };
}
