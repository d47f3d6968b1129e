/**
 * Numbers, texts and bytes packed one behind the other, and read again.
 *
 * Invariant: what was packed is read back as it was; bytes that end too early or make no sense are `CORRUPT`, never a
 * wrong value and never more memory than they have bytes. Knows nothing of what the numbers mean.
 */
import { SwitchyardError } from "../core/errors.ts";

const firstBytes = 4096;

/** Packs into a buffer that grows. */
export class Packer {
  bytes: Buffer = Buffer.allocUnsafe(firstBytes);
  length = 0;

  /** A copy of what was packed so far. */
  taken(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, the lowest first. */
  whole(value: number): void {
    this.room(8);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** The lower 64 bits. */
  wide(value: bigint): void {
    this.room(8);
    this.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.length);
    this.length += 8;
  }

  double(value: number): void {
    this.room(8);
    this.bytes.writeDoubleLE(value, this.length);
    this.length += 8;
  }

  /** As UTF-8, behind its length in bytes. */
  text(value: string): void {
    if (value.length < 0x80 / 3) {
      this.#shortText(value);
      return;
    }
    const length = Buffer.byteLength(value);
    this.whole(length);
    this.room(length);
    this.length += this.bytes.write(value, this.length);
  }

  /** Three bytes a unit at most, so the length takes one byte whatever it will be. */
  #shortText(value: string): void {
    this.room(0x80);
    const { bytes } = this;
    const start = this.length + 1;
    const written = bytes.write(value, start);
    bytes[this.length] = written;
    this.length = start + written;
  }

  /** Behind their length. */
  blob(value: Uint8Array): void {
    this.whole(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    this.room(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Makes room for so many more bytes. */
  room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + more));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/** What Node's types leave out: `toString("utf8", …)` without the look-up of the encoding, which costs as much again. */
type NodeBuffer = Buffer & { utf8Slice(start: number, end: number): string };

/** Reads what a `Packer` packed. Every method but `left` throws `CORRUPT` where the bytes end too early. */
export class Unpacker {
  readonly bytes: NodeBuffer;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    const isBuffer = bytes instanceof Buffer;
    this.bytes = (isBuffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as NodeBuffer;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    return this.bytes[this.#take(1)]!;
  }

  whole(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : malformed("a number beyond 2^53");
    }
    return malformed("a number without its end");
  }

  wide(): bigint {
    return this.bytes.readBigUInt64LE(this.#take(8));
  }

  wideInt(): bigint {
    return this.bytes.readBigInt64LE(this.#take(8));
  }

  double(): number {
    return this.bytes.readDoubleLE(this.#take(8));
  }

  text(): string {
    const length = this.whole();
    const start = this.#take(length);
    return this.bytes.utf8Slice(start, start + length);
  }

  /** A copy. */
  blob(): Uint8Array {
    const length = this.whole();
    const start = this.#take(length);
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  /** How many things follow, each of which takes a byte at least. */
  count(): number {
    const count = this.whole();
    return count <= this.left ? count : malformed("more than there is room for");
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): number {
    const start = this.at;
    if (length > this.end - start) return malformed("a record that ends too early");
    this.at = start + length;
    return start;
  }
}

export function malformed(what: string): never {
  throw new SwitchyardError("CORRUPT", what);
}
