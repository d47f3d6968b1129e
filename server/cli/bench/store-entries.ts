/** What the stores of the benchmarks hold: the same keys and values for every contestant. */
import { SwitchyardError } from "../../../library/index.ts";

export const storeTopic = "bench/store";

export interface Pair {
  readonly key: string;
  readonly value: string;
}

/** Values begin with their running number; they have 100 bytes, or, small, no more than that. `first`: number of the first. */
export function pairs(count: number, valueBytes: number, first = 0): readonly Pair[] {
  return Array.from({ length: count }, (_, i) => {
    return { key: whole(keyAt(first + i)), value: whole(`${first + i} `.padEnd(valueBytes, "xyzw")) };
  });
}

/**
 * The text in one piece, as a socket or JSON gives it. V8 puts texts together only when they are read, so to make these
 * would be a fifth of the work of whoever puts them.
 */
function whole(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** A string of its own each time. */
export function keyAt(i: number): string {
  return `key/${String(i).padStart(8, "0")}`;
}

/** The running numbers of values, added up. */
export function sumOfValues(values: Iterable<unknown>): number {
  let sum = 0;
  for (const value of values) {
    if (typeof value !== "string") throw new SwitchyardError("INTERNAL", "void: a value that is no string");
    sum += Number.parseInt(value, 10);
  }
  return sum;
}

/** The first in fresh processes, the second in the same ones, warm. */
export const putPasses = 2;

/** Puts under way; a program that waits for each by itself would measure round trips. */
const inFlight = 1_000;
/** Looked at in such steps. */
const step = 250;

/** Puts all, about a thousand of them under way at a time. */
export async function putAll(all: readonly Pair[], put: (pair: Pair) => Promise<unknown>): Promise<void> {
  const marks: Promise<unknown>[] = [];
  let last: Promise<unknown> | undefined;
  for (let i = 0; i < all.length; i++) {
    last = put(all[i]!);
    if (i % step !== step - 1) continue;
    marks.push(last);
    if (marks.length >= inFlight / step) await marks.shift();
  }
  await last;
}

/** Resolves when it is so; looks every millisecond, for contestants that cannot tell. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 1));
}
