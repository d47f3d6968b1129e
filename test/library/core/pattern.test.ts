import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { checkPattern, covers, matches, narrow, overlaps } from "../../../library/core/pattern.ts";

/** The definition, character by character, with every choice a star has tried. */
function matchesByDefinition(pattern: string, topic: string): boolean {
  if (topic.startsWith(".") && !pattern.startsWith(".")) return false;
  let reached = new Set([0]); // lengths of topic that the pattern read so far can have taken
  for (const unit of pattern) {
    const next = new Set<number>();
    for (const at of reached) {
      if (unit !== "*" && topic[at] === unit) next.add(at + 1);
      if (unit === "*") for (let end = at; end <= topic.length; end++) next.add(end);
    }
    reached = next;
  }
  return reached.has(topic.length);
}

/** Every text of 1 to `most` characters of the alphabet. */
function textsOver(alphabet: string, most: number): string[] {
  const texts = [""];
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? "";
    if (text.length < most) for (const unit of alphabet) texts.push(text + unit);
  }
  return texts.slice(1);
}

describe("checkPattern", () => {
  it.each(["a", "*", "a.*", "*.log", "a*b*c", ".node.*", "*".repeat(8), "é*"])("takes %j", (pattern) => {
    expect(() => checkPattern(pattern)).not.toThrow();
  });

  it.each([
    ["", "is empty"],
    ["*".repeat(9), "more than 8 '*'"],
    ["a".repeat(1025), "longer than 1024 bytes"],
    ["é*".repeat(400), "longer than 1024 bytes"],
    ["a*\ud800", "half a surrogate pair"],
  ])("refuses %j, which %s", (pattern, fault) => {
    expect(() => checkPattern(pattern)).toThrow(SwitchyardError);
    expect(() => checkPattern(pattern)).toThrow(fault);
    expect(() => checkPattern(pattern)).toThrow(expect.objectContaining({ code: "BAD_PATTERN" }));
  });
});

describe("matches", () => {
  it.each([
    ["a.b", "a.b"],
    ["*", "a"],
    ["*", "a.b.c"],
    ["a.*", "a."],
    ["a.*", "a.b.c"],
    ["a*", "a"],
    ["*.log", "dns.log"],
    ["a*b*c", "abc"],
    ["a*b*c", "a.bb.b.c.c"],
    ["*a*", "a"],
    ["**", "x"],
    [".node.*", ".node.x"],
    [".*", "."],
  ])("%j matches %j", (pattern, topic) => {
    expect(matches(pattern, topic)).toBe(true);
  });

  it.each([
    ["a.b", "a.c"],
    ["a.*", "a"],
    ["ab*ba", "aba"],
    ["a*b*b", "ab"],
    ["a*bc*c", "abc"],
    ["*.log", "dns.logs"],
    ["*", ".node.x"],
    ["*node*", ".node.x"],
    [".a*", "a"],
    ["a", "ab"],
  ])("%j does not match %j", (pattern, topic) => {
    expect(matches(pattern, topic)).toBe(false);
  });

  it("agrees with the definition", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "*"), minLength: 1, maxLength: 12 });
    const topic = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(pattern, topic, (p, t) => matches(p, t) === matchesByDefinition(p, t)),
      { numRuns: 5_000 },
    );
  });

  it("agrees with the definition where the pattern was cut out of the topic", () => {
    const units = fc.array(fc.tuple(fc.constantFrom("a", "b", "."), fc.boolean()), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(units, (cut) => {
        const topic = cut.map(([unit]) => unit).join("");
        const pattern = cut.map(([unit, kept]) => (kept ? unit : "*")).join("");
        return matches(pattern, topic) === matchesByDefinition(pattern, topic);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("two patterns", () => {
  // Big enough for the witnesses: "x" occurs in no pattern, and two patterns meet in a topic of 6 if they meet at all.
  const patterns = textsOver("ab.*", 4);
  const topics = textsOver("ab.x", 6);
  const matched = new Map(
    patterns.map((pattern) => [
      pattern,
      Uint8Array.from(topics, (topic) => Number(matchesByDefinition(pattern, topic))),
    ]),
  );

  function byDefinition(a: string, b: string): { covers: boolean; overlaps: boolean } {
    const [byA, byB] = [matched.get(a) ?? [], matched.get(b) ?? []];
    let [covered, met] = [true, false];
    for (let i = 0; i < byB.length; i++) {
      if (byB[i] === 1 && byA[i] === 0) covered = false;
      if (byB[i] === 1 && byA[i] === 1) met = true;
    }
    return { covers: covered, overlaps: met };
  }

  it("covers and overlaps are what every short topic says", () => {
    const wrong: string[] = [];
    for (let i = 0; i < patterns.length; i++) {
      for (let j = i % 7; j < patterns.length; j += 7) {
        const [a, b] = [patterns[i] ?? "", patterns[j] ?? ""];
        const truth = byDefinition(a, b);
        if (covers(a, b) !== truth.covers) wrong.push(`covers(${a}, ${b})`);
        if (overlaps(a, b) !== truth.overlaps) wrong.push(`overlaps(${a}, ${b})`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("narrow gives the covered one", () => {
    expect(narrow("a.*", "a.b.*")).toBe("a.b.*");
    expect(narrow("a.b", "*")).toBe("a.b");
    expect(narrow("a.*", "*.b")).toBeUndefined();
    expect(narrow("*", "**")).toBe("*");
    expect(narrow("*", ".node.*")).toBeUndefined();
  });
});
