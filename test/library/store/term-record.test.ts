/** What a disk remembers of a role: there and back, and nothing that is no record is taken for one. */
import { expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { limits } from "../../../library/core/limits.ts";
import type { TermRecord } from "../../../library/core/store/term-messages.ts";
import { leadOf, readTermRecord, termRecordText } from "../../../library/store/term-record.ts";
import { Chance, seed, tries } from "../wire/chance.ts";
import { allNumbers, spoiledText } from "./spoiled-messages.ts";

const epochs = [
  { epoch: 1, revision: 0, by: "a".repeat(32) },
  { epoch: 3, revision: 5, by: "" },
];
const authority: TermRecord = { epoch: 3, role: "authority", heir: "east", epochs };
const follower: TermRecord = { epoch: 3, role: "follower", heir: undefined, epochs, isUnmatched: true };
const opened = { head: { lineage: "1".repeat(32), highestEpoch: 7 } } as never;

it.each([authority, follower])("F1: is read as it was written: $role", (record) => {
  expect(readTermRecord(termRecordText(record))).toEqual({ record, epochs });
});

it("F1: of a standby that never was anything else it is epochs alone, and of an empty disk nothing", () => {
  const lead = leadOf(opened, epochs, undefined);
  expect(readTermRecord(lead.record)).toEqual({ record: undefined, epochs });
  expect(readTermRecord(undefined)).toEqual({ record: undefined, epochs: [] });
});

it("F1: a lead never forgets the highest epoch, and keeps the role of whoever is more than a follower", () => {
  expect(leadOf(opened, epochs, authority)).toMatchObject({ highestEpoch: 7, lineage: "1".repeat(32) });
  expect(readTermRecord(leadOf(opened, epochs, authority).record).record).toEqual(authority);
  const later = [...epochs, { epoch: 9, revision: 6, by: "" }];
  const lead = leadOf(opened, later, follower);
  expect(lead.highestEpoch).toBe(9);
  expect(readTermRecord(lead.record)).toEqual({
    record: { epoch: 9, role: "follower", heir: undefined, epochs: later },
    epochs: later,
  });
});

it("F1: the disk of one that has begun an epoch has that, though the copy that it began with does not", () => {
  expect(leadOf(opened, epochs.slice(0, 1), authority).epochs).toEqual(epochs);
  expect(leadOf(opened, epochs.slice(0, 1), follower).epochs).toEqual(epochs.slice(0, 1));
});

it("keeps the latest of many epochs, and is no longer than is read again", () => {
  const many = Array.from({ length: 3_000 }, (_, i) => ({ epoch: i + 1, revision: i, by: "f".repeat(32) }));
  const text = termRecordText({ ...authority, epoch: 2 ** 53 - 1, heir: "h".repeat(limits.nameBytes), epochs: many });
  expect(text.length).toBeLessThan(limits.storeRecordCharacters);
  expect(readTermRecord(text).epochs).toEqual(many.slice(-limits.storeEpochsKept));
});

it(`S10 T14: text with mistakes is a record or CORRUPT (seed ${seed})`, () => {
  const chance = new Chance(seed);
  const seen = { read: 0, corrupt: 0 };
  for (let i = 0; i < tries(3_000); i++) {
    const text = spoiledText(termRecordText(chance.oneOf([authority, follower])), chance);
    if (typeof text !== "string") continue;
    try {
      const { record, epochs: read } = readTermRecord(text);
      const wrong = allNumbers([record, read]).find((number) => !Number.isSafeInteger(number) || number < 0);
      if (wrong !== undefined) throw new Error(`${wrong} was taken for a number`);
      expect(Object.getPrototypeOf(record ?? {})).toBe(Object.prototype);
      seen.read += 1;
    } catch (error) {
      expect(error, `SEED=${seed}, try ${i}: ${String(error)}`).toBeInstanceOf(SwitchyardError);
      expect((error as SwitchyardError).code).toBe("CORRUPT");
      seen.corrupt += 1;
    }
  }
  expect(Math.min(seen.read, seen.corrupt)).toBeGreaterThan(tries(3_000) / 50);
});
