/**
 * What was acknowledged last, in a small file beside the database: so that what is missing at its end is known to be.
 *
 * Two slots are written in turns, each with a checksum, in place; so one is whole whatever happens, and a full disk does
 * no harm. Invariant: the file is never ahead of the database, in what it says to be synced as in what the operating
 * system has; it may be behind. Knows nothing of what is in the database.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

export interface Acknowledged {
  /** The machine's present life: what was not synced is gone when it is another one. */
  readonly boot: string;
  /** Whether the database was ever whole. */
  readonly isMade: boolean;
  /** Of the table; a replacement has one more. */
  readonly generation: number;
  /** The last segment that the operating system has. */
  readonly sequence: number;
  /** The last segment that is synced. */
  readonly synced: number;
  /** Segments from this one on were told to have failed, so they do not count; 0: there are none. */
  readonly voidFrom: number;
}

const slotBytes = 128;
const slotStride = 512;
const bootBytes = 48;
const at = {
  checksum: 0,
  counter: 4,
  isMade: 12,
  generation: 16,
  sequence: 24,
  synced: 32,
  voidFrom: 40,
  boot: 48,
} as const;

export class AcknowledgedFile {
  readonly #file: number;
  #counter: number;
  readonly #slot = Buffer.alloc(slotBytes);
  /** What the file says. */
  last: Acknowledged;

  private constructor(file: number, counter: number, last: Acknowledged) {
    this.#file = file;
    this.#counter = counter;
    this.last = last;
  }

  /** Makes the file, or takes it on. @throws what the operating system says */
  static open(path: string, last: Acknowledged): AcknowledgedFile {
    const found = readAcknowledged(path);
    const file = openSync(path, existsSync(path) ? "r+" : "w+", 0o600);
    const acknowledged = new AcknowledgedFile(file, found?.counter ?? 0, last);
    acknowledged.write(last);
    acknowledged.write(last); // both slots: an old one would be no help
    acknowledged.sync();
    return acknowledged;
  }

  write(next: Acknowledged): void {
    this.#counter += 1;
    const slot = this.#slot;
    slot.writeDoubleLE(this.#counter, at.counter);
    slot[at.isMade] = next.isMade ? 1 : 0;
    slot.writeDoubleLE(next.generation, at.generation);
    slot.writeDoubleLE(next.sequence, at.sequence);
    slot.writeDoubleLE(next.synced, at.synced);
    slot.writeDoubleLE(next.voidFrom, at.voidFrom);
    slot.fill(0, at.boot);
    slot.write(next.boot, at.boot, bootBytes, "latin1");
    slot.writeUInt32LE(crc32(slot.subarray(at.counter)), at.checksum);
    writeSync(this.#file, slot, 0, slotBytes, (this.#counter % 2) * slotStride);
    this.last = next;
  }

  sync(): void {
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What the file says; `undefined` when there is none, or none that is whole. */
export function readAcknowledged(
  path: string,
): { readonly counter: number; readonly said: Acknowledged; readonly isHalf: boolean } | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const slots = [0, slotStride].map((start) => readSlot(bytes.subarray(start, start + slotBytes)));
  const whole = slots.filter((slot) => slot !== undefined).sort((a, b) => b.counter - a.counter);
  return whole[0] === undefined ? undefined : { ...whole[0], isHalf: whole.length < 2 };
}

function readSlot(slot: Buffer): { readonly counter: number; readonly said: Acknowledged } | undefined {
  if (slot.length < slotBytes || crc32(slot.subarray(at.counter)) !== slot.readUInt32LE(at.checksum)) return undefined;
  const boot = slot.toString("latin1", at.boot, at.boot + bootBytes).replace(/\0+$/, "");
  const said: Acknowledged = {
    boot,
    isMade: slot[at.isMade] === 1,
    generation: slot.readDoubleLE(at.generation),
    sequence: slot.readDoubleLE(at.sequence),
    synced: slot.readDoubleLE(at.synced),
    voidFrom: slot.readDoubleLE(at.voidFrom),
  };
  return { counter: slot.readDoubleLE(at.counter), said };
}

/** Names this life of this machine; where the system does not tell, none: then only what is synced must be there. */
export function bootOf(file = "/proc/sys/kernel/random/boot_id"): string {
  try {
    return `${readBoot(file)}`;
  } catch {
    return "";
  }
}

function readBoot(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(bootBytes);
    return bytes.toString("latin1", 0, readSync(file, bytes)).trim();
  } finally {
    closeSync(file);
  }
}
