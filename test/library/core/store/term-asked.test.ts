/** What a standby answers an authority that has stopped or started again, and asks who holds what. */
import { expect, it } from "vitest";
import { Term } from "../../../../library/core/store/term.ts";
import type { TermEffect } from "../../../../library/core/store/term-messages.ts";

const self = { node: "h", life: "h1" };
const from = { node: "a", life: "a1" };
const epochs = [{ epoch: 5, revision: 0, by: from.life }];

/** The heir of `from`, at revision 9. */
function heir(isLive: boolean): Term {
  const holdings = { version: { epoch: 5, revision: 9 }, epochs, isLive };
  const term = new Term({ self, role: "standby", record: undefined, remembers: true, isPersistent: true, holdings }, 0);
  term.check(0);
  term.receive({ kind: "ping", from, epoch: 5, number: 1, heir: self.life, syncRevision: 5 }, 0);
  expect(term.state).toBe("heir");
  return term;
}

function asked(term: Term): readonly TermEffect[] {
  return term.receive({ kind: "ask", from, epoch: 5, held: { epoch: 5, revision: 9, by: from.life } }, 10);
}

const promise = (isPromotable: boolean) =>
  expect.objectContaining({ kind: "send", message: expect.objectContaining({ kind: "answer", isPromotable }) });

it("F4: an heir that was never in sync does not promise to take over, also when the same process opens the store again", () => {
  const term = heir(false);
  expect(asked(term)).toContainEqual(promise(false));
  expect(term.state).toBe("follower");
});

it("F4: one that is in sync says that it takes over, and does", () => {
  const term = heir(true);
  expect(asked(term)).toContainEqual(promise(true));
  expect(term.check(3_000)).toContainEqual(expect.objectContaining({ kind: "act" }));
});

/** An act that was begun is done, and what came of it. */
function finish(term: Term, effects: readonly TermEffect[]): readonly TermEffect[] {
  return effects.flatMap((each) => (each.kind === "act" ? term.done(each.id, { kind: "persisted" }, 20) : []));
}

it("F2: one that takes over because the role was handed to it answers nobody until it has it", () => {
  const term = heir(false);
  asked(term); // it is a follower from now on, to which the role may be given
  const grant = {
    kind: "grant",
    from,
    epoch: 5,
    heir: self.life,
    held: { epoch: 5, revision: 9, by: from.life },
  } as const;
  const taking = term.receive(grant, 10);
  expect(term.state).toBe("taking-over");
  expect(asked(term)).toEqual([]);
  expect(term.receive({ kind: "ping", from, epoch: 5, number: 2, heir: undefined, syncRevision: 5 }, 10)).toEqual([]);
  finish(term, taking);
  expect([term.state, term.epoch]).toEqual(["unprotected", 6]);
});

it("F6: an authority goes on itself where what it granted the role for came to nothing", () => {
  const holdings = { version: { epoch: 5, revision: 9 }, epochs, isLive: false };
  const record = { epoch: 5, role: "authority", heir: self.node, epochs } as const;
  const term = new Term({ self: from, role: "authority", record, remembers: true, isPersistent: true, holdings }, 0);
  finish(term, term.check(0));
  const answer = (revision: number): readonly TermEffect[] => {
    const held = { epoch: 5, revision, by: from.life };
    return term.receive({ kind: "answer", from: self, epoch: 5, held, isPromotable: false, remembers: true }, 10);
  };
  finish(term, answer(10)); // what was prepared to its earlier life, of which nobody else knows
  expect(term.state).toBe("handing-over");
  expect(finish(term, answer(10))).toEqual([]);
  finish(term, answer(9)); // it follows us, and has given that up
  finish(term, term.check(60_000));
  expect([term.state, term.epoch]).toEqual(["unprotected", 6]);
});
