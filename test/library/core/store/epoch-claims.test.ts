/** Epochs that others claim: one that cannot be must not become ours, for from the last number there is no next one. */
import { expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import { Replica } from "../../../../library/core/store/replica.ts";
import { Term } from "../../../../library/core/store/term.ts";
import type { ActResult, TermEffect, TermOptions } from "../../../../library/core/store/term-messages.ts";
import { swapped } from "../../../../library/core/store/witness.ts";

const [ours, other] = ["a".repeat(32), "b".repeat(32)];
const farthest = limits.storeEpochsAhead;
/** The nearest that is not believed, and the last number that there is. */
const beyond = (known: number): readonly number[] => [known + farthest + 1, known + 2 ** 40, 2 ** 53 - 2, 2 ** 53 - 1];

/** Acts of a term that are under way, and what it says of itself. */
function started(more: Partial<TermOptions>, answer: ActResult = { kind: "persisted" }) {
  const holdings = { version: { epoch: 1, revision: 5 }, epochs: [{ epoch: 1, revision: 0, by: ours }], isLive: true };
  const self = { node: "ours", life: ours };
  const options = { self, role: "standby", record: undefined, remembers: true, isPersistent: true, holdings } as const;
  const term = new Term({ ...options, ...more }, 0);
  const persisted: number[] = [];
  const carryOut = (effects: readonly TermEffect[], nowMs: number): void => {
    for (const effect of effects) {
      if (effect.kind !== "act") continue;
      if (effect.act.kind === "persist") persisted.push(effect.act.record.epoch);
      const result: ActResult = effect.act.kind === "persist" ? { kind: "persisted" } : answer;
      carryOut(term.done(effect.id, result, nowMs), nowMs);
    }
  };
  carryOut(term.check(0), 0);
  return { term, persisted, carryOut };
}

it.each(["follower", "authority"] as const)(
  "F1 T12: no claim of others takes the numbers from this node: %s",
  (role) => {
    const record = { epoch: 1, role, heir: undefined, epochs: [{ epoch: 1, revision: 0, by: ours }] };
    const { term, persisted, carryOut } = started({ record, role: role === "authority" ? "authority" : "standby" });
    const { state, epoch: known } = term;
    const from = { node: "other", life: other };
    for (const epoch of beyond(known)) {
      carryOut(term.receive({ kind: "announce", from, epoch, revision: 9, epochs: [] }, 10), 10);
      carryOut(term.receive({ kind: "fence", from, epoch }, 10, true), 10);
      expect([term.state, term.epoch]).toEqual([state, known]);
    }
    carryOut(term.receive({ kind: "fence", from, epoch: known + farthest }, 10), 10);
    expect([term.state, term.epoch]).toEqual(["follower", known + farthest]);
    carryOut(term.force(20), 20);
    expect(persisted.at(-1)).toBe(known + farthest + 3);
    expect(term.state).not.toBe("follower");
  },
);

it.each(beyond(1))("F1 F5 T12: a witness's record of epoch %i is no answer, nor is it kept", (epoch) => {
  const record = { epoch, authority: "other", heir: undefined };
  const { term, carryOut } = started({ hasArbiter: true }, { kind: "record", record });
  carryOut(term.check(5_000), 5_000);
  expect(term.epoch).toBe(1);
  const current = { epoch: 1, authority: "ours", heir: undefined };
  expect(swapped(current, current, record)).toBe(current);
  const credible = { ...record, epoch: 1 + farthest };
  expect(swapped(current, current, credible)).toBe(credible);
});

it("F1 T12: a copy does not follow who claims an epoch that cannot be, and goes on with its authority", () => {
  const replica = new Replica(0);
  const announce = (epoch: number, node: string) => {
    const epochs = [{ epoch, revision: 0, by: node }];
    replica.receive({ kind: "announce", epoch, revision: 0, epochs, node }, 10);
  };
  announce(1, ours);
  for (const epoch of beyond(1)) {
    const { refused } = replica.counts;
    announce(epoch, other);
    replica.receive({ kind: "changes", epoch, node: other, firstRevision: 1, changes: [{ kind: "clear" }] }, 10);
    expect([replica.authority?.node, replica.counts.refused - refused]).toEqual([ours, 2]);
  }
  announce(2, other);
  expect(replica.authority).toMatchObject({ node: other, epoch: 2 });
});
