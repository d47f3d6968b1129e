import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Address } from "../../../../library/core/values/address.ts";
import {
  Count,
  count,
  Enum,
  equal,
  Interval,
  Port,
  Subnet,
  Time,
  type Value,
  ValueSet,
} from "../../../../library/core/values/index.ts";
import { decodeUtf8 } from "../../../../library/core/values/utf8.ts";
import { formatTsvHeader, formatTsvLine, type LogColumn, LogReader } from "../../../../library/core/zeek-log/index.ts";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const address = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((bits) => new Address(bits)),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((bits) => new Address(bits)),
);
const bytes = fc.uint8Array({ maxLength: 12 }).map((raw): Value => decodeUtf8(raw) ?? raw);

/** One arbitrary for each scalar type of a column. */
const scalars: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  bool: fc.boolean(),
  count: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => new Count(value)),
  int: int64,
  double: fc.double(),
  string: fc.oneof(fc.string({ unit: "binary" }), bytes, fc.constantFrom("-", "(empty)", "#x", "a,b", "")),
  time: int64.map((nanoseconds) => new Time(nanoseconds)),
  interval: int64.map((nanoseconds) => new Interval(nanoseconds)),
  addr: address,
  subnet: fc
    .tuple(address, fc.integer({ min: 0, max: 128 }))
    .map(([at, length]) => new Subnet(at, at.isV4 ? length % 33 : length)),
  port: fc.integer({ min: 0, max: 65_535 }).map((number) => new Port(number, "unknown")),
  enum: fc.constantFrom("tcp", "Notice::LOG", "_x1").map((name) => new Enum(name)),
};

/** A column with a value for it. Zeek itself cannot tell `[""]` or `[-]` from an empty or unset column. */
const cells = fc.constantFrom(...Object.keys(scalars)).chain((type) => {
  const scalar = scalars[type]!;
  const elements = fc
    .array(fc.option(scalar, { nil: null }), { maxLength: 4 })
    .filter((all) => all.length !== 1 || (all[0] !== null && all[0] !== ""));
  return fc.oneof(
    fc.tuple(fc.constant(type), fc.option(scalar, { nil: null })),
    fc.tuple(fc.constant(`vector[${type}]`), elements),
    fc.tuple(
      fc.constant(`set[${type}]`),
      elements
        .map((all) => new ValueSet(all))
        .filter((all) => all.size !== 1 || ![null, ""].includes([...all][0] as null)),
    ),
  );
});

function headerOf(types: readonly string[], path = "test"): string[] {
  const columns: LogColumn[] = types.map((type, i) => ({ name: `c${i}`, type }));
  return formatTsvHeader({ path, columns, open: "2026-11-23-12-00-00" }).split("\n").slice(0, -1);
}

function readLines(lines: readonly (string | Uint8Array)[], reader = new LogReader("test.log")) {
  return lines.map((line) => reader.read(line)).filter((record) => record !== undefined);
}

describe("TSV", () => {
  it("reads back every value of every type", () => {
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 6 }), (row) => {
        const values = row.map(([, value]) => value);
        const line = formatTsvLine(values);
        expect(line.split("\t")).toHaveLength(row.length);
        const [record] = readLines([...headerOf(row.map(([type]) => type)), line]);
        for (const [i, value] of values.entries()) {
          if (!equal(record!.values[i]!, value)) throw new Error(`column ${i}: ${line}`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("takes the marks that a header sets", () => {
    const [record] = readLines([
      "#separator \\x7c",
      "#set_separator|;",
      "#empty_field|<none>",
      "#unset_field|?",
      "#path|odd",
      "#fields|a|b|c|d",
      "#types|string|set[count]|vector[string]|string",
      "?|1;2|<none>|-",
    ]);
    expect(record!.layout.path).toBe("odd");
    expect(record!.values).toEqual([null, new ValueSet([count(1), count(2)]), [], "-"]);
  });

  it("begins a new layout with each header, as in logs joined end to end", () => {
    const records = readLines([...headerOf(["count"], "a"), "1", "#close\tx", ...headerOf(["string"], "b"), "1"]);
    expect(records.map(({ layout, values }) => [layout.path, values[0]])).toEqual([
      ["a", count(1)],
      ["b", "1"],
    ]);
  });

  it("shares one layout among the records of a header", () => {
    const [first, second] = readLines([...headerOf(["count"]), "1", "", "2"]);
    expect(first!.layout).toBe(second!.layout);
  });

  it("passes over ends of lines as Windows writes them, and a byte order mark", () => {
    const [first = "", ...rest] = headerOf(["string"]);
    expect(readLines([`\ufeff${first}\r`, ...rest.map((line) => `${line}\r`), "x\r"])[0]!.values).toEqual(["x"]);
  });

  it("keeps bytes that are no text", () => {
    const reader = new LogReader("test.log");
    const [record] = readLines([...headerOf(["string"]), Uint8Array.of(0x61, 0xff)], reader);
    expect(record!.values).toEqual([Uint8Array.of(0x61, 0xff)]);
    expect(formatTsvLine(record!.values)).toBe("a\\xff");
  });

  it("never prints a record that looks like a header", () => {
    expect(formatTsvLine(["#close", "x"])).toBe("\\x23close\tx");
    expect(readLines([...headerOf(["string", "string"]), "\\x23close\tx"])[0]!.values).toEqual(["#close", "x"]);
  });

  it.each([
    ["count", "-1"],
    ["count", "18446744073709551616"],
    ["int", "9223372036854775808"],
    ["bool", "true"],
    ["addr", "10.0.0.256"],
    ["port", "65536"],
    ["time", "yesterday"],
    ["interval", "1e300"],
    ["subnet", "10.0.0.0"],
    ["enum", "not-a-name"],
    ["vector[count]", "1,x"],
  ])("refuses a %s column with %s, and says where", (type, cell) => {
    expect(() => readLines([...headerOf([type]), cell])).toThrow(
      `test.log:9: column c0: "${cell}" where the header has ${type}`,
    );
  });

  it("refuses a line with too few or too many columns, and reads the next", () => {
    const reader = new LogReader("dns.log");
    readLines(headerOf(["count", "count"]), reader);
    expect(() => reader.read("1")).toThrow("dns.log:9: 1 column where the header has 2");
    expect(() => reader.read("1\t2\t3")).toThrow("dns.log:10: 3 columns where the header has 2");
    expect(reader.read("1\t2")!.values).toEqual([count(1), count(2)]);
  });

  it.each([
    [["#fields\ta", "#types\tcount\tcount"], "x.log:2: 2 types for 1 fields"],
    [["#types\tcount"], "x.log:1: #types without #fields above it"],
    [["#fields\ta", "#types\topaque"], "x.log:2: column a has the unknown type opaque"],
    [["#path\tx", "1"], "x.log:2: a record before #fields and #types"],
    [["Dear all,"], 'x.log:1: begins with "Dear all,"'],
    [["", "\u0000\u0001ELF"], 'x.log:2: begins with "\\u0000\\u0001ELF"'],
  ])("refuses %j as a whole", (lines, message) => {
    expect(() => readLines(lines, new LogReader("x.log"))).toThrow(
      expect.objectContaining({ code: "BAD_LOG_FILE", message: expect.stringContaining(message) }),
    );
  });

  it("refuses an empty file", () => {
    const reader = new LogReader("x.log");
    readLines(["", ""], reader);
    expect(() => reader.end()).toThrow("x.log: it is empty");
  });

  it("prints what is no column of Zeek in the text form of values", () => {
    expect(formatTsvLine([[[count(1), "a"]]])).toBe("1,a");
  });
});
