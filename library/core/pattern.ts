/**
 * One pattern: literal text in which each `*` stands for any run of characters, the empty one and separators included.
 *
 * Invariant: a pattern without a leading `.` matches no reserved topic, whatever its stars. Every question here is
 * answered by one greedy pass over the literal segments, so no pattern can make it backtrack.
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
  const firstStar = pattern.indexOf("*");
  if (firstStar < 0) return pattern === topic;
  if (isReserved(topic) && !isReserved(pattern)) return false;

  const lastStar = pattern.lastIndexOf("*");
  const suffixAt = topic.length - (pattern.length - lastStar - 1);
  if (firstStar > suffixAt) return false; // too short for prefix and suffix side by side
  if (!topic.startsWith(pattern.slice(0, firstStar)) || !topic.endsWith(pattern.slice(lastStar + 1))) return false;
  return firstStar === lastStar || segmentsOccur(pattern, firstStar, lastStar, topic, suffixAt);
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

/** Whether the segments between the two stars stand in `topic` in order, each as far left as it can, before `end`. */
function segmentsOccur(pattern: string, firstStar: number, lastStar: number, topic: string, end: number): boolean {
  let at = firstStar; // the prefix is as long as the index of its star
  for (let star = firstStar; star < lastStar; ) {
    const next = pattern.indexOf("*", star + 1);
    const segment = pattern.slice(star + 1, next);
    const found = topic.indexOf(segment, at);
    if (found < 0) return false;
    at = found + segment.length;
    if (at > end) return false;
    star = next;
  }
  return true;
}

function starFault(pattern: string): string | undefined {
  let stars = 0;
  for (let at = pattern.indexOf("*"); at >= 0; at = pattern.indexOf("*", at + 1)) stars++;
  return stars > limits.patternStars ? `has more than ${limits.patternStars} '*'` : undefined;
}
