import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addr, count, interval, port, table, time, toValue } from "../../../../library/core/values/index.ts";
import { jsonLinePrinter, LogReader, type LogRecord } from "../../../../library/core/zeek-log/index.ts";

function readLines(lines: readonly (string | Uint8Array)[]): LogRecord[] {
  const reader = new LogReader("x.json");
  return lines.map((line) => reader.read(line)).filter((record) => record !== undefined);
}

function printed(records: readonly LogRecord[]): string[] {
  return records.map(({ layout, values }) => jsonLinePrinter(layout.columns)(values));
}

/** JSON as Zeek writes it: what `JSON.stringify` gives for whole numbers, strings, words, arrays and objects. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constantFrom("10.0.0.1", "2018-03-24T17:15:20.629574Z", "2018-02-30T00:00:00.000000Z", "fe80::1", "FE80::1"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 3 }),
  ),
})).value;
const names = fc.constantFrom("ts", "id.orig_h", "id.orig_p", "src", "p", "msg", "a", "b", "c", "__proto__");
const records = fc
  .uniqueArray(fc.tuple(names, fc.oneof(json, fc.constant(null))), { selector: ([name]) => name, maxLength: 6 })
  .map(
    (members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`,
  );

describe("JSON lines", () => {
  it("come back as they were, whatever fields each has, in whatever order", () => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 12 }), (lines) => {
        expect(printed(readLines(lines))).toEqual(lines);
      }),
      { numRuns: 500 },
    );
  });

  it("keep what JSON.parse forgets", () => {
    const line = '{"a":3600.0,"b":18446744073709551615,"c":-9223372036854775808,"d":0.00087,"e":-0.0,"f":1e-7}';
    expect(printed(readLines([line]))).toEqual([line]);
  });

  it("have the types that their names and texts tell", () => {
    const [record] = readLines([
      '{"ts":"2018-03-24T17:15:20.629574Z","id.orig_h":"10.0.0.1","id.orig_p":80,"n":1,"m":-1,"d":1.5,"host":"example.org","v":["a"],"t":{"k":true},"e":[]}',
    ]);
    expect(record!.values).toEqual([
      time("2018-03-24T17:15:20.629574Z"),
      addr("10.0.0.1"),
      port(80, "unknown"),
      count(1),
      -1n,
      1.5,
      "example.org",
      ["a"],
      table([["k", true]]),
      [],
    ]);
    expect(record!.layout.columns.map(({ type }) => type)).toEqual([
      "time",
      "addr",
      "port",
      "count",
      "int",
      "double",
      "string",
      "vector[string]",
      "table",
      "vector[string]",
    ]);
  });

  it("share a layout that grows by the fields it lacks", () => {
    const all = readLines(['{"a":1,"c":1}', '{"a":2,"b":2,"c":2}', '{"c":3}', '{"b":4,"d":4}']);
    expect(all.map(({ layout }) => layout.columns.map(({ name }) => name).join(""))).toEqual([
      "ac",
      "abc",
      "abc",
      "abdc",
    ]);
    expect(all[2]!.layout).toBe(all[1]!.layout);
    expect(all[2]!.values).toEqual([null, null, count(3)]);
  });

  it("have columns of any type where the types differ, and only there", () => {
    const all = readLines([
      '{"a":1,"b":[]}',
      '{"a":2,"b":["x"]}',
      '{"a":"x","b":["y"]}',
      '{"a":3,"b":[1]}',
      '{"b":[1,"x"]}',
    ]);
    expect(all.map(({ layout }) => layout.columns.map(({ type }) => type).join(" "))).toEqual([
      "count vector[string]",
      "count vector[string]",
      "any vector[string]",
      "any any",
      "any any",
    ]);
  });

  it("have layouts of their own for each log and each order", () => {
    const all = readLines(['{"_path":"a","x":1}', '{"_path":"b","x":1}', '{"x":1,"_path":"a"}', '{"_path":"a","x":2}']);
    expect(new Set(all.map(({ layout }) => layout)).size).toBe(3);
    expect(all[3]!.layout).toBe(all[0]!.layout);
    expect(all.map(({ layout }) => layout.path)).toEqual(["a", "b", "a", "a"]);
  });

  it("keep a null in so many words apart from a field left out", () => {
    const lines = ['{"a":1,"b":null}', '{"a":1}', '{"a":1,"b":2}', '{"b":null}'];
    expect(printed(readLines(lines))).toEqual(lines);
  });

  it("are one log even when hostile lines name ever new fields", () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `{"field${i}":${i}}`);
    const all = readLines(lines);
    expect(printed(all)).toEqual(lines);
    expect(Math.max(...all.map(({ layout }) => layout.columns.length))).toBeLessThanOrEqual(1024);
  });

  it("take a byte that is no text as Zeek's JSON writes one", () => {
    const line = new Uint8Array([...new TextEncoder().encode('{"a":"'), 0xff, ...new TextEncoder().encode('"}')]);
    expect(readLines(["{}", line])[1]!.values).toEqual(["\\xff"]);
  });

  it.each([
    ['{"a":1', "x.json:2: at 7: expected }"],
    ['{"a":01}', "x.json:2: at 7: expected }"],
    ['{"a":.5}', "x.json:2: at 6: expected a value"],
    ['{"a":"\\q"}', "x.json:2: at 7: expected an escape of JSON"],
    ['{"a":"\\ud800"}', "x.json:2: half of a surrogate pair is no text"],
    ['{"a":nul}', "x.json:2: at 6: expected true, false or null"],
    ['{"a":1,"a":2}', "x.json:2: a field stands twice"],
    ['{"t":{"a":1,"a":2}}', "x.json:2: a name stands twice in one object"],
    ['{"a":1} x', "x.json:2: at 9: expected the end of the line"],
    ["[1]", "x.json:2: at 1: expected {"],
    [`{"a":${"[".repeat(100)}`, "x.json:2: nested deeper than 64"],
  ])("refuse %j, and say where", (line, message) => {
    expect(() => readLines(["{}", line])).toThrow(
      expect.objectContaining({ code: "BAD_LOG_LINE", message: expect.stringContaining(message) }),
    );
  });

  it("print what JSON has no type for as Zeek does", () => {
    const columns = ["bytes", "interval", "subnet", "nan", "ns", "keys", "unset"].map((name) => ({ name, type: "x" }));
    const values = [
      Uint8Array.of(0x41, 0xff),
      interval("1.5 hrs"),
      toValue("10.0.0.0/8"),
      Number.NaN,
      time("2018-03-24T17:15:20.6008431Z"),
      table([[count(1), "a"]]),
      null,
    ];
    expect(jsonLinePrinter(columns)([...values, true])).toBe(
      '{"bytes":"A\\\\xff","interval":5400.0,"subnet":"10.0.0.0/8","nan":null,"ns":"2018-03-24T17:15:20.600843100Z","keys":{"1":"a"},"column_8":true}',
    );
  });
});
