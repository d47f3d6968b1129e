/** Lines of recordings: what is written reads back as it was, and what is none is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LogHeader, parseValue, time } from "../../../library/index.ts";
import {
  endLine,
  headerLine,
  isHeaderLine,
  type Recorded,
  RecordingPrinter,
  RecordingReader,
} from "../../../server/cli/recording.ts";
import { values } from "../../library/core/values/arbitrary.ts";

const origin = { name: "alpha", id: "a".repeat(32) };
const now = time(new Date(1_700_000_000_000));
const head = headerLine(now, ["*"]);

/** What is read from lines behind a header. */
function readAll(...texts: readonly string[]): Recorded[] {
  const reader = new RecordingReader("some.rec");
  const lines = texts.join("").split("\n").slice(0, -1);
  return lines.map((line) => reader.read(line)).filter((each) => each !== undefined);
}

const texts = fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed());

describe("a recording", () => {
  it("keeps events, exact in type and byte", () => {
    fc.assert(
      fc.property(texts, texts, fc.array(values()), (topic, name, args) => {
        const event = { name, args, time: now, origin, hops: 1 };
        const read = readAll(head, new RecordingPrinter().event(event, topic, 12));
        expect(read).toEqual([{ kind: "event", atMs: 12, topic, name, values: args }]);
      }),
    );
  });

  it("keeps log lines with their columns, which are told once", () => {
    fc.assert(
      fc.property(texts, fc.array(fc.tuple(texts, texts)), fc.array(values()), (text, names, of) => {
        const columns = names.map(([name, type]) => ({ name, type }));
        const log: LogHeader = { topic: text, id: `${text}::LOG`, writer: "Log::WRITER_ASCII", columns };
        const other: LogHeader = { ...log, id: "other" };
        const printer = new RecordingPrinter();
        const lines = [log, other, log].map((each) =>
          printer.line({ log: each, values: of, time: now, origin, hops: 1 }, 0),
        );
        expect(lines.map((line) => line.split("\n").length)).toEqual([3, 3, 2]);
        const read = readAll(head, ...lines);
        const expected = [log, other, log].map((each) => ({ kind: "line", atMs: 0, log: each, values: of }));
        expect(read).toEqual(expected);
        expect(read[0]).toMatchObject({ log: (read[2] as { log: LogHeader }).log });
      }),
    );
  });

  it("keeps file writes to the byte", () => {
    const odd = fc.constantFrom(Buffer.from("text"), Buffer.of(), Buffer.of(0xef, 0xbb, 0xbf), Buffer.of(0xc0, 0x80));
    fc.assert(
      fc.property(texts, fc.oneof(fc.uint8Array({ maxLength: 1000 }), odd), (path, bytes) => {
        const write = { path, bytes, time: now, origin, hops: 1 };
        const [read] = readAll(head, new RecordingPrinter().file(write, "t", 0));
        expect(read).toMatchObject({ kind: "file", topic: "t", path });
        expect(Buffer.from((read as { bytes: Uint8Array }).bytes)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it("goes on in time where a second one was appended, with logs of its own", () => {
    const event = { name: "e", args: [], time: now, origin, hops: 1 };
    const log: LogHeader = { topic: "t", id: "L", writer: "W", columns: [] };
    const part = () => {
      const printer = new RecordingPrinter();
      return [head, printer.event(event, "t", 500), printer.line({ log, values: [], time: now, origin, hops: 1 }, 700)];
    };
    const end = endLine({ events: 1, lines: 1, files: 0 }, 0);
    expect(readAll(...part(), end, ...part()).map(({ atMs }) => atMs)).toEqual([500, 700, 1200, 1400]);
  });

  it("knows its first line, and whether it came to its end", () => {
    expect(isHeaderLine(head)).toBe(true);
    expect(isHeaderLine('{"kind":"end"}')).toBe(false);
    const reader = new RecordingReader("some.rec");
    reader.read(head.trimEnd());
    expect(reader.isEnded).toBe(false);
    reader.read(endLine({ events: 0, lines: 0, files: 0 }, 0).trimEnd());
    expect(reader.isEnded).toBe(true);
  });

  it("may have fields that we do not know", () => {
    const [event] = readAll(
      head,
      '{"kind":"event","at":0,"time":"2026-01-01T00:00:00Z","topic":"t","name":"e","values":["1"],"new":1}\n',
    );
    expect(event).toEqual({ kind: "event", atMs: 0, topic: "t", name: "e", values: [parseValue("1")] });
  });
});

describe("what is no recording is told with its line:", () => {
  const good = '"at":0,"time":"2026-01-01T00:00:00Z","topic":"t","name":"e","values":[]';

  it.each([
    ["Dear all,", /no JSON: "Dear all,"/],
    ['{"kind":', /no JSON/],
    ["", /no JSON/],
    ["[]", /no JSON object/],
    ["null", /no JSON object/],
    ["{}", /"kind" is missing, not event/],
    ['{"kind":"survey"}', /"kind" is "survey", not event, log, line, file or end/],
    ['{"switchyard":"recording","version":2}', /version 2, of which only 1 can be read here/],
    ['{"switchyard":"else","version":1}', /"switchyard" is "else"/],
    [`{"kind":"event",${good.replace('"topic":"t"', '"topic":1')}}`, /its "topic" is no text/],
    [`{"kind":"event",${good.replace('"name":"e",', "")}}`, /its "name" is no text/],
    [`{"kind":"event",${good.replace("[]", "[1]")}}`, /its "values" are no texts/],
    [`{"kind":"event",${good.replace("[]", '["1 2"]')}}`, /a value that is none/],
    [`{"kind":"event",${good.replace('"at":0', '"at":-1')}}`, /its "at" is no number/],
    [`{"kind":"event",${good.replace("2026-01-01T00:00:00Z", "42")}}`, /its "time" is no time/],
    [`{"kind":"line",${good},"log":3}`, /its "log" is of no line before/],
    ['{"kind":"log","log":0,"columns":[["a"]]}', /its "columns" are no/],
    ['{"kind":"log","log":0,"columns":[]}', /its "topic" is no text/],
    [`{"kind":"file",${good},"path":"p"}`, /its "bytes" is no text/],
    [`{"kind":"file",${good},"path":"p","bytes":"42"}`, /its "bytes" are no string/],
  ])("%s", (line, what) => {
    const reader = new RecordingReader("some.rec");
    reader.read(head.trimEnd());
    expect(() => reader.read(line)).toThrow(expect.objectContaining({ code: "BAD_RECORDING" }));
    expect(() => reader.read(line)).toThrow(what);
    expect(() => reader.read(line)).toThrow(/^some\.rec:4: /);
  });

  it("bytes that are no text", () => {
    expect(() => new RecordingReader("x").read(Uint8Array.of(0xff))).toThrow(/^x:1: not UTF-8/);
  });

  it("a first line that is no header", () => {
    expect(() => new RecordingReader("x").read('{"kind":"end"}')).toThrow(/^x:1: does not begin as a recording/);
  });
});
