/** The rules of the two halves of a term that only rare turns of events would show. */
import { expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import { AuthorityTerm } from "../../../../library/core/store/authority-term.ts";
import { HeirTerm } from "../../../../library/core/store/heir-term.ts";
import { Recovery } from "../../../../library/core/store/recovery.ts";
import { Term } from "../../../../library/core/store/term.ts";
import type { TermMessage } from "../../../../library/core/store/term-messages.ts";

const heir = { node: "h", life: "h1" };
const old = { node: "a", life: "a1" };
const back = { node: "a", life: "a2" };
const epochs = [{ epoch: 1, revision: 0, by: "a1" }];
const held = { epoch: 1, revision: 5, by: "a1" };

function standby(): Term {
  const holdings = { version: held, epochs, isLive: true };
  const rest = { record: undefined, remembers: true, isPersistent: true } as const;
  const term = new Term({ self: heir, role: "standby", ...rest, holdings }, 0);
  term.check(0);
  return term;
}

const ping = { kind: "ping", from: old, epoch: 1, number: 1, heir: "h1", syncRevision: 5 } as const;
const kinds = (effects: ReturnType<Term["check"]>) =>
  effects.map((effect) => (effect.kind === "send" ? effect.message.kind : effect.kind));

it("F2: an heir takes over only when it was in sync, and 3 s after its last answer", () => {
  const term = new HeirTerm(old, 1, 5, 0);
  term.hold({ ...held, revision: 4 }, true);
  term.hold({ ...held, epoch: 2 }, true);
  term.hold({ ...held, by: "c1" }, true);
  term.hold(held, false);
  expect(term.isDue(3_000)).toBe(false);
  term.hold(held, true);
  term.heard(1_000);
  expect([term.isDue(3_999), term.isDue(4_000)]).toEqual([false, true]);
});

it("F3: an heir that was paused itself listens a while before it takes over", () => {
  const term = new HeirTerm(old, 1, 5, 0);
  term.hold(held, true);
  expect([term.isDue(9_000), term.isDue(9_499), term.isDue(9_500)]).toEqual([false, false, true]);
});

it("F4: the answer of an earlier life of the heir is no proof that this one is gone", () => {
  const term = new AuthorityTerm(1, "a1", 0);
  const pong = {
    kind: "pong",
    from: { node: "h", life: "h0" },
    epoch: 1,
    held,
    isLive: true,
    remembers: true,
  } as const;
  term.ping(old, 0);
  term.appoint(heir, 0, 0);
  term.ping(old, 0);
  const late = limits.termMs;
  expect(term.isProofOfRestart({ ...pong, number: 1 }, late)).toBe(false);
  expect(term.isProofOfRestart({ ...pong, number: 2 }, late)).toBe(true);
  expect(term.isProofOfRestart({ ...pong, number: 2, remembers: false }, late)).toBe(false);
  // Had it come to that, the life before would have waited for longer.
  expect(term.isProofOfRestart({ ...pong, number: 2, remembers: false }, late - 1)).toBe(true);
});

it("F2: an heir that resigned to a restarted authority is not named again by what its former life said", () => {
  const term = standby();
  expect(kinds(term.receive(ping, 0))).toContain("pong");
  expect(term.state).toBe("heir");
  const ask: TermMessage = { kind: "ask", from: back, epoch: 1, held: { ...held, revision: 6 } };
  expect(kinds(term.receive(ask, 10))).toContain("answer");
  expect(term.receive(ping, 20)).toEqual([]);
  expect(term.receive({ kind: "grant", from: old, epoch: 1, heir: "h1", held }, 30)).toEqual([]);
  expect(term.state).toBe("follower");
});

it("F2: an heir that takes over answers no ping and takes no batch, and is authority when its epoch is written down", () => {
  const term = standby();
  term.receive(ping, 0);
  expect(term.mayPrepare(1, "a1")).toBe(true);
  const [act] = term.check(3_000).filter((effect) => effect.kind === "act");
  expect(act?.act).toMatchObject({ kind: "persist", record: { epoch: 2, role: "authority" } });
  expect([term.state, term.mayPrepare(1, "a1"), term.mayAnswer(3_000)]).toEqual(["taking-over", false, false]);
  expect(term.receive({ ...ping, number: 2 }, 3_001)).toEqual([]);
  term.done(act!.id, { kind: "persisted" }, 3_002);
  expect([term.state, term.epoch, term.mayAnswer(3_002)]).toEqual(["unprotected", 2, true]);
});

it("F6: an authority that starts again with less than its heir holds hands over to it", () => {
  const recovery = new Recovery("h", true, 0);
  const answer = { kind: "answer", from: heir, epoch: 1, held, isPromotable: false, remembers: true } as const;
  expect(recovery.decide(100)).toEqual({ kind: "wait" });
  recovery.note(answer, { ...held, revision: 4 });
  expect(recovery.decide(100)).toEqual({ kind: "grant", to: heir, held });
  const other = new Recovery("h", true, 0);
  other.note(answer, held);
  expect(other.decide(100)).toEqual({ kind: "begin", heir });
});
