/** T14: names and values that JavaScript has a meaning of its own for, through everything that values pass. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Connection,
  Context,
  count,
  equal,
  event,
  formatValue,
  fromJson,
  inproc,
  jsonLinePrinter,
  LogReader,
  parseValue,
  set,
  string,
  table,
  toJson,
  toValue,
  type Value,
  vector,
} from "../../library/index.ts";
import { readReport } from "../../library/node-report.ts";
import { bytesOf, readBody, roundTrip } from "../library/wire/bodies.ts";
import { cases } from "../rig/cases.ts";
import type { SeededChance } from "../simulator/chance.ts";

const names = [
  ...["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "toJSON", "then", "length"],
  ...[
    "__defineGetter__",
    "__lookupSetter__",
    "0",
    "-1",
    "NaN",
    "Infinity",
    "undefined",
    "null",
    "true",
    "[object Object]",
  ],
] as const;

const scalars: readonly Value[] = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, -0, 0, 5e-324, 1.7976931348623157e308, 2 ** 53, 2 ** 53 + 2],
  ...[2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n, null, true, false, ""],
  ...[count(2n ** 64n - 1n), count(2n ** 53n), count(2n ** 53n + 1n), count(0)],
  ...names.map((name) => name as Value),
  string(Uint8Array.of(0xff, 0, 0xfe)),
];

function oddValue(chance: SeededChance, depth = 0): Value {
  if (depth === 3 || chance.flip(0.4)) return chance.pick(scalars);
  const elements = Array.from({ length: chance.integer(0, 4) }, () => oddValue(chance, depth + 1));
  const kind = chance.integer(0, 2);
  if (kind === 0) return vector(elements);
  const unique = set(elements);
  return kind === 1 ? unique : table([...unique].map((key) => [key, oddValue(chance, depth + 1)]));
}

/** The same value, of the same type, to the last bit: equality takes 0 for -0, and its text does not. */
function isSame(a: Value, b: Value): boolean {
  const isEqual = equal(a, b) || formatValue(a).includes("nan"); // nothing is equal to NaN
  return isEqual && formatValue(a) === formatValue(b) && JSON.stringify(toJson(a)) === JSON.stringify(toJson(b));
}

const builtIns: readonly object[] = [Object, Array, Map, Set, Function, Uint8Array, String].flatMap((each) => [
  each,
  each.prototype as object,
]);

/** Whatever was added to what everything else inherits from would show here. */
function fingerprint(): string {
  return builtIns.map((each) => JSON.stringify(Object.getOwnPropertyNames(each))).join();
}

const untouched = fingerprint();

