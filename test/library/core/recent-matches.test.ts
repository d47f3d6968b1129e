import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import { PatternIndex } from "../../../library/core/pattern-index.ts";
import { RecentMatches } from "../../../library/core/recent-matches.ts";

describe("RecentMatches", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), minLength: 1, maxLength: 4 });
  const topic = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 4 });

  it("answers as its index does, however that changes in between", () => {
    const step = fc.record({ removed: fc.boolean(), pattern: text, topics: fc.array(topic, { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const index = new PatternIndex<string>();
        const recent = new RecentMatches(index);
        for (const { removed, pattern, topics } of steps) {
          if (removed) index.remove(pattern, pattern);
          else index.add(pattern, pattern);
          for (const each of topics) expect([...recent.match(each)].sort()).toEqual(index.match(each).sort());
        }
      }),
    );
  });

  it("asks the index once for a topic, until that changes", () => {
    const index = new PatternIndex<string>();
    index.add("a.*", "entry");
    const recent = new RecentMatches(index);
    expect(recent.match("a.b")).toBe(recent.match("a.b"));
    const before = recent.match("a.b");
    index.add("b", "other");
    expect(recent.match("a.b")).not.toBe(before);
  });

  it("forgets, rather than remember more topics than it may", () => {
    const index = new PatternIndex<string>();
    index.add("*", "entry");
    const recent = new RecentMatches(index);
    const first = recent.match("topic");
    for (let i = 1; i < limits.recentTopics; i++) recent.match(`topic${i}`);
    expect(recent.match("topic")).toBe(first);
    recent.match("one more");
    expect(recent.match("topic")).not.toBe(first);
    expect(recent.match("topic")).toEqual(["entry"]);
  });
});
