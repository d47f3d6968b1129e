/** What stores do with answers and requests that have mistakes in them: nothing is thrown, and nothing hangs on them. */
import process from "node:process";
import { expect, it, vi } from "vitest";
import { Term } from "../../../library/core/store/term.ts";
import type { TermEffect } from "../../../library/core/store/term-messages.ts";
import type { Value } from "../../../library/core/values/index.ts";
import { headColumns } from "../../../library/store/head.ts";
import { KnownResults } from "../../../library/store/known-results.ts";
import { Lookers } from "../../../library/store/lookers.ts";
import { resultColumns } from "../../../library/store/prepared.ts";
import { Promotions, type PromotionsParts } from "../../../library/store/promotions.ts";
import { ResultsHandover } from "../../../library/store/results-handover.ts";
import { Chance, seed, tries } from "../wire/chance.ts";
import { spoiledValue } from "./spoiled-messages.ts";

const [ours, other] = ["a".repeat(32), "b".repeat(32)];
const epochs = [{ epoch: 2, revision: 0, by: other }];
const done = { kind: "done", revision: 9, value: undefined } as const;

/** What becomes of promises that nobody waits for. */
async function rejections(run: () => Promise<void>): Promise<readonly unknown[]> {
  const rejected: unknown[] = [];
  const note = (error: unknown): void => void rejected.push(error);
  process.on("unhandledRejection", note);
  try {
    await run();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("unhandledRejection", note);
  }
  return rejected;
}

it(`T12 T14: outcomes that an heir is handed (seed ${seed})`, async () => {
  const results = [{ client: ours, first: 3, outcomes: [done, done] }];
  const head = headColumns(2, { epochs, revision: 9 }, other);
  const page = (walk: number, isLast: boolean): readonly Value[] => [...head, walk, isLast, resultColumns(results)];
  const chance = new Chance(seed);
  const seen = { done: 0, again: 0 };
  const usual = tries(2_000);
  const rejected = await rejections(async () => {
    for (let i = 0; i < usual; i++) {
      const isLast = chance.below(3) === 0;
      const args = i === 0 ? page(1, true) : (spoiledValue(page(1, isLast), chance) as readonly Value[]);
      const ends: (() => void)[] = [];
      const answers = [args, page(1, true)];
      const known = new KnownResults();
      const ask = (): Promise<unknown> =>
        Promise.resolve({ name: "results", args: answers.shift() ?? page(1, true), node: { name: "b", id: other } });
      const clock = { after: (_: number, again: () => void) => ends.push(again) };
      const onDone = vi.fn();
      const traffic = { ask, node: { clock, isClosed: false } };
      const handover = new ResultsHandover(traffic as never, "t", known, (kept) => kept(), onDone);
      handover.begin(other, 2, 0);
      await new Promise((resolve) => setImmediate(resolve));
      // Either it came to an end, or it is asked again later: never neither.
      expect(onDone.mock.calls.length + ends.length, `try ${i}`).toBe(1);
      expect(handover.isDone(other, 2)).toBe(ends.length === 0);
      if (ends.length === 0) seen.done += 1;
      else seen.again += 1;
      handover.close();
    }
  });
  expect(rejected).toEqual([]);
  expect(Math.min(seen.done, seen.again)).toBeGreaterThan(usual / 50);
});

it(`T12 T14: requests for another authority (seed ${seed})`, async () => {
  const chance = new Chance(seed);
  const fail = vi.fn();
  let told = 0;
  const rejected = await rejections(async () => {
    for (let i = 0; i < tries(2_000); i++) {
      const promotions = desk(fail);
      const right = [ours, 1, chance.oneOf(["take", "yield"]), 1, 5, 1, 5];
      const args = spoiledValue(right, chance) as readonly Value[];
      promotions.hear({ name: chance.oneOf(["promote", "promote", "standing"]), args } as never, () => (told += 1));
    }
  });
  expect(rejected).toEqual([]);
  expect(fail).not.toHaveBeenCalled();
  expect(told).toBeGreaterThan(100);
});

/** A follower that holds 1.5, and keeps its record at once. */
function desk(fail: (error: unknown) => void): Promotions {
  const holdings = { version: { epoch: 1, revision: 5 }, epochs: [], isLive: true };
  const self = { node: "ours", life: ours };
  const term = new Term({ self, role: "standby", record: undefined, remembers: true, isPersistent: true, holdings }, 0);
  const carryOut = (effects: readonly TermEffect[]): void => {
    for (const { kind, ...effect } of effects as readonly (TermEffect & { readonly id: number })[]) {
      if (kind === "act") carryOut(term.done(effect.id, { kind: "persisted" }, 20));
    }
  };
  carryOut(term.check(0));
  const driver = { term, carryOut, nowMs: () => 20, check: () => carryOut(term.check(20)) };
  const clock = { nowMs: () => 20, after: () => () => {} };
  const node = { origin: { name: "ours", id: ours }, clock, checkOpen: () => {}, fail };
  const isOpen = (): boolean => term.state === "unprotected";
  const parts = { traffic: { node }, topic: "t", driver, lookers: new Lookers(node as never, "t"), isOpen };
  return new Promotions(parts as unknown as PromotionsParts);
}