describe("T14: names with a meaning in JavaScript", () => {
  let near: Context;
  let far: Context;
  let connection: Connection;
  const heard: { topic: string; name: string; values: readonly Value[] }[] = [];

  beforeAll(async () => {
    const universe = new Map<never, never>() as never;
    near = new Context({ name: "constructor", transports: [inproc(universe)] });
    far = new Context({ name: "toString", transports: [inproc(universe)] });
    await far.connections.listen("inproc://__proto__");
    // Back it comes, from the other side and under another topic.
    await far.events.on("there.*", ({ name, args }, topic) => {
      far.events.raise(topic.replace("there", "back"), event(name, args));
    });
    await far.logs.on("there.*", ({ log, values }, topic) => {
      far.logs.open(topic.replace("there", "back"), log.id, log.writer, { columns: log.columns }).write(values);
    });
    connection = await near.connections.open("inproc://__proto__");
    await near.events.on("back.*", ({ name, args }, topic) => heard.push({ topic, name, values: args }));
    await near.logs.on("back.*", ({ log, values }, topic) => heard.push({ topic, name: log.id, values }));
  });
  afterAll(() => Promise.all([near.close(), far.close()]));

  cases(
    "values are identical behind every path, and nothing else has changed",
    { ci: 500, soak: 500 },
    async (chance) => {
      const value = oddValue(chance);
      const name = chance.pick(names);
      const paths: Record<string, Value> = {
        text: parseValue(formatValue(value)),
        json: fromJson(JSON.parse(JSON.stringify(toJson(value)))),
        wire: roundTrip([value])[0]!,
        told: roundTrip([value], "?")[0]!,
        input: toValue(value),
      };
      const before = heard.length;
      near.events.raise(`there.${name}`, event(name, [value, name]));
      near.logs.open(`there.${name}`, name).write([value, name]);
      while (heard.length < before + 2) await new Promise((resolve) => setImmediate(resolve));
      const [asEvent, asLine] = heard.splice(before);
      for (const each of [asEvent!, asLine!]) {
        expect(each).toMatchObject({ topic: `back.${name}`, name });
        expect(each.values[1]).toBe(name);
      }
      paths["event"] = asEvent!.values[0]!;
      paths["log"] = asLine!.values[0]!;
      for (const [path, found] of Object.entries(paths)) {
        if (!isSame(found, value)) throw new Error(`${formatValue(value)} is ${formatValue(found)} behind ${path}`);
      }
      expect(fingerprint()).toBe(untouched);
    },
  );

  it("are topics, patterns and nodes like others, in reports too", async () => {
    for (const name of names) {
      await near.topics.subscribe(`${name}*`);
      near.events.raise(name, event(name));
    }
    await connection.settled();
    const report = (await far.cluster.nodes()).find(({ name }) => name === "constructor");
    expect(report?.topics.map(({ topic }) => topic)).toEqual(expect.arrayContaining([...names]));
    expect(report?.subscriptions.map(({ pattern }) => pattern)).toEqual(expect.arrayContaining(["__proto__*"]));
    expect(fingerprint()).toBe(untouched);
  });

  it("mean nothing in a report from elsewhere", () => {
    const hostile = `{"id":"x","name":"y","__proto__":{"isPrivate":true,"pid":7},"topics":[{"__proto__":{"topic":"z"}}],
      "constructor":{"prototype":{"polluted":1}},"pid":1e999,"uptimeMs":"NaN","connections":{"length":9}}`;
    const report = readReport(hostile, 1);
    expect(report).toMatchObject({ id: "x", name: "y", isPrivate: false, pid: 0, uptimeMs: 0, connections: [] });
    expect(report?.topics).toMatchObject([{ topic: "" }]);
    expect(fingerprint()).toBe(untouched);
  });

  it.each(names)("%s is a field of a JSON log like any other, and comes back", (name) => {
    const line = `{${JSON.stringify(name)}:"first","other":18446744073709551615,"__proto__x":{"__proto__":{"polluted":1}}}`;
    const record = new LogReader("a log").read(`{${JSON.stringify(name)}:"first","other":1.5}`);
    expect(record?.values).toContain("first");
    expect(record?.layout.columns.map((column) => column.name)).toContain(name);
    const again = new LogReader("again").read(jsonLinePrinter(record!.layout.columns)(record!.values));
    expect(again?.values).toEqual(record?.values);
    try {
      new LogReader("hostile").read(line);
    } catch (error) {
      expect(error).toMatchObject({ name: "SwitchyardError" });
    }
    expect(fingerprint()).toBe(untouched);
  });
});

describe("T14: keys that are there twice", () => {
  const refused = (attempt: () => unknown): void =>
    expect(attempt).toThrow(expect.objectContaining({ name: "SwitchyardError" }));

  it("are refused by a person's text and JSON, and the first counts on the wire", () => {
    refused(() => parseValue("{1 -> 2, 1 -> 3}"));
    refused(() =>
      fromJson({
        table: [
          ["__proto__", 1],
          ["__proto__", 2],
        ],
      }),
    );
    refused(() => fromJson(JSON.parse('{"__proto__":{"set":[]}}')));
    refused(() => fromJson(JSON.parse('{"set":[],"__proto__":1}')));
    refused(() =>
      table([
        [Number.NaN, 1],
        [Number.NaN, 2],
      ]),
    );
    expect(readBody(bytesOf("91 94 a1 61 01 a1 61 02"), "<sc>")).toEqual([table([["a", count(1)]])]);
    expect(readBody(bytesOf("91 84 a9 5f5f70726f746f5f5f 01"), "?")).toBeUndefined();
    expect(fingerprint()).toBe(untouched);
  });

  it("are one key where they are NaN, or 0 and -0", () => {
    expect(table([[Number.NaN, 1]]).get(Number.NaN)).toBe(1);
    expect(set([Number.NaN, Number.NaN]).size).toBe(1);
    expect(set([0, -0]).size).toBe(1);
  });
});
