/** A store in words: what each place in the succession means for people, and what is wrong. */
import { expect, it } from "vitest";
import type { Store, StoreReport } from "../../../library/index.ts";
import { silenceWords, storeFacts, termWords } from "../../../server/cli/store-facts.ts";
import { styleFor } from "../../../server/cli/style.ts";

const plain = styleFor(false, {});
const version = { epoch: 1, revision: 7 };
const report: StoreReport = { topic: "t", role: "authority", state: "live", version, entries: 2, isPersistent: true };

it.each<[Partial<StoreReport>, string]>([
  [{ standing: "alone" }, "authority, live, 2 entries, version 1.7, on disk, no standby"],
  [{ standing: "protected", heir: "spare" }, "authority, live, 2 entries, version 1.7, on disk, protected by spare"],
  [
    { standing: "unprotected" },
    "authority, live, 2 entries, version 1.7, on disk, unprotected: nobody takes over from it",
  ],
  [
    { standing: "unprotected", heir: "spare" },
    "authority, live, 2 entries, version 1.7, on disk, unprotected: its heir spare has not all yet, so nobody takes over from it",
  ],
  [
    { state: "stale", ageMs: 12_345, standing: "waiting-for-heir", heir: "spare" },
    "authority, stale for 12 s, 2 entries, version 1.7, on disk, waits for spare: answers nothing",
  ],
  [{ role: "replica", lag: 1_024, isPersistent: false }, "replica, live, 2 entries, version 1.7, 1 024 behind"],
  [
    { role: "standby", standing: "heir", heirOf: { node: "first", isPromotable: true } },
    "standby, live, 2 entries, version 1.7, on disk, heir of first",
  ],
  [{ role: "standby", standing: "follower" }, "standby, live, 2 entries, version 1.7, on disk, not the heir"],
  [
    { role: "standby", state: "stale", ageMs: 4_000, standing: "heir", heirOf: { node: "first", isPromotable: false } },
    "standby, stale for 4 s, 2 entries, version 1.7, on disk, heir of first, and has not all that it has yet: takes over only by force, and else waits for it",
  ],
  [
    { standing: "conflicted", rival: "west", diverged: 1 },
    "authority, live, 2 entries, version 1.7, on disk, in conflict with west: takes no writes, saved 1 entry that only it had",
  ],
])("%j", (facts, words) => {
  expect(storeFacts({ ...report, ...facts }, plain)).toBe(words);
});

it("what follows from a term, and from silence, is said of those alone for whom it is so", () => {
  const store = (succession: Partial<NonNullable<Store["succession"]>>) => ({ topic: "t", succession }) as Store;
  const ready = { node: "first", isPromotable: true };
  expect([
    termWords(store({ standing: "alone" })),
    termWords(store({ standing: "protected", heir: "spare" })),
    termWords(store({ standing: "unprotected", heir: "spare" })),
    silenceWords(store({ standing: "heir", heirOf: ready })),
    silenceWords(store({ standing: "unprotected" })),
    silenceWords(store({ standing: "heir", heirOf: { ...ready, isPromotable: false } })),
    silenceWords(store({ standing: "follower" })),
  ]).toEqual([
    "",
    ", by spare",
    ": nobody takes over from this node until spare has all",
    undefined,
    undefined,
    "t: its authority first is silent, and this node had not all of it: nobody takes over until it is back, or one is promoted by force",
    "t: its authority is silent, and this node is not its heir: nobody takes over until it is back, or one is promoted by force",
  ]);
});
