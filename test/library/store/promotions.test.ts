/** What a handle that may be the authority does when it is asked to be it, or to hand over. */
import { expect, it } from "vitest";
import { Term } from "../../../library/core/store/term.ts";
import type { TermEffect, TermRecord } from "../../../library/core/store/term-messages.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { Lookers } from "../../../library/store/lookers.ts";
import { Promotions, type PromotionsParts } from "../../../library/store/promotions.ts";

const lives = { ours: "a".repeat(32), other: "b".repeat(32) };
const held = { epoch: 1, revision: 5 };

/** A follower that holds 1.5, heard of 2.9, and keeps its record at once. */
function desk() {
  const term = new Term(
    {
      self: { node: "ours", life: lives.ours },
      role: "standby",
      record: undefined,
      remembers: true,
      isPersistent: true,
      holdings: { version: held, epochs: [], isLive: true },
    },
    0,
  );
  const records: TermRecord[] = [];
  const carryOut = (effects: readonly TermEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind !== "act" || effect.act.kind !== "persist") continue;
      records.push(effect.act.record);
      carryOut(term.done(effect.id, { kind: "persisted" }, 20));
    }
  };
  carryOut(term.check(0));
  const from = { node: "other", life: lives.other };
  carryOut(term.receive({ kind: "announce", from, epoch: 2, revision: 9, epochs: [] }, 10));
  const driver = { term, carryOut, nowMs: () => 20, check: () => carryOut(term.check(20)) };
  const clock = { nowMs: () => 20, after: () => () => {} };
  const node = { origin: { name: "ours", id: lives.ours }, clock, checkOpen: () => {} };
  const isOpen = () => term.state === "unprotected";
  const parts = { traffic: { node }, topic: "t", driver, lookers: new Lookers(node as never, "t"), isOpen };
  return { promotions: new Promotions(parts as unknown as PromotionsParts), term, records };
}

type Told = readonly [name: string, args: readonly Value[]];

function ask({ promotions }: ReturnType<typeof desk>, name: string, args: readonly Value[]): Promise<Told> {
  return new Promise((resolve) => promotions.hear({ name, args } as never, (...told) => resolve(told)));
}

it("F6: says where it stands, and of which versions it only heard", async () => {
  expect(await ask(desk(), "standing", [])).toEqual(["standing", ["follower", 2, 1, 5, 2, 9]]);
});

it("F6: takes the role when as much may be lost as was agreed to, and not when it is more", async () => {
  const two = desk();
  for (const less of [
    [1, 5, 2, 8],
    [1, 6, 2, 9],
  ]) {
    const told = await ask(two, "promote", [lives.ours, 2, "take", ...less]);
    expect([told[0], told[1][0], two.records]).toEqual(["refused", "CONFLICT", []]);
  }
  expect(await ask(two, "promote", [lives.ours, 2, "take", 1, 5, 2, 9])).toEqual(["promoted", ["ours", 5]]);
});

it("F6: asked again, answers again and takes no further epoch", async () => {
  const two = desk();
  for (let i = 0; i < 3; i++) {
    expect(await ask(two, "promote", [lives.ours, 2, "take"])).toEqual(["promoted", ["ours", 5]]);
  }
  expect(two.records.map(({ epoch }) => epoch)).toEqual([5]);
});

it("F6: does nothing in another epoch than was meant, nor for whom it is not", async () => {
  const two = desk();
  for (const how of ["take", "yield"]) {
    expect(await ask(two, "promote", [lives.ours, 1, how])).toMatchObject([
      "refused",
      ["CONFLICT", expect.any(String)],
    ]);
  }
  expect(await ask(two, "promote", [lives.ours, 2, "yield"])).toMatchObject([
    "refused",
    ["NO_HEIR", expect.any(String)],
  ]);
  const unheard: readonly (readonly Value[])[] = [
    [lives.other, 2, "take"],
    [lives.ours, 2, "make"],
    [lives.ours, 0.5, "take"],
    [],
  ];
  for (const args of unheard) two.promotions.hear({ name: "promote", args } as never, () => expect.unreachable());
  expect(two.term.state).toBe("follower");
});
