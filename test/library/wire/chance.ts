/**
 * Chance from a seed, and what it does to bytes: the mistakes that a broken or hostile sender could make.
 *
 * `FUZZ=1000000 SEED=7 npx vitest run …` runs longer, or the very same again.
 */
import process from "node:process";

/** How many tries a fuzzing test makes. */
export function tries(usual: number): number {
  const { FUZZ } = process.env;
  return FUZZ === undefined ? usual : Number(FUZZ);
}

export const seed = Number(process.env["SEED"] ?? 20_261_123);

export class Chance {
  #state: number;

  constructor(from: number) {
    this.#state = from >>> 0;
  }

  /** Below `limit`, evenly. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(length).map(() => this.below(256));
  }
}

/** Markers of MessagePack, those included that the protocol has no use for. */
const markers = [
  ...[0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x92, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3],
  ...Array.from({ length: 32 }, (_, i) => 0xc0 + i),
  ...[0xe0, 0xff],
];

/** The bytes with a few mistakes in them. */
export function spoiled(bytes: Uint8Array, chance: Chance): Uint8Array {
  let result = Uint8Array.from(bytes);
  for (let left = 1 + chance.below(3); left > 0; left--) result = spoiledOnce(result, chance);
  return result;
}

function spoiledOnce(bytes: Uint8Array, chance: Chance): Uint8Array<ArrayBuffer> {
  const at = chance.below(bytes.length + 1);
  const result = Uint8Array.from(bytes);
  switch (chance.below(7)) {
    case 0:
      if (at < result.length) result[at]! ^= 1 << chance.below(8);
      return result;
    case 1:
      if (at < result.length) result[at] = chance.oneOf(markers);
      return result;
    case 2:
      return result.slice(0, at);
    case 3:
      return Uint8Array.from([...result.subarray(0, at), ...result.subarray(at + 1 + chance.below(8))]);
    case 4:
      return Uint8Array.from([...result.subarray(0, at), ...chance.bytes(1 + chance.below(6)), ...result.subarray(at)]);
    case 5: // a piece twice
      return Uint8Array.from([...result.subarray(0, at), ...result.subarray(chance.below(at + 1))]);
    default: // a length or number as large as can be
      result.fill(0xff, at, at + 1 + chance.below(8));
      return result;
  }
}
