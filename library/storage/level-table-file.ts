/**
 * LevelDB's tables, read without LevelDB: it takes damaged blocks on trust, and ends the process over some of them.
 *
 * Blocks are not compressed, for databases are opened so. The layout is that of LevelDB's doc/table_format.md.
 * Invariant: a block is whole when it fits its checksum, and what is not is never looked into. Changes nothing.
 */
import { crc32c, unmasked } from "./crc32c.ts";

const footerBytes = 48;
const trailerBytes = 5;
const magic = 0xdb4775248b80fb57n;

/** Where a block is; its trailer is behind it. */
interface Handle {
  readonly start: number;
  readonly end: number;
}

/** A key and what stands there, in the order in which LevelDB wrote: `value` is `undefined` where it was removed. */
export interface Item {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
  readonly order: bigint;
}

/** The blocks with entries that are whole, and whether all is. */
export function readTable(bytes: Buffer): { readonly blocks: readonly Handle[]; readonly isWhole: boolean } {
  const none = { blocks: [], isWhole: false };
  const footer = bytes.length - footerBytes;
  if (footer < 0 || bytes.readBigUInt64LE(bytes.length - 8) !== magic) return none;
  const reader = new Varints(bytes, footer, bytes.length - 8);
  const metaindex = reader.handle();
  const index = reader.handle();
  if (index === undefined || !isWholeBlock(bytes, index)) return none;
  const blocks: (Handle | undefined)[] = [];
  for (const { value } of entriesOf(bytes, index)) blocks.push(new Varints(value, 0, value.length).handle());
  const whole = blocks.filter((block) => block !== undefined && isWholeBlock(bytes, block)) as Handle[];
  const isMetaWhole = metaindex !== undefined && isWholeBlock(bytes, metaindex);
  return { blocks: whole, isWhole: isMetaWhole && whole.length === blocks.length };
}

export function* itemsOf(bytes: Buffer, block: Handle): Generator<Item> {
  for (const { key, value } of entriesOf(bytes, block)) {
    if (key.length < 8) return;
    const tag = key.readBigUInt64LE(key.length - 8);
    yield { key: key.subarray(0, -8), value: (tag & 0xffn) === 1n ? value : undefined, order: tag >> 8n };
  }
}

function isWholeBlock(bytes: Buffer, { start, end }: Handle): boolean {
  const isInside = start >= 0 && end >= start + 4 && end + trailerBytes <= bytes.length;
  if (!isInside || bytes[end] !== 0) return false;
  return crc32c(bytes, start, end + 1) === unmasked(bytes.readUInt32LE(end + 1));
}

/** Each key shares its beginning with the one before it. */
function* entriesOf(
  bytes: Buffer,
  { start, end }: Handle,
): Generator<{ readonly key: Buffer; readonly value: Buffer }> {
  const restarts = end - 4 - 4 * bytes.readUInt32LE(end - 4);
  const reader = new Varints(bytes, start, restarts);
  let key = Buffer.alloc(0);
  while (reader.at < restarts) {
    const shared = reader.number();
    const ownLength = reader.number();
    const length = reader.number();
    const own = reader.at;
    if (shared > key.length || own + ownLength + length > restarts) return;
    key = Buffer.concat([key.subarray(0, shared), bytes.subarray(own, own + ownLength)]);
    reader.at = own + ownLength + length;
    yield { key, value: bytes.subarray(own + ownLength, reader.at) };
  }
}

/** Numbers of seven bits a byte, the lowest first. */
export class Varints {
  readonly #bytes: Buffer;
  readonly #end: number;
  at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  /** NaN where there is none: no comparison with it holds. */
  number(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 64 && this.at < this.#end; scale *= 0x80) {
      const byte = this.#bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    this.at = this.#end;
    return Number.NaN;
  }

  handle(): Handle | undefined {
    const start = this.number();
    const end = start + this.number();
    return Number.isSafeInteger(end) ? { start, end } : undefined;
  }

  /** Bytes behind their length. */
  bytes(): Buffer | undefined {
    const length = this.number();
    if (!(this.at + length <= this.#end)) return undefined;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
