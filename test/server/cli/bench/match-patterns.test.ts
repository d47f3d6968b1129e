import { expect, test } from "vitest";
import { matches } from "../../../../library/core/pattern.ts";
import { ownWildcards, patternsFor, qlobberWildcards, topicsFor } from "../../../../server/cli/bench/match-patterns.ts";

const counts = [1_000, 20_000];

test.each(counts)("%i patterns are all different, of the kinds that they should be", (count) => {
  const patterns = patternsFor(count, ownWildcards);
  expect(new Set(patterns).size).toBe(count);
  expect(patterns.filter((pattern) => !pattern.includes("*")).length).toBe(count * 0.7);
  expect(patterns.filter((pattern) => pattern.endsWith(".*")).length).toBe(count * 0.1);
});

test.each(counts)("a topic meets three or four of %i patterns, the same ones of ours as of qlobber's", (count) => {
  const [own, others] = [patternsFor(count, ownWildcards), patternsFor(count, qlobberWildcards)];
  const topics = topicsFor(count);
  expect(new Set(topics).size).toBe(topics.length);
  for (const topic of topics.slice(0, 50)) {
    const found = own.flatMap((pattern, i) => (matches(pattern, topic) ? [i] : []));
    expect([3, 4]).toContain(found.length);
    expect(others.flatMap((pattern, i) => (matchesByLevel(pattern, topic) ? [i] : []))).toEqual(found);
  }
});

/** As qlobber does: `*` is one level, `#` at the end all that follow. */
function matchesByLevel(pattern: string, topic: string): boolean {
  const [levels, texts] = [pattern.split("."), topic.split(".")];
  const isOpen = levels.at(-1) === "#";
  if (isOpen) levels.pop();
  if (isOpen ? levels.length > texts.length : levels.length !== texts.length) return false;
  return levels.every((level, i) => level === "*" || level === texts[i]);
}
