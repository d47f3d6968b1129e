import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SwitchyardError } from "../../../../library/core/errors.ts";
import { limits } from "../../../../library/core/limits.ts";
import {
  addr,
  count,
  enumValue,
  equal,
  formatValue,
  interval,
  parseValue,
  parseValues,
  readValue,
  subnet,
  typeOf,
} from "../../../../library/core/values/index.ts";
import { scalars, values } from "./arbitrary.ts";

test("every value is read back from its text, exactly", () => {
  fc.assert(
    fc.property(values(), (value) => {
      const read = parseValue(formatValue(value));
      assert.deepEqual(read, value); // tells -0 from 0
      assert.ok(equal(read, value));
      assert.equal(formatValue(read), formatValue(value));
    }),
    { numRuns: 2000 },
  );
});

test("every scalar is read back from its text, exactly", () => {
  fc.assert(
    fc.property(scalars(), (value) => assert.deepEqual(parseValue(formatValue(value)), value)),
    { numRuns: 3000 },
  );
});

test("a value ends where its text ends, whatever follows it in a container", () => {
  fc.assert(
    fc.property(values(2), fc.constantFrom("", ", 1", "]", "}", "-> 2", " -> 2", "  x"), (value, behind) => {
      const text = formatValue(value);
      assert.deepEqual(readValue(`  ${text}${behind}`, 1), { value, end: 2 + text.length });
    }),
  );
});

test("no text makes the reader throw or report a place outside of it", () => {
  const pieces = fc.constantFrom(
    "[",
    "]",
    "{",
    "}",
    "->",
    ",",
    "-",
    "1",
    ".",
    ":",
    "::",
    "/",
    '"',
    "\\x",
    "e5",
    "T",
    " ",
    "min",
    "ab",
    "\ud800",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((all) => all.join("")),
      ),
      (text) => {
        const read = readValue(text, 0);
        if ("error" in read) assert.ok(read.position >= 0 && read.position <= text.length && read.error.length > 0);
        else assert.ok(equal(parseValue(text.slice(0, read.end)), read.value));
      },
    ),
    { numRuns: 5000 },
  );
});

