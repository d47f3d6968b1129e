import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { covers, matches } from "../../../library/core/pattern.ts";
import { PatternIndex } from "../../../library/core/pattern-index.ts";

/** The definition: every pattern in turn. */
class NaiveIndex {
  readonly pairs = new Map<string, Set<number>>();

  add(pattern: string, entry: number): void {
    this.pairs.set(pattern, (this.pairs.get(pattern) ?? new Set()).add(entry));
  }

  remove(pattern: string, entry: number): boolean {
    return this.pairs.get(pattern)?.delete(entry) ?? false;
  }

  match(topic: string): number[] {
    const matching = [...this.pairs].filter(([pattern]) => matches(pattern, topic));
    return sorted(new Set(matching.flatMap(([, entries]) => [...entries])));
  }

  listed(): string[] {
    return [...this.pairs].flatMap(([pattern, entries]) => [...entries].map((entry) => `${pattern} ${entry}`)).sort();
  }
}

function sorted(entries: Iterable<number>): number[] {
  return [...entries].sort((a, b) => a - b);
}

function listed(index: PatternIndex<number>): string[] {
  return [...index].map(([pattern, entry]) => `${pattern} ${entry}`).sort();
}

function indexOf(patterns: Iterable<string>): PatternIndex<number> {
  const index = new PatternIndex<number>();
  let entry = 0;
  for (const pattern of patterns) index.add(pattern, entry++);
  return index;
}

describe("PatternIndex", () => {
  it("finds exact patterns, prefixes, suffixes, middles and all of these together", () => {
    const patterns = [
      "a.b",
      "a.*",
      "*.b",
      "*",
      "*.*",
      "a*b",
      "a.b*",
      "*a.b",
      "a*.*b",
      "**",
      "c.*",
      "*c*",
      ".a*",
      "a.b.*",
    ];
    const index = indexOf(patterns);
    const found = index.match("a.b").map((entry) => patterns[entry]);
    expect(found.sort()).toEqual(patterns.filter((pattern) => matches(pattern, "a.b")).sort());
    expect(found).toHaveLength(10);
  });

  it("gives an entry once, however many of its patterns match", () => {
    const index = new PatternIndex<string>();
    for (const pattern of ["a.b", "a.*", "*", "*b"]) index.add(pattern, "entry");
    expect(index.match("a.b")).toEqual(["entry"]);
    expect(index.size).toBe(4);
    index.remove("a.*", "entry");
    expect(index.match("a.b")).toEqual(["entry"]);
  });

  it("holds a pair once", () => {
    const index = new PatternIndex<string>();
    index.add("a.*", "entry");
    index.add("a.*", "entry");
    expect([index.size, index.generation]).toEqual([1, 1]);
    expect(index.remove("a.*", "entry")).toBe(true);
    expect(index.remove("a.*", "entry")).toBe(false);
    expect([...index, ...index.match("a.b")]).toEqual([]);
    expect([index.size, index.generation]).toEqual([0, 2]);
  });

  it("removes nothing but the very pair", () => {
    const index = new PatternIndex<string>();
    for (const pattern of ["a", "a.*"]) index.add(pattern, "kept");
    for (const pattern of ["a", "a.*", "a.b*", "*", "b"]) expect(index.remove(pattern, "other")).toBe(false);
    expect(index.remove("*", "kept")).toBe(false);
    expect([index.size, index.generation]).toEqual([2, 2]);
  });

  it("keeps reserved topics from patterns that do not begin with a '.'", () => {
    const index = indexOf(["*", "*node*", "*.x", "**", ".node.*", ".*", ".node.x"]);
    expect(sorted(index.match(".node.x"))).toEqual([4, 5, 6]);
  });

  it("finds the patterns that cover a pattern", () => {
    const patterns = ["*", "a.*", "a.b.*", "a.*.c", "*.c", "a.b", "b.*"];
    const index = indexOf(patterns);
    for (const pattern of patterns) {
      const covering = patterns.filter((other) => covers(other, pattern));
      expect(sorted(index.match(pattern))).toEqual(sorted(covering.map((other) => patterns.indexOf(other))));
    }
  });

  // Few letters and few entries, so that patterns share their landmarks, lists outgrow themselves and shrink again.
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "*"), minLength: 1, maxLength: 7 });
  const topic = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 9 });
  const change = fc.record({ removed: fc.boolean(), pattern: text, entry: fc.nat(3) });

  it("agrees with the definition through additions and removals", () => {
    const changes = fc.array(change, { maxLength: 200, size: "max" });
    fc.assert(
      fc.property(changes, fc.array(topic, { minLength: 5, maxLength: 20 }), (steps, topics) => {
        const [index, naive] = [new PatternIndex<number>(), new NaiveIndex()];
        for (const { removed, pattern, entry } of steps) {
          if (removed) expect(index.remove(pattern, entry)).toBe(naive.remove(pattern, entry));
          else index.add(pattern, entry), naive.add(pattern, entry);
        }
        expect(listed(index)).toEqual(naive.listed());
        expect(index.size).toBe(naive.listed().length);
        for (const each of topics) expect(sorted(index.match(each))).toEqual(naive.match(each));
      }),
      { numRuns: 150 },
    );
  });

  it("agrees with the definition while hundreds of patterns come and go", () => {
    const patterns = fc.uniqueArray(text, { minLength: 300, maxLength: 600, size: "max" });
    fc.assert(
      fc.property(patterns, fc.array(topic, { minLength: 10, maxLength: 20 }), (held, topics) => {
        const [index, naive] = [new PatternIndex<number>(), new NaiveIndex()];
        held.forEach((pattern, entry) => {
          index.add(pattern, entry);
          naive.add(pattern, entry);
        });
        for (const [entry, pattern] of held.entries()) {
          if (entry % 50 === 0) for (const each of topics) expect(sorted(index.match(each))).toEqual(naive.match(each));
          expect(index.remove(pattern, entry) && naive.remove(pattern, entry)).toBe(true);
        }
        expect([...index, ...topics.flatMap((each) => index.match(each))]).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
