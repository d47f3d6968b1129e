/** What an authority says of itself, there and back, and what is none. */
import { describe, expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import type { Epoch } from "../../../library/core/store/epochs.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { headColumns, headValues, readHead } from "../../../library/store/head.ts";

const [me, one, two] = ["a".repeat(32), "b".repeat(32), "c".repeat(32)];

function roundTrip(epochs: readonly Epoch[]): readonly Epoch[] | undefined {
  const columns = headColumns(9, { epochs, revision: 40 }, me);
  expect(columns.length).toBe(headValues);
  const head = readHead(columns, me);
  expect(head).toMatchObject({ epoch: 9, revision: 40, node: me });
  return head?.epochs;
}

describe("a head", () => {
  const epochs = [
    { epoch: 1, revision: 0, by: one },
    { epoch: 3, revision: 5, by: "" },
    { epoch: 4, revision: 5, by: two },
    { epoch: 7, revision: 6, by: one },
    { epoch: 9, revision: 30, by: me },
  ];

  it("S4: comes back as it was, with who began each epoch", () => {
    expect(roundTrip([])).toEqual([]);
    expect(roundTrip(epochs)).toEqual(epochs);
  });

  it("names each life once, and that of whoever says it never", () => {
    const [, , flat, lives] = headColumns(9, { epochs, revision: 40 }, me);
    expect(lives).toEqual([one, "", two]);
    expect(flat).toEqual([1, 0, 1, 3, 5, 2, 4, 5, 3, 7, 6, 1, 9, 30, 0]);
    expect(headColumns(1, { epochs: [{ epoch: 1, revision: 0, by: me }], revision: 7 }, me)).toEqual([
      1,
      7,
      [1, 0, 0],
      [],
    ]);
  });

  it("tells the latest epochs where there are many", () => {
    const many = Array.from({ length: limits.storeEpochsTold + 5 }, (_, i) => ({ epoch: i + 1, revision: i, by: one }));
    expect(roundTrip(many)).toEqual(many.slice(5));
  });

  const flat = [1, 0, 1, 9, 30, 0];
  it.each<[string, readonly Value[]]>([
    ["no numbers", ["9", 40, flat, [one]]],
    ["no vector", [9, 40, 1, [one]]],
    ["no lives", [9, 40, flat]],
    ["a piece of an epoch", [9, 40, [1, 0], [one]]],
    ["an epoch of nobody", [9, 40, [1, 0, 2], [one]]],
    ["a life that is none", [9, 40, flat, ["me"]]],
    ["a life that is no text", [9, 40, flat, [7]]],
    ["a life twice", [9, 40, flat, [one, one]]],
    ["its own life among the others", [9, 40, flat, [me]]],
    ["a number that is none", [9, 40, [1, 0, 0.5], [one]]],
    ["too many epochs", [9, 40, Array.from({ length: 3 * (limits.storeEpochsTold + 1) }, () => 0), []]],
  ])("is none with %s", (_, columns) => {
    expect(readHead(columns, me)).toBeUndefined();
  });
});
