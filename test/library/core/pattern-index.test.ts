import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../library/core/fingerprints.ts";
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
    const found = sorted(index.match("a.b")).map((entry) => patterns[entry]);
    expect(found).toEqual(patterns.filter((pattern) => matches(pattern, "a.b")));
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
          else for (const each of [index, naive]) each.add(pattern, entry);
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

  it("finds what it should among 100 000 patterns, and nothing once they are gone", () => {
    // Every pattern of a kind is one of 20 000; a topic of numbers i, j meets exactly one of each.
    const kinds: ((i: number) => string)[] = [
      (i) => `site${i % 200}.sensor${Math.floor(i / 200)}.conn.log`, // exact
      (i) => `site${i % 200}.sensor${Math.floor(i / 200)}.*`, // by prefix
      (i) => `*.item${i}.log`, // by suffix
      (i) => `site${i % 5}.*.item${i}.log`, // few prefixes, told apart by suffix
      (i) => `*.kind${i}.*`, // by what stands between
    ];
    const patterns = kinds.flatMap((kind) => Array.from({ length: 20_000 }, (_, i) => kind(i)));
    const index = indexOf(patterns);
    expect(index.size).toBe(100_000);

    const found = (topic: string) => sorted(index.match(topic)).map((entry) => patterns[entry]);
    for (let i = 0; i < 20_000; i += 7) {
      const [site, sensor] = [i % 200, Math.floor(i / 200)];
      const node = `site${site}.sensor${sensor}`;
      expect(found(`${node}.conn.log`)).toEqual([`${node}.conn.log`, `${node}.*`]);
      expect(found(`site${i % 5}.kind${i}.item${i}.log`)).toEqual([
        `*.item${i}.log`,
        `site${i % 5}.*.item${i}.log`,
        `*.kind${i}.*`,
      ]);
    }
    expect(found("elsewhere.conn.log")).toEqual([]);

    patterns.forEach((pattern, entry) => {
      index.remove(pattern, entry);
    });
    expect([index.size, ...index, ...index.match("site1.kind1.item1.log")]).toEqual([0]);
  });

  const a = (count: number): string => "a".repeat(count);
  it.each<[string, (i: number) => string]>([
    ["a long prefix in common and 8 stars", (i) => `${a(900)}${i % 60}*${i % 7}*b*c*d*e*f*g*`],
    ["prefixes within prefixes", (i) => `${a(i)}*${i % 10}*`],
    ["suffixes within suffixes", (i) => `*${i % 10}*${a(i)}`],
    ["prefixes and suffixes that meet", (i) => `${a(i % 30)}*${a(Math.floor(i / 30) * 30)}`],
    ["the same letter between all stars", (i) => `*a*aa*a*${a(i % 40)}*a*a*${i % 11}*`],
    ["long literals that nearly repeat", (i) => `*${a(300 + (i % 30))}b${a(Math.floor(i / 30))}*`],
  ])("answers as the definition does to hostile patterns with %s", (_, patternOf) => {
    const [index, naive] = [new PatternIndex<number>(), new NaiveIndex()];
    for (let i = 0; i < 1000; i++) for (const each of [index, naive]) each.add(patternOf(i), i);
    const topics = [
      a(20),
      a(500),
      a(1024),
      `${a(910)}7bcdefg`,
      `${a(900)}55bcdefg`,
      `${a(499)}b${a(499)}`,
      `7${a(600)}`,
    ];
    for (const topic of topics) expect(sorted(index.match(topic))).toEqual(naive.match(topic));
  });

  it("tells literals apart whose fingerprints collide", () => {
    const [one, other] = ["qcmdulz", "gxfuser"];
    expect(fingerprint(one)).toBe(fingerprint(other));
    const patterns = [one, other].flatMap((literal) => [
      `${literal}*`,
      `*${literal}`,
      `*${literal}*`,
      `x*${literal}*x`,
    ]);
    const index = indexOf([...patterns, ...Array.from({ length: 100 }, (_, i) => `${i}*`), "*x", "x*"]);
    for (const topic of [one, other, `${one}${other}`, `x${one}x`, `x${other}x`, `${other}x`, `x${one}`]) {
      const expected = [...index].filter(([pattern]) => matches(pattern, topic)).map(([, entry]) => entry);
      expect(sorted(index.match(topic))).toEqual(sorted(expected));
    }
  });

  it("costs few bytes for each pattern, and none for those removed", () => {
    const groups = Array.from({ length: 10_000 }, (_, group) => `group${group}.`);
    const passing = groups.flatMap((group) => Array.from({ length: 12 }, (_, i) => `${group}*.item${i}`));
    const lasting = groups.map((group) => `${group}*`);
    const [full, fullBytes] = measured(() => indexOf([...lasting, ...passing]));
    const [, removedBytes] = measured(() => {
      passing.forEach((pattern, i) => {
        full.remove(pattern, lasting.length + i);
      });
    });

    expect(full.size).toBe(10_000);
    expect(fullBytes / 130_000).toBeLessThan(250);
    // A thirteenth is left. A Map that once was larger may stay larger than it need be; branches left would be far more.
    expect(fullBytes + removedBytes).toBeLessThan(fullBytes / 5);
  });
});

/** What `run` gives, and by how many bytes the heap has grown meanwhile. */
function measured<T>(run: () => T): [result: T, bytes: number] {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const result = run();
  collect();
  return [result, process.memoryUsage().heapUsed - before];
}
