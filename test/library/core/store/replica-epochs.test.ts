/** A replica that is behind when another authority goes on: whose history it still is. */
import { expect, it } from "vitest";
import type { Change } from "../../../../library/core/store/change.ts";
import { Replica } from "../../../../library/core/store/replica.ts";
import type { Head, ReplicaEffect } from "../../../../library/core/store/replica-messages.ts";

const first = { epoch: 1, revision: 0 };

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
  const epochs = [first, { epoch: 2, revision: 5 }];
  const head: Head = { epoch: 2, revision: 6, epochs, node: "b" };
  replica.receive({ kind: "announce", ...head }, 10);
  expect(replica.version).toEqual({ epoch: 1, revision: 3 });
  const effects = replica.check(1_000);
  expect(asked(effects)).toEqual([{ kind: "since", epoch: 1, revision: 3 }]);
  replica.receive({ kind: "changes", epoch: 2, node: "b", firstRevision: 4, changes: [put(4)] }, 1_001);
  expect(replica.version).toEqual({ epoch: 1, revision: 4 });
  replica.receive({ kind: "changes", epoch: 2, node: "b", firstRevision: 5, changes: [put(5), put(6)] }, 1_002);
  expect(replica.version).toEqual({ epoch: 2, revision: 6 });
});

it("S4: is no fork for a third authority either, if it had nothing of the second", () => {
  const replica = following();
  const epochs = [first, { epoch: 2, revision: 5 }];
  replica.receive({ kind: "announce", epoch: 2, revision: 5, epochs, node: "b" }, 10);
  const more = [...epochs, { epoch: 3, revision: 8 }];
  const effects = replica.receive({ kind: "announce", epoch: 3, revision: 8, epochs: more, node: "c" }, 20);
  expect(effects.filter(({ kind }) => kind === "unmatched")).toEqual([]);
});
