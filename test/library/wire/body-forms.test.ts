/** Numbers and texts have several forms on the wire; whichever a sender takes, and wherever, the same value is read. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Address, Count, Interval, Time, type Value } from "../../../library/core/values/index.ts";
import { shortText } from "../../../library/wire/short-text.ts";
import { readBody } from "./bodies.ts";

interface Field {
  readonly code: string;
  readonly value: Value;
  readonly bytes: readonly number[];
}

/** Big-endian, in as many bytes as asked for. */
function bytesOfNumber(number: bigint, length: number): number[] {
  return Array.from({ length }, (_, i) => Number((number >> BigInt(8 * (length - 1 - i))) & 0xffn));
}

/** Every form that holds it. */
function unsignedForms(number: number): number[][] {
  const forms = [1, 2, 4].map((length, i) => [0xcc + i, ...bytesOfNumber(BigInt(number), length)]);
  const wide = forms.filter((_, i) => number < 2 ** (8 << i));
  return number < 0x80 ? [[number], ...wide] : wide;
}

function textForms(text: string): number[][] {
  const utf8 = [...new TextEncoder().encode(text)];
  const forms = [1, 2, 4].map((length, i) => [0xd9 + i, ...bytesOfNumber(BigInt(utf8.length), length), ...utf8]);
  const wide = forms.filter((_, i) => utf8.length < 2 ** (8 << i));
  return utf8.length < 32 ? [[0xa0 | utf8.length, ...utf8], ...wide] : wide;
}

function doubleForm(number: number): number[] {
  const bytes = new Uint8Array(9);
  bytes[0] = 0xcb;
  new DataView(bytes.buffer).setFloat64(1, number);
  return [...bytes];
}

const small = fc.oneof(fc.nat(0x7f), fc.nat(0xff), fc.nat(0xffff), fc.nat(0xffff_ffff));
const text = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 34 }),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const whole: readonly [string, (number: number) => Value][] = [
  ["d", (number) => number],
  ["c", (number) => new Count(number)],
  ["i", (number) => BigInt(number)],
  ["a", (number) => new Address(number)],
  ["t", (number) => new Time(BigInt(number))],
  ["v", (number) => new Interval(BigInt(number))],
];

const field: fc.Arbitrary<Field> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...whole), small)
    .chain(([[code, made], number]) =>
      fc.constantFrom(...unsignedForms(number)).map((bytes) => ({ code, value: made(number), bytes })),
    ),
  fc.double().map((value) => ({ code: "d", value, bytes: doubleForm(value) })),
  fc
    .bigInt({ min: 0n, max: 2n ** 63n - 1n })
    .map((ns) => ({ code: "t", value: new Time(ns), bytes: [0xcf, ...bytesOfNumber(ns, 8)] })),
  text.chain((value) => fc.constantFrom(...textForms(value)).map((bytes) => ({ code: "s", value, bytes }))),
  fc.constantFrom("d", "s", "a", "t").map((code) => ({ code, value: null, bytes: [0xc0] })),
);

const fields = fc.array(field, { maxLength: 18 });

function headers(length: number): number[][] {
  const wide = [0xdc, 0xdd].map((marker, i) => [marker, ...bytesOfNumber(BigInt(length), 2 << i)]);
  return length < 16 ? [[0x90 | length], ...wide] : wide;
}

describe("a body", () => {
  it("has the same values in whatever form they are", () => {
    fc.assert(
      fc.property(fields, fc.nat(), (all, choice) => {
        const signature = all.map(({ code }) => code).join("");
        const header = headers(all.length);
        const bytes = [...header[choice % header.length]!, ...all.flatMap((each) => each.bytes)];
        expect(readBody(Uint8Array.from(bytes), signature)).toEqual(all.map(({ value }) => value));
        expect(readBody(Uint8Array.from(bytes.slice(0, -1)), signature)).toBeUndefined();
        expect(readBody(Uint8Array.from([...bytes, 0]), signature)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("does not go beyond its end into bytes that would fit", () => {
    fc.assert(
      fc.property(field, ({ code, bytes }) => {
        const whole = Uint8Array.from([0x91, ...bytes]);
        for (let end = 0; end < whole.length; end++) {
          expect(readBody(whole.subarray(0, end), code)).toBeUndefined();
        }
      }),
    );
  });
});

describe("a short text", () => {
  it("is made of ASCII up to its bound, and of nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.boolean(), (noise, isAscii) => {
        const bytes = isAscii ? noise.map((byte) => byte & 0x7f) : noise;
        const made = shortText(bytes, 0, bytes.length);
        const isPlain = bytes.every((byte) => byte < 0x80);
        expect(made).toBe(isPlain && bytes.length <= 20 ? String.fromCharCode(...bytes) : undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it("of each length is what it is, anywhere", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => 0x41 + i);
    for (let length = 0; length <= 20; length++) {
      expect(shortText(bytes, 7, 7 + length)).toBe("HIJKLMNOPQRSTUVWXYZ[".slice(0, length));
    }
  });
});
