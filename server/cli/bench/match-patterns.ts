/**
 * Patterns of four levels and topics that meet three or four of them, for our index and for qlobber.
 *
 * Of `count` patterns, 70 % are whole topics, 10 % end in a wildcard for all that follows, and 20 % have one for a single
 * level. Our `*` crosses separators, so `a.*.c.d` stands for one level only because all topics here have four.
 */

export interface Wildcards {
  /** For one level. */
  readonly one: string;
  /** For all levels that follow. */
  readonly rest: string;
}

export const ownWildcards: Wildcards = { one: "*", rest: "*" };
export const qlobberWildcards: Wildcards = { one: "*", rest: "#" };

/** Topics measured, at most; and of these the hot ones. */
const coldTopics = 20_000;
export const hotTopics = 256;

export function patternsFor(count: number, { one, rest }: Wildcards): readonly string[] {
  const tails = Math.round(count * 0.1);
  const singles = Math.round(count * 0.2);
  const patterns: string[] = [];
  for (let i = 0; i < count - tails - singles; i++) patterns.push(levels(i).join("."));
  for (let i = 0; i < tails; i++) patterns.push([...levels(i).slice(0, 3), rest].join("."));
  for (let i = 0; i < singles; i++) {
    const [a, b, c, d] = levels(Math.floor((i * 2) / 3));
    patterns.push(i % 3 === 0 ? [a, b, one, d].join(".") : [a, one, c, d].join("."));
  }
  return patterns.map(flat);
}

/**
 * Different topics in an order that follows no other: as many as the workload wants, where there are so many.
 * Each meets itself, one pattern with a tail, and one or two with a single level left open.
 */
export function topicsFor(count: number): readonly string[] {
  const tails = Math.round(count * 0.1);
  const step = 7_919; // a prime that divides no count of ours, so every topic comes up before any comes up again
  const topics = Array.from({ length: Math.min(coldTopics, tails) }, (_, i) => levels((i * step) % tails).join("."));
  return topics.map(flat);
}

/** Every number has its own site, sensor and kind together. */
function levels(i: number): readonly [string, string, string, string] {
  const kind = Math.floor(i / 100_000) * 10 + (i % 7);
  return [`site${i % 100}`, `sensor${Math.floor(i / 100) % 1000}`, `kind${kind}`, `item${i % 997}`];
}

/** A text glued together keeps its pieces in memory until it is first looked at; this one is made of one piece. */
function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
