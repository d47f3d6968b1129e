import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../library/core/fingerprints.ts";
import { Landmarks, landmarkKey, landmarkRanks } from "../../../library/core/landmarks.ts";
import { matches, segmented } from "../../../library/core/pattern.ts";

const ranks = Array.from({ length: landmarkRanks }, (_, rank) => rank);

function keysOf(pattern: string): (number | undefined)[] {
  return ranks.map((rank) => landmarkKey(segmented(pattern), rank));
}

describe("landmarkKey", () => {
  it("is that of the prefix, the suffix and the longest literal between stars, the first of several", () => {
    expect(keysOf("a*b")).toEqual([fingerprint("a"), fingerprint("b"), undefined]);
    expect(keysOf("*")).toEqual([fingerprint(""), fingerprint(""), undefined]);
    expect(keysOf("a**")).toEqual([fingerprint("a"), fingerprint(""), undefined]);
    expect(keysOf("*x*yyy*zzz**")).toEqual([fingerprint(""), fingerprint(""), fingerprint("yyy")]);
  });
});

describe("Landmarks", () => {
  const unit = fc.constantFrom("a", "b", ".", "ä");
  const pattern = fc
    .string({ unit: fc.oneof(unit, fc.constant("*")), minLength: 1, maxLength: 8 })
    .map((text) => (text.includes("*") ? text : `${text}*`));
  const topic = fc.string({ unit, minLength: 1, maxLength: 12 });

  it("misses no pattern that matches, also after others were counted out", () => {
    const counted = fc.array(fc.record({ pattern, kept: fc.boolean() }), { minLength: 20, maxLength: 60, size: "max" });
    fc.assert(
      fc.property(counted, topic, (patterns, text) => {
        const landmarks = new Landmarks();
        for (const each of patterns) landmarks.count(segmented(each.pattern), 1);
        for (const each of patterns) if (!each.kept) landmarks.count(segmented(each.pattern), -1);
        landmarks.read(text);
        for (const each of patterns) {
          if (!each.kept || !matches(each.pattern, text)) continue;
          for (const rank of ranks) {
            const key = landmarkKey(segmented(each.pattern), rank);
            if (key !== undefined) expect(landmarks.keys(rank, 1_000)?.has(key)).toBe(true);
          }
        }
      }),
    );
  });

  it("looks only where a counted landmark can stand", () => {
    const landmarks = new Landmarks();
    landmarks.count(segmented("a.*"), 1);
    landmarks.count(segmented("*.c"), 1);
    landmarks.read("a.b.c");
    expect(landmarks.keys(0, 1_000)).toEqual(new Set(["", "a.", "a.b."].map(fingerprint)));
    expect(landmarks.keys(1, 1_000)).toEqual(new Set(["", ".c", ".b.c"].map(fingerprint)));
    landmarks.count(segmented("a.*"), -1);
    landmarks.read("a.b.c");
    expect(landmarks.keys(0, 1_000)).toEqual(new Set([fingerprint("")]));
  });

  it("says so where there is too much to work out", () => {
    const landmarks = new Landmarks();
    for (const each of ["*b*", "*bb*", "*bbb*"]) landmarks.count(segmented(each), 1);
    landmarks.read("abab");
    expect(landmarks.keys(2, 11)).toBeUndefined();
    expect(landmarks.keys(2, 12)).toEqual(new Set(["b", "ba", "bab"].map(fingerprint)));
  });
});
