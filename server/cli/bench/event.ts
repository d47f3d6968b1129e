/** The event of the benchmarks, as docs/benchmarks.md describes it: the same for every contestant. */
import { Address } from "../../../library/index.ts";

export const topic = "bench/events/peer01";
export const eventName = "conn_opened";

const poolSize = 1024;

/** Strings of 16 bytes, or of 980 for events of about a KiB. */
export function stringPool(bytes: number): readonly string[] {
  return Array.from({ length: poolSize }, (_, i) => `C${i}`.padEnd(bytes, "xyzw"));
}

export const addressPool: readonly Address[] = Array.from(
  { length: poolSize },
  (_, i) => new Address((0x0a00_0000 + i * 257) >>> 0),
);

export const addressTexts: readonly string[] = addressPool.map((address) => address.text);

/** Arguments differ from event to event; the subscriber adds up the first. */
export function pick<Item>(pool: readonly Item[], i: number): Item {
  return pool[i & (poolSize - 1)]!;
}

/** What the sum of the first arguments of `count` events must be. */
export function sumOf(count: number): number {
  return (count * (count - 1)) / 2;
}
