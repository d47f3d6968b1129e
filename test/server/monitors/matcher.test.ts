/** What a search finds in one row. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { matcher } from "../../../server/monitors/matcher.ts";

const row = { topic: "zeek.dns.query", name: "DNS::LOG", text: '10.0.0.1, "Example.ORG", 53/udp' };
const plain = (text: string, matchCase = false) => matcher({ text, matchCase, isRegex: false })(row);
const regex = (text: string, matchCase = false) => matcher({ text, matchCase, isRegex: true })(row);

test("looks in topic, name and text", () => {
  expect([plain("dns.query"), plain("dns::log"), plain("example.org"), plain("nowhere")]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect([regex("^zeek\\."), regex("::log$"), regex("53/(udp|tcp)"), regex("^53")]).toEqual([true, true, true, false]);
});

test("respects upper and lower case when asked to", () => {
  expect([plain("Example.ORG", true), plain("example.org", true)]).toEqual([true, false]);
  expect([regex("Example", true), regex("example", true)]).toEqual([true, false]);
});

test("plain text is no pattern", () => {
  expect([plain("10.0.0.1"), plain("10.0.0.*"), plain("(")]).toEqual([true, false, false]);
});

test("a wrong regular expression is refused in words", () => {
  expect(() => matcher({ text: "(a", matchCase: false, isRegex: true })).toThrowError(/Unterminated group/);
  expect(() => matcher({ text: "*", matchCase: false, isRegex: true })).toThrowError(
    expect.objectContaining({ code: "BAD_ARGUMENT" }),
  );
});

test("finds the same in the ten thousandth topic as in the first", () => {
  const word = fc.constantFrom("dns", "DNS", "conn", "a", "");
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ ...row, topic: `topic.${n}` }));
  fc.assert(
    fc.property(word, (text) => {
      const isMatch = matcher({ text, matchCase: true, isRegex: false });
      const again = [...rows, ...rows].map(isMatch);
      expect(again.slice(0, rows.length)).toEqual(again.slice(rows.length));
    }),
    { numRuns: 5 },
  );
});
