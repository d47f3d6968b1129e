/** Records and segments: everything comes back as itself, and damage is always found. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { keyOf } from "../../../library/core/values/index.ts";
import { Packer, Unpacker } from "../../../library/storage/pack.ts";
import { packValue, unpackValue } from "../../../library/storage/packed-value.ts";
import {
  bodyOf,
  packEntry,
  packLead,
  packResults,
  RecordKind,
  recordsOf,
  unpackEntry,
  unpackLead,
  unpackResults,
} from "../../../library/storage/record.ts";
import { beginSegment, headerBytes, openSegment, sealSegment } from "../../../library/storage/segment.ts";
import { cases } from "../../rig/cases.ts";
import { values } from "../core/values/arbitrary.ts";

const times = fc.option(fc.integer({ min: 0 }), { nil: undefined });
const wholes = fc.maxSafeNat();

/** The only record that `pack` packs. */
function only(pack: (to: Packer) => void): Unpacker {
  const packer = new Packer();
  pack(packer);
  const bytes = packer.taken();
  const records = [...recordsOf(bytes, 0)];
  expect(records.length).toBe(1);
  return bodyOf(bytes, records[0]!);
}

function isCorrupt(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === "CORRUPT") return true;
    throw error;
  }
}

describe("a value", () => {
  it("comes back as itself, whatever its type", () => {
    fc.assert(
      fc.property(values(), (value) => {
        const packer = new Packer();
        packValue(packer, value);
        const reader = new Unpacker(packer.taken());
        const back = unpackValue(reader);
        expect(back).toEqual(value);
        expect(keyOf(back)).toBe(keyOf(value));
        expect(reader.left).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it("keeps the sign of zero, and texts that begin with a byte order mark", () => {
    for (const value of [-0, "\ufeffx", "ä".repeat(50), "x".repeat(42), "x".repeat(43), ""]) {
      const packer = new Packer();
      packValue(packer, value);
      expect(Object.is(unpackValue(new Unpacker(packer.taken())), value), JSON.stringify(value)).toBe(true);
    }
  });

  cases("T12: that was scrambled is CORRUPT, or some value", { ci: 20_000, soak: 2_000_000 }, async (chance) => {
    const bytes = chance.bytes(chance.integer(0, 40));
    if (bytes.length > 0) bytes[0] = chance.integer(0, 20);
    isCorrupt(() => unpackValue(new Unpacker(bytes)));
  });
});

describe("a record", () => {
  it("of an entry, results or the head comes back as itself", () => {
    const entries = fc.record({
      key: values(2),
      value: values(3),
      revision: wholes,
      expiresAtMs: times,
      expiresAfterMs: times,
    });
    const outcomes = fc.oneof(
      fc.record({
        kind: fc.constant("done" as const),
        revision: wholes,
        value: fc.option(values(2), { nil: undefined }),
      }),
      fc.record({
        kind: fc.constant("failed" as const),
        revision: wholes,
        code: fc.constantFrom("CONFLICT" as const, "TYPE" as const),
        what: fc.string(),
      }),
    );
    const all = fc.tuple(entries, fc.array(outcomes, { maxLength: 5 }), fc.nat(), fc.nat({ max: 5 }), wholes);
    fc.assert(
      fc.property(all, ([entry, results, first, skipped, epoch]) => {
        expect(unpackEntry(only((to) => packEntry(to, entry)))).toEqual(entry);
        const given = { client: "c".repeat(32), first, outcomes: results };
        expect(
          unpackResults(
            only((to) => packResults(to, given, false)),
            first,
          ),
        ).toEqual(given);
        const rest = unpackResults(
          only((to) => packResults(to, given, true)),
          first + skipped,
        );
        expect(rest).toEqual({ ...given, first: first + skipped, outcomes: results.slice(skipped) });
        const lead = { epochs: [{ epoch, revision: first, by: "cd".repeat(16) }], highestEpoch: epoch, lineage: "ab" };
        const packed = only((to) => packLead(to, lead));
        expect(unpackLead(packed, RecordKind.lead)).toEqual(lead);
      }),
    );
  });
});

describe("S10: a segment", () => {
  const header = { sequence: 7, previous: 3, needed: 2, version: { epoch: 1, revision: 9 }, size: 4, isLast: true };

  it("comes back as itself", () => {
    const packer = beginSegment();
    packLead(packer, { epochs: [], highestEpoch: 1, lineage: "ab" });
    const segment = sealSegment(packer, header);
    expect(openSegment(segment.bytes)).toEqual(segment);
    expect([...recordsOf(segment.bytes, headerBytes)].length).toBe(1);
  });

  it("is CORRUPT whichever bit is flipped, and wherever it ends", () => {
    const packer = beginSegment();
    packLead(packer, { epochs: [], highestEpoch: 1, lineage: "ab" });
    const { bytes } = sealSegment(packer, header);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(
        isCorrupt(() => openSegment(damaged)),
        `bit ${bit}`,
      ).toBe(true);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(
        isCorrupt(() => openSegment(bytes.subarray(0, length))),
        `${length} bytes`,
      ).toBe(true);
    }
  });
});
