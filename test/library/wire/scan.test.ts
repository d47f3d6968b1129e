import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import {
  Address,
  Count,
  Enum,
  Interval,
  Port,
  Subnet,
  Time,
  type Value,
  ValueSet,
  ValueTable,
} from "../../../library/core/values/index.ts";
import { Arena, readControl } from "../../../library/wire/codec.ts";
import { FrameKind } from "../../../library/wire/frames.ts";
import { isWellFormed } from "../../../library/wire/scan.ts";
import { parseSignature, signatureOfAll } from "../../../library/wire/signature.ts";
import { values } from "../core/values/arbitrary.ts";
import { bytesOf, packBody, readBody, roundTrip } from "./bodies.ts";
import { Chance, seed, spoiled, tries } from "./chance.ts";

const ours = new Set<unknown>([Address, Count, Enum, Interval, Port, Subnet, Time, ValueSet, ValueTable]);

/** Throws for anything that is none of our values, however deep. */
function checkOurs(value: Value): void {
  if (value === null || ["boolean", "number", "bigint", "string"].includes(typeof value)) return;
  if (Array.isArray(value)) for (const each of value as readonly Value[]) checkOurs(each);
  else if (value instanceof ValueSet) for (const each of value) checkOurs(each);
  else if (value instanceof ValueTable) for (const each of value) checkOurs(each as unknown as Value);
  else if (Object.getPrototypeOf(value) !== Uint8Array.prototype && !ours.has(value.constructor)) {
    throw new Error(`something foreign: ${Object.prototype.toString.call(value)}`);
  }
}

/** Throws for anything that a frame between neighbours has no place for. */
function checkField(field: unknown): void {
  if (Array.isArray(field)) for (const each of field) checkField(each);
  else if (field !== null && typeof field === "object" && !(field instanceof Uint8Array)) throw new Error("an object");
  else if (field === undefined || typeof field === "function" || typeof field === "symbol") throw new Error("foreign");
}

const globals = [Object.prototype, Array.prototype, Map.prototype, Uint8Array.prototype, Function.prototype];

function fingerprint(): string {
  return globals.map((each) => Reflect.ownKeys(each).map(String).join()).join("|");
}

/** Runs `attempt` with chance from a new seed each time; a failure tells which. */
function fuzz(count: number, attempt: (chance: Chance, round: number) => void): void {
  const before = fingerprint();
  for (let round = 0; round < count; round++) {
    try {
      attempt(new Chance(seed + round), round);
    } catch (cause) {
      throw new Error(`with FUZZ=1 SEED=${seed + round}`, { cause });
    }
  }
  expect(fingerprint()).toBe(before);
}

const samples = fc.sample(fc.array(values(3), { minLength: 1, maxLength: 4 }), { numRuns: 300, seed });
const bodies = samples.flatMap((each) =>
  [signatureOfAll(each), "?".repeat(each.length)].map((signature) => ({ signature, body: packBody(each, signature)! })),
);

describe("bodies of messages from whoever sends them", () => {
  it("are read when they pass, yield nothing but values, and can be sent on", () => {
    let passed = 0;
    fuzz(tries(150_000), (chance) => {
      const { signature, body } = chance.oneOf(bodies);
      const read = readBody(spoiled(body, chance), signature);
      if (read === undefined) return;
      passed++;
      for (const value of read) checkOurs(value);
      const again = roundTrip(read, signature);
      expect(signatureOfAll(again)).toBe(signatureOfAll(read));
    });
    expect(passed).toBeGreaterThan(0);
  }, 120_000);

  it("are refused or read when they are noise, or of another signature", () => {
    const signatures = [...new Set(bodies.map(({ signature }) => signature))];
    fuzz(tries(50_000), (chance) => {
      const noise = chance.below(2) === 0 ? chance.bytes(chance.below(40)) : chance.oneOf(bodies).body;
      const read = readBody(noise, chance.oneOf(signatures));
      for (const value of read ?? []) checkOurs(value);
    });
  }, 120_000);
});

describe("frames between neighbours from whoever sends them", () => {
  it("are read when they pass, and hold no more than fields", () => {
    const arena = new Arena();
    const frames = bodies.map(({ body, signature }) => {
      arena.control({ kind: FrameKind.shape, fields: [1, body, signature, [null, true, -1, 1.5, ["deep"]]] });
      return Uint8Array.from(arena.bytes.subarray(arena.start, arena.end));
    });
    fuzz(tries(50_000), (chance) => {
      const bytes = spoiled(chance.oneOf(frames), chance);
      if (bytes.length < 8) return; // the splitter lets none through
      checkField(readControl(bytes, 0, bytes.length)?.fields ?? []);
    });
  }, 120_000);
});

describe("signatures from whoever sends them", () => {
  it("are read or refused with BAD_FRAME", () => {
    const letters = Array.from("nbcidstvaupe?[]{}<>x");
    fuzz(tries(20_000), (chance) => {
      const text = Array.from({ length: chance.below(40) }, () => chance.oneOf(letters)).join("");
      try {
        parseSignature(text);
      } catch (error) {
        expect(error).toMatchObject({ code: "BAD_FRAME" });
      }
    });
  });

  it.each(["[".repeat(1024), "<".repeat(1024), `${"[".repeat(18)}s${"]".repeat(18)}`, "s".repeat(1025), "\u{1f6a6}"])(
    "refuse %s",
    (text) => expect(() => parseSignature(text)).toThrow(expect.objectContaining({ code: "BAD_FRAME" })),
  );
});

