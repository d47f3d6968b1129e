/** How an authority and its heir ask their witness: whatever comes back is a record, or nothing. */
import { expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { arbiterOf } from "../../../library/store/arbiter.ts";
import { witnessText } from "../../../library/store/witness-text.ts";
import { Chance, seed, tries } from "../wire/chance.ts";
import { spoiledText } from "./spoiled-messages.ts";

const record = { epoch: 3, authority: "a", heir: "b" };
type Told = readonly [from: string, name: string, args: readonly Value[]] | undefined;

function asking(told: () => Told) {
  const time = { nowMs: 0 };
  const failures: string[] = [];
  const asked: (readonly unknown[])[] = [];
  const ask = async (_role: string, _topic: string, name: string, args: readonly Value[]) => {
    asked.push([name, ...args]);
    const answer = told();
    return answer && { node: { id: answer[0] }, name: answer[1], args: answer[2] };
  };
  const clock = { nowMs: () => time.nowMs };
  const node = { clock, fail: ({ code }: { code: string }) => failures.push(code) };
  return { arbiter: arbiterOf({ ask, node } as never, "t"), failures, asked, time };
}

it("F5: a swap names the life whose record was read last", async () => {
  let from = "one";
  const { arbiter, asked } = asking(() => [from, "record", [witnessText(record)]]);
  expect(await arbiter({ kind: "read" })).toEqual({ kind: "record", record });
  from = "two";
  const swap = { kind: "swap", expected: record, wanted: { ...record, epoch: 4 } } as const;
  await arbiter(swap);
  await arbiter(swap);
  expect(asked.map((each) => each.at(3))).toEqual([undefined, "one", "two"]);
});

it("F5: that there are two witnesses is told once, until one of them answers", async () => {
  const refused: Told = ["one", "refused", ["WITNESS_CONFLICT", "store t"]];
  let told: Told = refused;
  const { arbiter, failures } = asking(() => told);
  for (let i = 0; i < 3; i++) expect(await arbiter({ kind: "read" })).toEqual({ kind: "failed" });
  expect(failures).toEqual(["WITNESS_CONFLICT"]);
  told = ["one", "record", [""]];
  expect(await arbiter({ kind: "read" })).toEqual({ kind: "record", record: undefined });
  told = refused;
  await arbiter({ kind: "read" });
  expect(failures).toEqual(["WITNESS_CONFLICT", "WITNESS_CONFLICT"]);
});

it("F5: two witnesses that do not know of each other are told by who answers; no role changes until one is silent", async () => {
  let from = "one";
  const { arbiter, failures, time } = asking(() => [from, "record", [witnessText(record)]]);
  const kind = async (life: string): Promise<string> => {
    from = life;
    return (await arbiter({ kind: "read" })).kind;
  };
  expect([await kind("one"), await kind("two"), await kind("two")]).toEqual(["record", "record", "record"]); // its next life
  expect([await kind("one"), await kind("one"), await kind("two")]).toEqual(["failed", "failed", "failed"]);
  expect(failures).toEqual(["WITNESS_CONFLICT"]);
  time.nowMs = limits.witnessRivalMs - 1;
  expect(await kind("one")).toBe("failed");
  time.nowMs += limits.witnessRivalMs;
  expect(await kind("one")).toBe("record");
  expect([await kind("three"), await kind("four")]).toEqual(["record", "record"]); // lives that follow one another
  expect(await kind("three")).toBe("failed");
  expect(failures).toEqual(["WITNESS_CONFLICT", "WITNESS_CONFLICT"]);
});

it(`F5 T12: what is no record is as good as no answer (seed ${seed})`, async () => {
  const chance = new Chance(seed);
  const { arbiter } = asking(() => {
    if (chance.below(10) === 0) return undefined;
    const name = chance.oneOf(["record", "record", "record", "refused", "__proto__"]);
    return ["one", name, chance.oneOf([[], [spoiledText(witnessText(record), chance)]]) as readonly Value[]];
  });
  const seen = { record: 0, failed: 0 };
  for (let i = 0; i < tries(4_000); i++) {
    const result = await arbiter({ kind: "read" });
    seen[result.kind as "record" | "failed"] += 1;
    const { found } = { found: (result as { record?: { epoch: unknown } }).record };
    if (found !== undefined) expect(Number.isSafeInteger(found.epoch), `SEED=${seed}, try ${i}`).toBe(true);
  }
  expect(Math.min(seen.record, seen.failed)).toBeGreaterThan(tries(4_000) / 100);
});