describe("what else is read, and what it prints as", () => {
  test.each([
    [" 42 ", "42"],
    ["007", "7"],
    ["-0", "+0"],
    ["+4.5", "4.5"],
    ["1E3", "1000.0"],
    ["+inf", "inf"],
    ["2001:db8::1", "[2001:db8::1]"],
    ["2001:DB8:0:0:0:0:0:1", "[2001:db8::1]"],
    ["::", "[::]"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["[::ffff:10.0.0.0]/104", "10.0.0.0/8"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["fe80:1:2:3:4:5:6:7", "[fe80:1:2:3:4:5:6:7]"],
    ["fe80::1", "[fe80::1]"],
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["2001:db8:1::/32", "[2001:db8::]/32"],
    ["5min", "5 min"],
    ["5 mins", "5 min"],
    ["1.5 hrs", "90 min"],
    ["+1 day", "1 day"],
    ["48 hr", "2 days"],
    ["0 days", "0 secs"],
    ["-0.25 sec", "-250 msecs"],
    ["1521911720.865716 secs", "1521911720.865716 secs"],
    ["2018-03-24T17:15:20.600Z", "2018-03-24T17:15:20.6Z"],
    ['"\\x41\\xc3\\xa9"', '"Aé"'],
    ['"\ttab"', '"\\ttab"'],
    ["[1,2 , 3]", "[1, 2, 3]"],
    ["{ 1, 1 }", "{1}"],
    ["{0.0, -0.0}", "{0.0}"],
    ["{->}", "{->}"],
    ["{ -> }", "{->}"],
    ["{}", "{}"],
    ["{-->-}", "{- -> -}"],
    ["{1->2,3->4}", "{1 -> 2, 3 -> 4}"],
    ["[2001:db8::1]", "[2001:db8::1]"],
    ["[[2001:db8::1]]", "[[2001:db8::1]]"],
    ["[ab::cd]", "[ab::cd]"],
    ["[ ab::cd]", "[ ab::cd]"],
    ["[\n  1,\r\n\t2\n]", "[1, 2]"],
  ])("%s", (text, printed) => {
    expect(formatValue(parseValue(text))).toBe(printed);
  });

  test("names and addresses that look alike", () => {
    expect(parseValue("ab::cd")).toEqual(enumValue("ab::cd"));
    expect(parseValue("[ab::cd]")).toEqual(addr("ab::cd"));
    expect(parseValue("[ ab::cd]")).toEqual([enumValue("ab::cd")]);
    expect(parseValue("[ab::]/16")).toEqual(subnet("ab::/16"));
  });

  test("a line of blanks is an empty list, and a list is separated by commas", () => {
    expect(parseValues("  ")).toEqual([]);
    expect(parseValues('"a, b", 10.0.0.1 ,5 min')).toEqual(["a, b", addr("10.0.0.1"), interval("5 min")]);
    expect(parseValues("-")).toEqual([null]);
  });
});

describe("mistakes are told with the column and what was expected", () => {
  test.each([
    ["", 'at 1: expected a value such as 42, "text" or 10.0.0.1'],
    ["  ?", 'at 3: expected a value such as 42, "text" or 10.0.0.1'],
    ["1 2", "at 3: expected the end"],
    ["[1, 2", 'at 6: expected "]" or ","'],
    ["[1 2]", 'at 4: expected "]" or ","'],
    ["[1, ]", 'at 5: expected a value such as 42, "text" or 10.0.0.1'],
    ["{1, 2 -> 3}", 'at 7: expected "}" or ","'],
    ["{1 -> 2, 3}", 'at 11: expected "->"'],
    ["{1 -> 2,  1 -> 3}", "at 11: expected a key that is not there yet"],
    ["{-> 1}", 'at 5: expected "}"'],
    ['"abc', 'at 5: expected a closing "'],
    ['"abc\ndef"', 'at 5: expected a closing "'],
    ['"a\\q"', 'at 3: expected \\", \\\\, \\n, \\r, \\t or \\xHH'],
    ['"a\\x4"', 'at 3: expected \\", \\\\, \\n, \\r, \\t or \\xHH'],
    ['"a\ud800b"', "at 1: expected whole characters, found half of a surrogate pair"],
    ["18446744073709551616", "at 1: expected a count of 64 bits"],
    ["+9223372036854775808", "at 1: expected an int of 64 bits"],
    ["1e999", "at 1: expected a double below 1.8e308, or inf"],
    ["4.", "at 2: expected the end of the value"],
    ["42abc", "at 3: expected the end of the value"],
    ["10.0.0.256", "at 1: expected an address such as 10.0.0.1 or a subnet such as 10.0.0.0/8"],
    ["10.0.0.01", "at 1: expected an address such as 10.0.0.1 or a subnet such as 10.0.0.0/8"],
    ["10.0.0.0/33", "at 1: expected an address such as 10.0.0.1 or a subnet such as 10.0.0.0/8"],
    ["10.0.0.1:80", "at 9: expected the end of the value"],
    ["1::2::3", "at 1: expected an address such as [2001:db8::1] or a subnet such as [2001:db8::]/32"],
    ["[::1]/129", "at 1: expected an address such as [2001:db8::1] or a subnet such as [2001:db8::]/32"],
    ["65536/tcp", "at 1: expected a port such as 80/tcp: 0 to 65535, and tcp, udp, icmp or unknown"],
    ["80/TCP", "at 1: expected a port such as 80/tcp: 0 to 65535, and tcp, udp, icmp or unknown"],
    ["0.0001 usecs", "at 1: expected an interval exact to 0.001 usecs, of at most 292 years"],
    ["106752 days", "at 1: expected an interval exact to 0.001 usecs, of at most 292 years"],
    [
      "2018-02-30T00:00:00Z",
      "at 1: expected a time such as 2018-03-24T17:15:20.600843Z, within 1677-09-21 to 2262-04-11",
    ],
    ["Notice::", 'at 1: expected a value such as 42, "text" or 10.0.0.1'],
  ])("%s", (text, message) => {
    const failure = failureOf(() => parseValue(text));
    expect(failure.code).toBe("BAD_VALUE");
    expect(failure.message).toBe(`${message}: not a value; see the text form of values`);
    const [, column] = /^at (\d+): /.exec(message) ?? [];
    const read = readValue(text, 0);
    if ("error" in read) expect(read.position + 1).toBe(Number(column));
  });

  test("in lists, too", () => {
    expect(failureOf(() => parseValues("1, 2 3")).message).toMatch(/^at 6: expected the end or ","/);
    expect(failureOf(() => parseValues("1,")).message).toMatch(/^at 3: expected a value/);
  });
});

describe("limits", () => {
  test("nesting", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(typeOf(parseValue(nested(limits.valueDepth)))).toBe("vector");
    expect(failureOf(() => parseValue(nested(limits.valueDepth + 1))).message).toMatch(/^at 65: expected at most 64 /);
    expect(failureOf(() => parseValue("[".repeat(1_000_000))).message).toMatch(/^at 65: expected at most 64 /);
  });

  test("elements", () => {
    const ones = "1,".repeat(limits.valueElements - 1);
    expect(parseValue(`[${ones}1]`)).toHaveLength(limits.valueElements);
    expect(failureOf(() => parseValue(`[${ones}1,1]`)).message).toMatch(/expected at most 1000000 elements/);
  });

  test("bytes of a string", () => {
    const longest = `"${"x".repeat(limits.stringBytes)}"`;
    expect(parseValue(longest)).toHaveLength(limits.stringBytes);
    expect(failureOf(() => parseValue(`"é${longest.slice(1)}`)).message).toMatch(
      /^at 1: expected at most 16777216 bytes/,
    );
  });

  test("long runs of digits and blanks take no long time", () => {
    for (const text of [
      "9".repeat(200_000),
      `1.${"9".repeat(200_000)} sec`,
      `5${" ".repeat(200_000)}x`,
      "1:".repeat(100_000),
    ]) {
      expect(() => parseValue(text)).toThrow(SwitchyardError);
    }
  });
});

test("counts are exact", () => {
  expect(parseValue("18446744073709551615")).toEqual(count(2n ** 64n - 1n));
  expect(parseValue("9007199254740993")).toEqual(count(9007199254740993n));
});

function failureOf(action: () => unknown): SwitchyardError {
  try {
    action();
  } catch (error) {
    if (error instanceof SwitchyardError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