describe("a body that lies", () => {
  it.each<[string, string, string]>([
    ["an array of 2^32 - 1", "dd ff ff ff ff", "s"],
    ["a vector of 2^32 - 1", "91 dd ff ff ff ff c0", "[s]"],
    ["a string of 2^32 - 1 bytes", "91 db ff ff ff ff 61", "s"],
    ["binary of 2^32 - 1 bytes", "91 c6 ff ff ff ff 61", "s"],
    ["a string longer than its frame", "91 a5 61 62", "s"],
    ["bytes behind its end", "91 a1 61 00", "s"],
    ["a value too many", "92 a1 61 c0", "s"],
    ["a value too few", "91 a1 61", "ss"],
    ["no array", "a1 61", "s"],
    ["nothing at all", "", "s"],
    ["a map", "91 81 a1 61 01", "?"],
    ["a timestamp", "91 d6 ff 00 00 00 00", "?"],
    ["msgpackr's record", "91 d4 72 40", "?"],
    ["msgpackr's RegExp", "91 c7 04 78 92 a1 61 a0", "?"],
    ["the marker that means nothing", "91 c1", "?"],
    ["a float of 32 bits", "91 ca 00 00 00 00", "d"],
    ["text that is no UTF-8", "91 a2 c3 28", "s"],
    ["half a surrogate pair", "91 a3 ed a0 80", "s"],
    ["a byte order mark as text", "91 a3 ef bb bf", "s"],
    ["a negative count", "91 ff", "c"],
    ["a negative count of 64 bits", "91 d3 ff ff ff ff ff ff ff ff", "c"],
    ["an int beyond 64 bits", "91 cf 80 00 00 00 00 00 00 00", "i"],
    ["a boolean for a count", "91 c3", "c"],
    ["an address of 33 bits", "91 cf 00 00 00 01 00 00 00 00", "a"],
    ["an address of 4 bytes", "91 c4 04 7f 00 00 01", "a"],
    ["a subnet of 33 bits", "91 92 ce 7f 00 00 01 21", "u"],
    ["a subnet without a length", "91 91 ce 7f 00 00 01", "u"],
    ["a port of a fifth protocol", "91 ce 00 04 00 00", "p"],
    ["an enum that is no name", "91 a3 61 20 62", "e"],
    ["a reserved word as an enum", "91 a1 54", "e"],
    ["a table of one key", "91 91 a1 61", "<ss>"],
    ["a set in a vector's place", "91 a1 61", "[s]"],
    ["something for nothing", "91 c3", "n"],
    ["a type of a type", "91 92 a1 3f c0 ", "?s"],
    ["a type that tells to be told", "91 92 a1 3f 92 a1 73 a1 61", "?"],
    ["two types for one value", "91 92 a2 73 73 a1 61", "?"],
    ["no type", "91 92 a0 a1 61", "?"],
  ])("by %s is refused", (_, hex, signature) => {
    expect(readBody(bytesOf(hex), signature)).toBeUndefined();
  });

  it("is refused as deep as the stack would be harmed", () => {
    const depth = 100_000;
    const deep = Uint8Array.from([...new Uint8Array(depth).fill(0x91), 0xc0]);
    expect(isWellFormed(deep, 0, deep.length)).toBe(false);
    expect(readBody(deep, "?")).toBeUndefined();
    const told = bytesOf(`91${"92a35b3f5d91".repeat(1000)}c0`); // "[?]" in "[?]" in …
    expect(readBody(told, "?")).toBeUndefined();
  });

  it("by more elements than one may have is refused", () => {
    const body = (length: number): Uint8Array =>
      Uint8Array.of(0x91, 0xdd, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff), ...new Uint8Array(0));
    const filled = (length: number): Uint8Array => {
      const bytes = new Uint8Array(6 + length).fill(0xc0);
      bytes.set(body(length));
      return bytes;
    };
    expect(readBody(filled(limits.valueElements - 1), "[s]")).toHaveLength(1);
    expect(readBody(filled(limits.valueElements), "[s]")).toBeUndefined();
  });

  it.each<[string, string, string, Value]>([
    ["numbers longer than they need to be", "91 cf 00 00 00 00 00 00 00 05", "c", new Count(5)],
    ["a count in a signed number", "91 d3 00 00 00 00 00 00 00 05", "c", new Count(5)],
    ["a length longer than it needs to be", "91 db 00 00 00 01 61", "s", "a"],
    ["a negative zero in long binary", "91 c6 00 00 00 08 80 00 00 00 00 00 00 00", "d", -0],
    ["a negative zero in longer binary", "91 c5 00 08 80 00 00 00 00 00 00 00", "d", -0],
    ["a negative zero as a float", "91 cb 80 00 00 00 00 00 00 00", "d", -0],
    ["text as bytes", "91 c4 01 61", "s", "a"],
    ["an address in 16 long bytes", `91 c5 00 10 ${"00".repeat(15)}01`, "a", new Address(1n)],
    ["a repeated element once", "91 92 01 01", "{c}", new ValueSet([new Count(1)])],
    ["a repeated key once", "91 94 a1 61 01 a1 61 02", "<sc>", new ValueTable([["a", new Count(1)]])],
  ])("only about size is taken: %s", (_, hex, signature, value) => {
    expect(readBody(bytesOf(hex), signature)).toEqual([value]);
  });
});
