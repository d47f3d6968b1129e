/**
 * Arbitrary values for property tests: every type, with the odd ones among them often.
 *
 * Invariant: all are normal values within the limits. Reused wherever values go in and must come out again.
 */
import fc from "fast-check";
import { Address } from "../../../../library/core/values/address.ts";
import { isEnumName } from "../../../../library/core/values/enum.ts";
import {
  count,
  Enum,
  Interval,
  Port,
  protocols,
  Subnet,
  set,
  string,
  Time,
  table,
  type Value,
  vector,
} from "../../../../library/core/values/index.ts";

const int64Edges = [0n, 1n, -1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)];
const safeMax = BigInt(Number.MAX_SAFE_INTEGER);

function int64s(): fc.Arbitrary<bigint> {
  const small = fc.bigInt({ min: -1000n, max: 1000n });
  const any = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  return fc.oneof(small, any, fc.constantFrom(...int64Edges));
}

function counts(): fc.Arbitrary<Value> {
  const edges = fc.constantFrom(0n, safeMax, safeMax + 1n, 2n ** 63n, 2n ** 64n - 1n);
  return fc.oneof(fc.bigInt({ min: 0n, max: 1000n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), edges).map(count);
}

function doubles(): fc.Arbitrary<number> {
  return fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, 0, 1e21, 1e-7, 5e-324, 1.7976931348623157e308));
}

const oddTexts = [
  "",
  "__proto__",
  "constructor",
  "T",
  "-",
  "42",
  "\u0000",
  '\u0000"',
  "\u001b[31m",
  "\u009b",
  "\u202e",
  "\\x41",
];

export function strings(): fc.Arbitrary<string | Uint8Array> {
  const texts = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom(...oddTexts));
  return fc.oneof(
    texts,
    fc.uint8Array({ maxLength: 12 }).map(string),
    fc.tuple(texts, fc.uint8Array({ maxLength: 3 })).map(mixed),
  );
}

/** Text with a few bytes behind it that may be none. */
function mixed([text, bytes]: readonly [string, Uint8Array]): string | Uint8Array {
  return string(Uint8Array.from([...new TextEncoder().encode(text), ...bytes]));
}

export function addresses(): fc.Arbitrary<Address> {
  const v4 = fc.integer({ min: 0, max: 0xffffffff });
  const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  });
  const v6 = groups.map((all) => all.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n));
  const mapped = v4.map((bits) => 0xffff_0000_0000n | BigInt(bits));
  return fc.oneof(v4, v6, mapped).map((bits) => new Address(bits));
}

function subnets(): fc.Arbitrary<Value> {
  return fc
    .tuple(addresses(), fc.integer({ min: 0, max: 128 }))
    .map(([address, length]) => new Subnet(address, address.isV4 ? length % 33 : length));
}

function enums(): fc.Arbitrary<Value> {
  const parts = fc.array(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/), { minLength: 1, maxLength: 3 });
  const odd = fc.constantFrom("tcp", "Notice::LOG", "ab::cd", "dead::beef", "a", "min", "infinite", "nano");
  return fc.oneof(parts.map((all) => all.join("::")).filter(isEnumName), odd).map((name) => new Enum(name));
}

/** Values that are no containers. */
export function scalars(): fc.Arbitrary<Value> {
  return fc.oneof(
    fc.constant(null),
    fc.boolean(),
    counts(),
    int64s(),
    doubles(),
    strings(),
    int64s().map((nanoseconds) => new Time(nanoseconds)),
    fc
      .oneof(
        int64s(),
        int64s().map((n) => (n / 2n ** 24n) * 1_000_000n),
      )
      .map((nanoseconds) => new Interval(nanoseconds)),
    addresses(),
    subnets(),
    fc.tuple(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(...protocols)).map(([n, of]) => new Port(n, of)),
    enums(),
  );
}

/** Any values, nested up to `maxDepth` deep. */
export function values(maxDepth = 4): fc.Arbitrary<Value> {
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth, withCrossShrink: true },
      { arbitrary: scalars(), weight: 6 },
      { arbitrary: fc.array(tie("value"), { maxLength: 5 }).map(vector), weight: 1 },
      { arbitrary: fc.array(tie("value"), { maxLength: 5 }).map(set), weight: 1 },
      { arbitrary: entries(tie("value")), weight: 1 },
    ),
  }));
  return value;
}

function entries(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc
    .tuple(fc.array(value, { maxLength: 5 }), fc.array(value, { minLength: 5, maxLength: 5 }))
    .map(([keys, of]) => table([...set(keys)].map((key, index) => [key, of[index]!])));
}
