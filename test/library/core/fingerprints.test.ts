import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fingerprints, fingerprint } from "../../../library/core/fingerprints.ts";

describe("Fingerprints", () => {
  it("gives every stretch the fingerprint that it has as a text of its own", () => {
    const fingerprints = new Fingerprints(); // one for all runs: nothing may be left of an earlier text
    const texts = fc.string({ unit: fc.constantFrom("a", "b", ".", "é", "日", "😀"), maxLength: 300 });
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), (text, one, other) => {
        const [start, end] = [one % (text.length + 1), other % (text.length + 1)].sort((a, b) => a - b);
        fingerprints.read(text);
        expect(fingerprints.of(start ?? 0, end ?? 0)).toBe(fingerprint(text.slice(start, end)));
      }),
    );
  });

  it("differs between texts that are alike", () => {
    const texts = [
      "",
      "a",
      "b",
      "aa",
      "ab",
      "ba",
      "\u0000",
      "\u0000\u0000",
      "a.b",
      "b.a",
      "a.b.",
      ".a.b",
      "site1",
      "site2",
    ];
    expect(new Set(texts.map(fingerprint)).size).toBe(texts.length);
  });

  it("is the same for the empty stretch wherever it stands", () => {
    const fingerprints = new Fingerprints();
    fingerprints.read("abc");
    expect([0, 1, 2, 3].map((at) => fingerprints.of(at, at))).toEqual([0, 0, 0, 0]);
  });
});
