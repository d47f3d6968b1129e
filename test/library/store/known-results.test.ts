/** Outcomes that an heir knows of: bounded, whatever an authority says of them. */
import { expect, it } from "vitest";
import { limits } from "../../../library/core/limits.ts";
import type { Outcome } from "../../../library/core/store/change.ts";
import { KnownResults } from "../../../library/store/known-results.ts";

const client = "a".repeat(32);

function outcomes(count: number): readonly Outcome[] {
  return Array.from({ length: count }, () => ({ kind: "done", revision: 1, value: undefined }));
}

it("T12: far more outcomes of one client than are kept are taken, and the last of them kept", () => {
  const count = 300_000;
  const later = new KnownResults();
  later.add({ client, first: 1, outcomes: outcomes(count) });
  expect([...later.upTo(1)]).toMatchObject([{ client, first: 1 + count - limits.storeOutcomes }]);
  const earlier = new KnownResults();
  earlier.addEarlier({ client, first: 1, outcomes: outcomes(count) });
  expect([...earlier.upTo(1)]).toMatchObject([{ client, first: 1 + count - limits.storeOutcomes }]);
});
