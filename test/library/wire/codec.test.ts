import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Address,
  count,
  Enum,
  Interval,
  Port,
  Subnet,
  set,
  string,
  Time,
  table,
  type Value,
  vector,
} from "../../../library/core/values/index.ts";
import { Arena, readControl } from "../../../library/wire/codec.ts";
import { header, routing } from "../../../library/wire/frames.ts";
import { signatureOf, signatureOfAll } from "../../../library/wire/signature.ts";
import { values } from "../core/values/arbitrary.ts";
import { packBody, roundTrip } from "./bodies.ts";

/** Alike to the last bit: this tells -0 from 0, and a text from bytes. */
function expectSame(read: readonly Value[], sent: readonly Value[]): void {
  expect(read).toEqual(sent);
}

const nested = (depth: number, innermost: Value): Value =>
  Array.from({ length: depth }).reduce<Value>((inner) => vector([inner]), innermost);

describe("values that go out and come in", () => {
  it("come back as themselves, by the signature that they have", () => {
    fc.assert(
      fc.property(fc.array(values(), { maxLength: 6 }), (sent) => expectSame(roundTrip(sent), sent)),
      {
        numRuns: 2_000,
      },
    );
  });

  it("come back as themselves when each tells its own type", () => {
    const run = (sent: Value[]) => expectSame(roundTrip(sent, "?".repeat(sent.length)), sent);
    fc.assert(fc.property(fc.array(values(), { maxLength: 6 }), run), { numRuns: 2_000 });
  });

  it("have a signature that others with the same one fit", () => {
    const run = (one: Value, other: Value) => {
      const body = packBody([other], signatureOf(one));
      if (signatureOf(one) === signatureOf(other)) expect(body).toBeDefined();
    };
    fc.assert(fc.property(values(1), values(1), run), { numRuns: 2_000 });
  });

  it.each<[string, Value]>([
    ["the largest count", count(2n ** 64n - 1n)],
    ["a count of 33 bits", count(2n ** 32n)],
    ["the largest exact count", count(2n ** 53n - 1n)],
    ["a count of 2^63", count(2n ** 63n)],
    ["the smallest int", -(2n ** 63n)],
    ["the largest int", 2n ** 63n - 1n],
    ["an int below 32 bits", -(2n ** 31n) - 1n],
    ["an int beyond 32 bits", 2n ** 32n],
    ["the first time", new Time(-(2n ** 63n))],
    ["the last time", new Time(2n ** 63n - 1n)],
    ["the shortest interval", new Interval(-(2n ** 63n))],
    ["a negative zero", -0],
    ["zero", 0],
    ["a double of 2^53 + 2", 2 ** 53 + 2],
    ["a double of -2^63", -(2 ** 63)],
    ["infinity", Number.NEGATIVE_INFINITY],
    ["not a number", Number.NaN],
    ["a byte order mark", "\uFEFF"],
    ["a text behind a byte order mark", `\uFEFF${"text ".repeat(50)}`],
    ["bytes that are no text", string(Uint8Array.of(0xff, 0xfe, 0))],
    ["the beginning of a character", string(Uint8Array.of(0xe2, 0x82))],
    ["half a surrogate pair, as some encode it", string(Uint8Array.of(0xed, 0xa0, 0x80))],
    ["the last address", new Address(2n ** 128n - 1n)],
    ["an IPv4 address in IPv6", new Address(0xffff_7f00_0001n)],
    ["a subnet of everything", new Subnet(new Address(0n), 0)],
    ["a port of no known protocol", new Port(65_535, "unknown")],
    ["the longest name of an enum", new Enum("a".repeat(1024))],
    ["nothing", null],
    ["an empty vector", vector([])],
    ["a vector of nothing", vector([null, null])],
    ["a vector of texts", vector(["a", "", "text ".repeat(50)])],
    ["a vector with a text behind a byte order mark", vector(["a", "\uFEFFb", "c"])],
    ["a vector of texts, nothing, and bytes that are no text", vector(["a", null, string(Uint8Array.of(0xff))])],
    ["a table of tables", table([[table([["a", 1]]), table([])]])],
    ["a set of mixed types", set([count(1), 1, 1n, "1", null])],
    ["names that mean something to JavaScript", vector(["__proto__", "constructor", "toString"])],
  ])("keep %s", (_, value) => {
    expectSame(roundTrip([value]), [value]);
    expectSame(roundTrip([value], "?"), [value]);
  });

  it("may be nested as deep as a value may", () => {
    expectSame(roundTrip([nested(64, null)]), [nested(64, null)]);
    expectSame(roundTrip([nested(63, vector([1, "one"]))]), [nested(63, vector([1, "one"]))]);
  });

  it("may differ in type at every depth", () => {
    let value: Value = vector(["deep", 1]);
    for (let depth = 1; depth < 64; depth++) value = vector([value, "beside", count(depth)]);
    expectSame(roundTrip([value]), [value]);
  });

  it("may have types that take longer to write than a signature may be", () => {
    let value: Value = 1;
    for (let depth = 0; depth < 8; depth++) value = table([[vector([value]), value]]);
    expect(signatureOf(value).length).toBeLessThan(10);
    expectSame(roundTrip([value]), [value]);
  });

  it("may be as many as one value may have", () => {
    const many = vector(Array.from({ length: 999_998 }, (_, i) => i % 100));
    expect(roundTrip([many])).toEqual([many]);
  });
});

