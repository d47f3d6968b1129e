/**
 * One pattern: literal text in which each `*` stands for any run of characters, the empty one and separators included.
 *
 * Invariant: a pattern without a leading `.` matches no reserved topic, whatever its stars. Every question here is
 * answered by one greedy pass over the literal segments, so no pattern can make it try one star against another.
 * `covers` and `overlaps` speak of topics of any length. Knows nothing of who subscribed.
 */
import { SwitchyardError } from "./errors.ts";
import { limits } from "./limits.ts";
import { isReserved, quoted, textFault } from "./topic.ts";

/** @throws SwitchyardError `BAD_PATTERN` unless `pattern` is 1 to 1024 bytes of UTF-8 with at most 8 `*`. */
export function checkPattern(pattern: string): void {
  const fault = textFault(pattern) ?? starFault(pattern);
  if (fault !== undefined) throw new SwitchyardError("BAD_PATTERN", `pattern ${quoted(pattern)} ${fault}`);
}

/** Whether `pattern` matches `topic`; both are taken as checked. */
export function matches(pattern: string, topic: string): boolean {
  return pattern.includes("*") ? fits(segmented(pattern), topic) : pattern === topic;
}

/** A pattern with at least one `*`, taken apart once for many topics. */
export interface Segmented {
  readonly pattern: string;
  /** Where the first `*` stands, which is how long the literal prefix is. */
  readonly firstStar: number;
  /** Where the last `*` stands: the literal suffix follows it. */
  readonly lastStar: number;
  /** The literals between the stars, without the empty ones, in order. */
  readonly middles: readonly string[];
}

/** Takes `pattern` apart, which has a `*`. */
export function segmented(pattern: string): Segmented {
  const firstStar = pattern.indexOf("*");
  const lastStar = pattern.lastIndexOf("*");
  return { pattern, firstStar, lastStar, middles: middlesOf(pattern, firstStar, lastStar) };
}

/**
 * As `matches`. Prefix and suffix are compared last: where an index has picked a pattern by these, that is sure to
 * succeed, and of many patterns with the same long prefix only those that match pay for it.
 */
export function fits({ pattern, firstStar, lastStar, middles }: Segmented, topic: string): boolean {
  const suffixAt = topic.length - (pattern.length - lastStar - 1);
  if (firstStar === 0 && isReserved(topic)) return false;

  let at = firstStar;
  for (const middle of middles) {
    const found = topic.indexOf(middle, at); // the leftmost place leaves the most room for the rest
    if (found < 0) return false;
    at = found + middle.length;
  }
  // Comparing slices is the fastest way that the engine offers for long texts.
  return (
    at <= suffixAt && // prefix, middles and suffix stand side by side
    topic.slice(suffixAt) === pattern.slice(lastStar + 1) &&
    topic.slice(0, firstStar) === pattern.slice(0, firstStar)
  );
}

/**
 * Whether `a` matches every topic that `b` matches.
 *
 * A `*` in the text of `b` serves as a character that no literal of `a` can match. If `a` matches that text, its own
 * stars swallow those of `b`, whatever they stand for; if not, a topic with some unused character there is missed.
 */
export function covers(a: string, b: string): boolean {
  return matches(a, b);
}

/** Whether some topic is matched by both. */
export function overlaps(a: string, b: string): boolean {
  const [aFirst, bFirst] = [a.indexOf("*"), b.indexOf("*")];
  if (aFirst < 0) return matches(b, a);
  if (bFirst < 0) return matches(a, b);
  if (isReserved(a) !== isReserved(b)) return false;

  // Between prefix and suffix the stars leave room for the middles of both, one after the other.
  const [aTail, bTail] = [a.slice(a.lastIndexOf("*") + 1), b.slice(b.lastIndexOf("*") + 1)];
  const prefixesAgree = a.startsWith(b.slice(0, Math.min(aFirst, bFirst)));
  return prefixesAgree && (aTail.endsWith(bTail) || bTail.endsWith(aTail));
}

/** Of two patterns the one that the other covers, `a` where they are equivalent; `undefined` if neither does. */
export function narrow(a: string, b: string): string | undefined {
  if (covers(b, a)) return a;
  return covers(a, b) ? b : undefined;
}

const noMiddles: readonly string[] = [];

function middlesOf(pattern: string, firstStar: number, lastStar: number): readonly string[] {
  if (lastStar - firstStar < 2) return noMiddles; // by far the most patterns: they share one array
  return pattern
    .slice(firstStar + 1, lastStar)
    .split("*")
    .filter((middle) => middle !== "");
}

function starFault(pattern: string): string | undefined {
  let stars = 0;
  for (let at = pattern.indexOf("*"); at >= 0; at = pattern.indexOf("*", at + 1)) stars++;
  return stars > limits.patternStars ? `has more than ${limits.patternStars} '*'` : undefined;
}
