/** A replica that begins with what the authority never had, though the numbers of both histories look alike. */
import { expect, it } from "vitest";
import type { Change, Entry } from "../../../../library/core/store/change.ts";
import { Replica } from "../../../../library/core/store/replica.ts";
import type { Answer, Head, Question, ReplicaEffect } from "../../../../library/core/store/replica-messages.ts";

const ours = [{ epoch: 1, revision: 0, by: "loser" }];
const theirs = [...ours, { epoch: 4, revision: 9, by: "winner" }];
const head: Head = { epoch: 4, revision: 9, epochs: theirs, node: "winner" };

function entry(key: string, value: string, revision: number): Entry {
  return { key, value, revision, expiresAtMs: undefined, expiresAfterMs: undefined };
}

/** Of another epoch 1 than that of the winner, from the first revision on. */
function forked(): Replica {
  const entries = [entry("a", "ours", 2), entry("b", "ours", 3)];
  return new Replica(0, { version: { epoch: 1, revision: 3 }, epochs: ours, entries, fork: 1 });
}

function shown(replica: Replica): readonly string[] {
  return [...replica.table].map(({ key, value }) => `${String(key)}: ${String(value)}`).sort();
}

function asked(effects: readonly ReplicaEffect[]): readonly { request: number; question: Question }[] {
  return effects.filter((effect) => effect.kind === "ask");
}

const old = ["a: ours", "b: ours"];

it("S4 F7: shows what it had, and never both mixed, until the winner's table is whole; then it tells of a reset", () => {
  const replica = forked();
  const first = asked(replica.check(0));
  expect(first.map(({ question }) => question)).toEqual([{ kind: "snapshot", walk: undefined, page: 0 }]);
  replica.receive({ kind: "announce", ...head }, 10);
  const put: Change = { kind: "put", key: "c", value: "theirs", expiresAtMs: undefined, expiresAfterMs: undefined };
  replica.receive({ kind: "changes", epoch: 4, node: "winner", firstRevision: 10, changes: [put] }, 20);
  expect([shown(replica), replica.version, replica.state]).toEqual([old, { epoch: 1, revision: 3 }, "syncing"]);
  expect([replica.reached({ epoch: 1, revision: 2 }), replica.reached({ epoch: 4, revision: 9 })]).toEqual([
    false,
    false,
  ]);

  const page: Answer = {
    ...({ kind: "page", head, walk: 1, page: 0, revision: 9, isLast: true } as const),
    entries: [entry("a", "theirs", 9)],
  };
  const effects = replica.receive({ kind: "answer", request: first[0]!.request, answer: page }, 30);
  const told = effects.flatMap((effect): readonly object[] => {
    if (effect.kind === "unmatched") return [{ ...effect, entries: [...effect.entries].map(({ key }) => key) }];
    return effect.kind === "reset" ? [effect] : [];
  });
  const from = { epoch: 1, revision: 3 };
  expect(told).toEqual([
    { kind: "unmatched", from, fork: 1, entries: ["a", "b"] },
    { kind: "reset", from, to: { epoch: 4, revision: 10 }, isFork: true },
  ]);
  expect([shown(replica), replica.state]).toEqual([["a: theirs", "c: theirs"], "live"]);
  expect(replica.reached({ epoch: 1, revision: 2 })).toBe(true);
});

it("S3: of two that began the same epoch, the version of the one that is not followed is not reached, be it high or low", () => {
  const replica = new Replica(0, {
    version: { epoch: 1, revision: 9 },
    epochs: ours,
    entries: [entry("a", "ours", 9)],
  });
  const early = { epoch: 1, revision: 2 };
  expect(replica.reached(early, "loser")).toBe(false); // nobody has been heard yet
  replica.receive({ kind: "announce", epoch: 1, revision: 9, epochs: ours, node: "loser" }, 10);
  expect([replica.reached(early), replica.reached(early, "loser")]).toEqual([true, true]);
  expect(replica.reached(early, "other")).toBe(false);

  const other: Head = { epoch: 1, revision: 3, epochs: [{ epoch: 1, revision: 0, by: "other" }], node: "other" };
  const [first] = asked(replica.receive({ kind: "announce", ...other }, 5_000));
  expect(replica.reached(early, "other")).toBe(false); // it is followed, and its table is on its way
  const page: Answer = { kind: "page", head: other, walk: 1, page: 0, revision: 3, isLast: true, entries: [] };
  replica.receive({ kind: "answer", request: first!.request, answer: page }, 5_010);
  expect([replica.reached(early, "other"), replica.reached(early, "loser")]).toEqual([true, false]);

  const later: Head = {
    epoch: 2,
    revision: 3,
    epochs: [...other.epochs, { epoch: 2, revision: 3, by: "x" }],
    node: "x",
  };
  replica.receive({ kind: "announce", ...later }, 5_020);
  expect(replica.reached(early, "loser")).toBe(true); // whatever it was, it comes no more
});

it("S4 F7: the same where a third one goes on before the copy is whole, and is silent for a while", () => {
  const replica = forked();
  replica.check(0);
  replica.receive({ kind: "announce", ...head }, 10);
  const third = { ...head, epoch: 7, epochs: [...theirs, { epoch: 7, revision: 9, by: "third" }], node: "third" };
  const [again] = asked(replica.receive({ kind: "announce", ...third }, 20));
  expect(again!.question).toEqual({ kind: "snapshot", walk: undefined, page: 0 });
  replica.check(9_000);
  expect([shown(replica), replica.state]).toEqual([old, "stale"]);
  const answer: Answer = { kind: "page", head: third, walk: 2, page: 0, revision: 9, isLast: true, entries: [] };
  const effects = replica.receive({ kind: "answer", request: again!.request, answer }, 9_010);
  expect(effects.flatMap((each) => (each.kind === "reset" ? [each.isFork] : []))).toEqual([true]);
  expect(shown(replica)).toEqual([]);
});