describe("frames in the arena", () => {
  it("stay as they were packed, whatever their sizes", () => {
    const sizes = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 90_000 }));
    const run = (lengths: number[], letter: string) => {
      const arena = new Arena();
      const packed = lengths.map((length) => {
        arena.control({ kind: 12, fields: [letter.repeat(length), length] });
        const { bytes, start, end } = arena;
        return { bytes, start, end, length };
      });
      for (const { bytes, start, end, length } of packed) {
        expect((end - start) % 8).toBe(0);
        expect(readControl(bytes, start, end)).toEqual({ kind: 12, fields: [letter.repeat(length), length] });
      }
    };
    fc.assert(fc.property(fc.array(sizes, { maxLength: 30 }), fc.constantFrom("x", "é", "日", "🚦"), run));
  });

  it("are refused when they are too long", () => {
    const arena = new Arena();
    expect(() => arena.control({ kind: 12, fields: ["x".repeat(16 * 1024 * 1024)] })).toThrow(/TOO_LARGE|larger/);
    arena.control({ kind: 12, fields: ["after"] });
    expect(readControl(arena.bytes, arena.start, arena.end)).toEqual({ kind: 12, fields: ["after"] });
  });

  it("have their numbers where a router looks for them", () => {
    const arena = new Arena();
    arena.message(32, ["body"], 0x0102, 0x03040506, 0xfffffff0, { high: 0x0a0b0c0d, low: 0x0e0f1011 });
    const { bytes, start } = arena;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start);
    expect(view.getUint32(header.kindAndLength)).toBe((32 << 24) | 32);
    expect(bytes[start + header.padding]).toBe(2);
    expect(bytes[start + routing.hops]).toBe(0);
    expect(view.getUint16(routing.shape)).toBe(0x0102);
    expect(view.getUint32(routing.stream)).toBe(0x03040506);
    expect(view.getUint32(routing.sequence)).toBe(0xfffffff0);
    expect(view.getBigUint64(routing.time)).toBe(0x0a0b0c0d0e0f1011n);
  });
});

describe("the signature of several values", () => {
  it("is a mark for each when it would be too long", () => {
    const wide = Array.from({ length: 300 }, () => vector([vector([1])]));
    expect(signatureOfAll(wide)).toBe("?".repeat(300));
    expectSame(roundTrip(wide), wide);
  });
});
