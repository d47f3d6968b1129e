/** Filters: what they let through, what they say of mistakes, and that they agree with a naive twin. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  count,
  type LogLine,
  parseValue,
  type ReceivedEvent,
  SwitchyardError,
  time,
  type Value,
} from "../../../../library/index.ts";
import { isLike } from "../../../../server/cli/filter/compare.ts";
import { isTrue } from "../../../../server/cli/filter/evaluate.ts";
import { readEventFilter, readLineFilter, readMessageFilter } from "../../../../server/cli/filter/filters.ts";
import { parseFilter } from "../../../../server/cli/filter/parse.ts";

const event: ReceivedEvent = {
  name: "conn_opened",
  args: ["42", "+7", "10.1.2.3", '"zeek.dns"', "80/tcp", "Notice::LOG", "T", "5 min", "-", '{"a" -> [1, 2]}'].map(
    parseValue,
  ),
  time: time("2026-11-23T12:00:00Z"),
  origin: { name: "sensor-1", id: "00" },
  hops: 2,
};

function passes(filter: string): boolean {
  return readEventFilter(filter)(event, "zeek.conn");
}

describe("a filter over events", () => {
  it.each([
    'name == "conn_opened" && args[0] > 10 && args[2] in 10.0.0.0/8 && topic ~ "zeek.*"',
    "name == conn_opened",
    "args[0] == 42",
    "args[0] == 42.0",
    "args[0] == +42",
    "args[1] < 7.5",
    "args[1] >= 7 and args[1] <= 7",
    "args[2] == 10.1.2.3",
    "args[2] !in 192.168.0.0/16",
    "args[2] in {192.168.0.0/16, 10.1.0.0/16}",
    "args[2] in [10.1.2.3]",
    'args[2] ~ "10.*.3"',
    'args[3] contains "dns"',
    'args[3] !~ "dns"',
    "args[4] == 80/tcp",
    "args[4] == 80",
    "args[4] < 1024",
    "args[4] != 80/udp",
    "args[5] == Notice::LOG",
    'args[5] == "Notice::LOG"',
    'args[5] ~ "Notice::*"',
    "args[6]",
    "args[6] == T",
    "!args[8]",
    "args[7] > 4 min",
    "args[8] == -",
    "args[99] == -",
    'args[9]["a"][1] == 2',
    'args[9]["b"] == -',
    'args[9] contains "a"',
    "args contains 42",
    "args[0] == $args[0]",
    "args[1] != $args[0]",
    'from == "sensor-1" && hops == 2',
    "time >= 2026-11-23T12:00:00Z",
    'not (name == "x" or topic == "y")',
    '!!(name == "conn_opened")',
    'name == "x" || name == "y" && args[0] == 1 || args[0] == 42',
    '$name=="conn_opened"&&(args[0]>10)',
    '$"name" == "conn_opened"',
  ])("takes it by %s", (filter) => {
    expect(passes(filter)).toBe(true);
    expect(passes(`!(${filter})`)).toBe(false);
  });

  it.each([
    "args[0] > 42",
    "args[0] == 42 && args[1] == 8",
    'args[0] == "42"', // a count is no text
    "args[2] > 5",
    "args[2] <= 5",
    "args[8] < 5",
    "args[8] in 10.0.0.0/8",
    'args[8] ~ "*"',
    "args[99] > 0",
    "args[0]",
    'args[3] ~ "zeek"',
    'args["x"] == 1',
    "args[2] in {192.168.0.0/16}",
  ])("leaves it out by %s", (filter) => {
    expect(passes(filter)).toBe(false);
  });

  it.each([
    ["", "column 1, at the ^ in ^: expected the name of a field"],
    ["name = 5", 'column 6, at the ^ in name ^= 5: expected the end, "&&" or "||"'],
    ["nmae == 5", 'column 1, at the ^ in ^nmae == 5: no field "nmae", did you mean name'],
    ["zzzzzz", 'no field "zzzzzz", known are name, args, topic, time, from, hops'],
    ["name ==", "column 8, at the ^ in name ==^: expected a value"],
    ["name == @", "column 9, at the ^ in name == ^@: expected a value"],
    ['name == "x', 'column 11, at the ^ in name == "x^: expected a closing "'],
    ["(name", 'column 6, at the ^ in (name^: expected ")", "&&" or "||"'],
    ["name)", "column 5, at the ^ in name^): expected the end"],
    ["name == x && ", "expected the name of a field"],
    ["name && in", "column 9, at the ^ in name && ^in: expected the name of a field"],
    ["args[0", 'column 7, at the ^ in args[0^: expected "]"'],
    ["args[", "column 6, at the ^ in args[^: expected a value"],
    ["topic ~ 5", 'column 9, at the ^ in topic ~ ^5: expected a text such as "zeek.*" behind "~"'],
    ["args[2] in 5", 'column 12, at the ^ in args[2] in ^5: expected a subnet, set, vector, table or text behind "in"'],
    ["42 == name", "column 1, at the ^ in ^42 == name: expected the name of a field"],
    ['$"" == 1', "expected the name of a field, as text"],
    [`${"(".repeat(40)}name`, "expected at most 32 parentheses inside one another"],
    [`${"!".repeat(100)}name`, "expected at most 32 parentheses inside one another"],
    [`name == "${"x".repeat(5000)}"`, "5010 characters, at most 4096"],
    [`${"name == 1 && ".repeat(20)}?`, "at the ^ in …"],
  ])("refuses %j, and points at the place", (filter, why) => {
    expect(() => readEventFilter(filter)).toThrow(
      expect.objectContaining({ code: "BAD_FILTER", message: expect.stringContaining(why) }),
    );
  });
});

describe("a filter over lines of a log", () => {
  const columns = [
    { name: "id.orig_h", type: "addr" },
    { name: "service", type: "string" },
    { name: "topic", type: "count" },
    { name: "user-agent", type: "string" },
    { name: "duration", type: "interval" },
  ] as const;
  const line: LogLine = {
    log: { topic: "zeek.conn", id: "Conn::LOG", writer: "w", columns },
    values: ["10.0.0.1", '"dns"', "3", '"curl"', "-"].map(parseValue),
    time: time("2026-11-23T12:00:00Z"),
    origin: { name: "w", id: "00" },
    hops: 1,
  };
  const takes = (filter: string) => readLineFilter(filter)(line, "zeek.conn");

  it("knows columns by name, and what a line has besides", () => {
    expect(takes('id.orig_h in 10.0.0.0/8 && service == "dns"')).toBe(true);
    expect(takes("id.orig_h in 10.0.0.0/8 && service == http")).toBe(false);
    expect(takes('log == "Conn::LOG" && from == "w"')).toBe(true);
    expect(takes("topic == 3")).toBe(true); // the column
    expect(takes('$"user-agent" == "curl"')).toBe(true);
  });

  it("takes a column that is not there for one that is unset", () => {
    expect(takes("nowhere == - && duration == -")).toBe(true);
    expect(takes("nowhere > 5 || duration > 1 sec")).toBe(false);
  });
});

describe("a filter over all kinds of messages", () => {
  const from = { time: time("2026-11-23T12:00:00Z"), origin: { name: "w", id: "00" }, hops: 1 };
  const line: LogLine = {
    ...{ log: { topic: "t", id: "l", writer: "w", columns: [{ name: "name", type: "string" }] }, ...from },
    values: ["dns"],
  };
  const write = { path: "a/b.pcap", bytes: new Uint8Array(300), ...from };

  it.each([
    ['name == "conn_opened"', [true, false, false]],
    ['name == "dns"', [false, true, false]], // the column
    ["args[0] == 42 || log == l", [true, true, false]],
    ['path ~ "*.pcap" && bytes > 299', [false, false, true]],
    ["bytes > 300", [false, false, false]],
    ["path == -", [true, true, false]],
    ['from == "w"', [false, true, true]],
    ['topic == "t" && time > 2026-11-23T11:00:00Z && hops < 3', [true, true, true]],
    ["nowhere == -", [true, true, true]],
  ])("%j takes event, line and write: %j", (text, taken) => {
    const filter = readMessageFilter(text);
    expect([filter.takesEvent(event, "t"), filter.takesLine(line, "t"), filter.takesWrite(write, "t")]).toEqual(taken);
    expect(filter.text).toBe(text);
  });

  it("fails with BAD_FILTER where it is none", () => {
    expect(() => readMessageFilter("name = 5")).toThrow(expect.objectContaining({ code: "BAD_FILTER" }));
  });
});

it("is documented by examples that are good", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../../docs/cli.md", import.meta.url)), "utf8");
  const examples = [...page.matchAll(/--filter '([^']+)'/g)].map(([, example = ""]) => example);
  expect(examples.length).toBeGreaterThanOrEqual(2);
  for (const example of examples) expect(() => parseFilter(example)).not.toThrow();
});

describe("filters, whatever they are", () => {
  it("never fail but with BAD_FILTER", () => {
    const piece = fc.constantFrom(
      ...["name", "args", "[0]", "[", "]", "(", ")", "!", "&&", "||", "and", "not", "in", "contains", "~", "!~", "=="],
      ...[
        "<",
        ">=",
        "!in",
        "$",
        '"',
        '"x"',
        "5",
        "10.0.0.0/8",
        "-",
        "{",
        "}",
        "{1, 2}",
        "5 min",
        " ",
        "\\",
        "é",
        "x::",
      ],
    );
    const noise = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(" ")),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
      fc.string({ maxLength: 60, unit: "binary" }),
    );
    fc.assert(
      fc.property(noise, (text) => {
        try {
          expect(typeof readEventFilter(text)(event, "t")).toBe("boolean");
        } catch (error) {
          if (!(error instanceof SwitchyardError) || error.code !== "BAD_FILTER") throw error;
          expect(error.message).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  /** A filter over the counts x, y and z, as text, and what it means in plain JavaScript. */
  interface Twin {
    readonly text: string;
    readonly means: (x: number, y: number, z: number) => boolean;
  }

  const comparison: fc.Arbitrary<Twin> = fc
    .tuple(fc.nat(2), fc.constantFrom("==", "!=", "<", "<=", ">", ">="), fc.nat(4), fc.constantFrom("", " "))
    .map(([field, operator, limit, blank]) => ({
      text: `${"xyz"[field]}${blank}${operator}${blank}${limit}`,
      means: (...values) => {
        const order = values[field]! - limit;
        if (operator === "==") return order === 0;
        if (operator === "!=") return order !== 0;
        return operator.startsWith("<")
          ? order < 0 || (operator === "<=" && order === 0)
          : order > 0 || (operator === ">=" && order === 0);
      },
    }));

  // As one writes by hand: the looser one needs parentheses inside the tighter one, nothing else does.
  const { any } = fc.letrec<{ any: Twin; all: Twin; term: Twin }>((tie) => ({
    any: fc.array(tie("all"), { minLength: 1, maxLength: 3, depthIdentifier: "filter" }).map((terms) => ({
      text: terms.map(({ text }) => text).join(" || "),
      means: (x, y, z) => terms.some(({ means }) => means(x, y, z)),
    })),
    all: fc.array(tie("term"), { minLength: 1, maxLength: 3, depthIdentifier: "filter" }).map((terms) => ({
      text: terms.map(({ text }) => text).join(" && "),
      means: (x, y, z) => terms.every(({ means }) => means(x, y, z)),
    })),
    term: fc.oneof(
      { depthIdentifier: "filter", maxDepth: 4 },
      comparison,
      tie("any").map(({ text, means }) => ({ text: `(${text})`, means })),
      tie("any").map(({ text, means }) => ({
        text: `!(${text})`,
        means: (x: number, y: number, z: number) => !means(x, y, z),
      })),
    ),
  }));

  it("mean what their naive twins mean", () => {
    fc.assert(
      fc.property(any, fc.nat(4), fc.nat(4), fc.nat(4), ({ text, means }, x, y, z) => {
        fc.pre(text.length < 4_000);
        const values: Readonly<Record<string, Value>> = { x: count(x), y: count(y), z: count(z) };
        expect(isTrue(parseFilter(text), (name) => values[name] ?? null)).toBe(means(x, y, z));
      }),
      { numRuns: 1_000 },
    );
  });

  it("match texts as a regular expression would", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 6 });
    fc.assert(
      fc.property(letters, pattern, (text, like) => {
        const source = like.replaceAll(".", "\\.").replaceAll("*", ".*");
        expect(isLike(text, like)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("take no longer for a text that is made to be slow", () => {
    expect(isLike("a".repeat(20_000), `${"*a".repeat(30)}b`)).toBe(false);
  });
});
