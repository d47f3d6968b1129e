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
