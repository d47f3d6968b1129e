/** A replica that is behind when another authority goes on: whose history it still is. */
import { expect, it } from "vitest";
import { limits } from "../../../../library/core/limits.ts";
import type { Change } from "../../../../library/core/store/change.ts";
import { Replica } from "../../../../library/core/store/replica.ts";
import type { Head, ReplicaEffect } from "../../../../library/core/store/replica-messages.ts";

const first = { epoch: 1, revision: 0, by: "a" };

function put(key: number): Change {
  return { kind: "put", key, value: key, expiresAtMs: undefined, expiresAfterMs: undefined };
}

/** Of epoch 1, at revision 3. */
function following(): Replica {
  const start = { version: { epoch: 1, revision: 3 }, epochs: [first], entries: [] };
  const replica = new Replica(0, start);
  replica.receive({ kind: "announce", epoch: 1, revision: 3, epochs: [first], node: "a" }, 0);
  return replica;
}

function asked(effects: readonly ReplicaEffect[]): unknown {
  return effects.flatMap((effect) => (effect.kind === "ask" ? [effect.question] : []));
}

it("S4: is at no version that never was: revisions before the new epoch are of the old one", () => {
  const replica = following();
  const epochs = [first, { epoch: 2, revision: 5, by: "b" }];
  const head: Head = { epoch: 2, revision: 6, epochs, node: "b" };
  replica.receive({ kind: "announce", ...head }, 10);
  expect(replica.version).toEqual({ epoch: 1, revision: 3 });
  const effects = replica.check(1_000);
  expect(asked(effects)).toEqual([{ kind: "since", epoch: 1, revision: 3, by: "a" }]);
  replica.receive({ kind: "changes", epoch: 2, node: "b", firstRevision: 4, changes: [put(4)] }, 1_001);
  expect(replica.version).toEqual({ epoch: 1, revision: 4 });
  replica.receive({ kind: "changes", epoch: 2, node: "b", firstRevision: 5, changes: [put(5), put(6)] }, 1_002);
  expect(replica.version).toEqual({ epoch: 2, revision: 6 });
});

it("S4: is no fork for a third authority either, if it had nothing of the second", () => {
  const replica = following();
  const epochs = [first, { epoch: 2, revision: 5, by: "b" }];
  replica.receive({ kind: "announce", epoch: 2, revision: 5, epochs, node: "b" }, 10);
  const more = [...epochs, { epoch: 3, revision: 8, by: "c" }];
  const effects = replica.receive({ kind: "announce", epoch: 3, revision: 8, epochs: more, node: "c" }, 20);
  expect(effects.filter(({ kind }) => kind === "unmatched")).toEqual([]);
});

it("S4: goes on where two lives began the same epoch with the same table, and knows whose it is from then on", () => {
  const theirs = [{ epoch: 1, revision: 0, by: "z" }];
  const empty = new Replica(0, { version: { epoch: 1, revision: 0 }, epochs: [first], entries: [] });
  const effects = empty.receive({ kind: "announce", epoch: 1, revision: 2, epochs: theirs, node: "z" }, 0);
  expect(effects).toContainEqual({ kind: "epoch", version: { epoch: 1, revision: 0 }, epochs: theirs });
  expect([empty.epochs, empty.isOf("z", 1), empty.isOf("a", 1)]).toEqual([theirs, true, false]);
});

it("S4: takes the other table where two lives began the same epoch, though all numbers are the same", () => {
  const replica = following();
  const theirs = [{ epoch: 1, revision: 0, by: "z" }];
  const head: Head = { epoch: 1, revision: 3, epochs: theirs, node: "z" };
  replica.check(limits.storeStaleMs); // nothing is heard of `a` any more
  const [ask] = replica
    .receive({ kind: "announce", ...head }, limits.storeStaleMs)
    .filter(({ kind }) => kind === "ask");
  expect(ask).toMatchObject({ question: { kind: "snapshot" } });
  const request = ask?.kind === "ask" ? ask.request : 0;
  const page = { kind: "page", head, walk: 1, page: 0, revision: 3, entries: [], isLast: true } as const;
  const effects = replica.receive({ kind: "answer", request, answer: page }, limits.storeStaleMs + 1);
  const version = { epoch: 1, revision: 3 };
  expect(effects).toContainEqual({ kind: "reset", from: version, to: version, isFork: true });
  expect(replica.epochs).toEqual(theirs);
});

it("S4: says of each change the epoch in which it was made, also where one step crosses to the next", () => {
  const replica = following();
  const epochs = [first, { epoch: 2, revision: 5, by: "b" }];
  replica.receive({ kind: "announce", epoch: 2, revision: 6, epochs, node: "b" }, 10);
  const changes = [put(4), put(5), put(6)];
  const effects = replica.receive({ kind: "changes", epoch: 2, node: "b", firstRevision: 4, changes }, 20);
  const runs = effects.flatMap((effect) => (effect.kind === "changed" ? [effect.run] : []));
  expect(runs.map(({ version, firstRevision }) => ({ ...version, firstRevision }))).toEqual([
    { epoch: 1, revision: 5, firstRevision: 4 },
    { epoch: 2, revision: 6, firstRevision: 6 },
  ]);
});
