/** What an heir knows of outcomes, before, while and after it is told of them: none is done twice for want of it. */
import { expect, it } from "vitest";
import type { Outcome } from "../../../library/core/store/change.ts";
import type { Results } from "../../../library/core/store/submission.ts";
import { headColumns } from "../../../library/store/head.ts";
import { KnownResults } from "../../../library/store/known-results.ts";
import { resultColumns } from "../../../library/store/prepared.ts";
import { ResultsHandover } from "../../../library/store/results-handover.ts";

const life = "b".repeat(32);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Of operations that were decided at these revisions. */
function decided(client: string, first: number, ...revisions: readonly number[]): Results {
  const outcomes = revisions.map((revision): Outcome => ({ kind: "done", revision, value: undefined }));
  return { client, first, outcomes };
}

/** An heir whose authority tells it all of these outcomes, when it is let. */
function heir(told: readonly Results[]) {
  const known = new KnownResults();
  const [asked, kept]: [(() => void)[], (() => void)[]] = [[], []];
  let done = 0;
  const head = headColumns(2, { epochs: [{ epoch: 2, revision: 0, by: life }], revision: 9 }, life);
  const answer = { name: "results", args: [...head, 1, true, resultColumns(told)], node: { name: "b", id: life } };
  const ask = () => new Promise((resolve) => asked.push(() => resolve(answer)));
  const traffic = { ask, node: { clock: { after: () => {} }, isClosed: false } };
  const handover = new ResultsHandover(
    ...([traffic as never, "t", known] as const),
    (then) => kept.push(then),
    () => (done += 1),
  );
  const texts = (revision: number): readonly string[] =>
    [...handover.upTo(revision)].map(({ client, first, outcomes }) => `${client} ${first}+${outcomes.length}`).sort();
  const tell = async (): Promise<void> => {
    for (const each of asked.splice(0)) each();
    await turn();
  };
  return { handover, known, texts, tell, kept, done: () => done };
}

it("S2: what it knew of what its table has counts until it is told all", async () => {
  const { handover, known, texts, tell, kept, done } = heir([decided("a", 1, 1, 2, 4), decided("c", 7, 3)]);
  known.add(decided("a", 1, 1, 2, 3));
  known.add(decided("b", 5, 6));
  handover.begin(life, 2, 2); // of revision 3 nobody knows whether it came to something
  expect(texts(9)).toEqual(["a 1+2"]);
  known.add(decided("a", 4, 5)); // as prepared by now
  known.add(decided("d", 1, 5));
  expect(texts(9)).toEqual(["a 4+1", "d 1+1"]);
  await tell();
  expect(texts(9)).toEqual(["a 1+4", "c 7+1", "d 1+1"]);
  expect(texts(4)).toEqual(["a 1+3", "c 7+1"]);
  expect([handover.isDone(life, 2), handover.reachesTo, done()]).toEqual([false, 4, 0]);
  kept[0]?.();
  expect([handover.isDone(life, 2), handover.isDone(life, 3), done()]).toEqual([true, false, 1]);
});

it("S9: is done when what it was told is kept, by another disk, too, and not by that of an earlier time", async () => {
  const { handover, tell, kept, done } = heir([decided("a", 1, 1)]);
  handover.begin(life, 2, 0);
  handover.keepAgain();
  expect(kept).toHaveLength(0);
  await tell();
  handover.keepAgain();
  expect(kept).toHaveLength(2);
  handover.begin(life, 3, 0);
  kept[0]?.();
  expect([handover.isDone(life, 3), done()]).toEqual([false, 0]);
  handover.begin(life, 2, 0);
  await tell();
  kept[1]?.();
  expect([handover.isDone(life, 2), done()]).toEqual([true, 1]);
  handover.keepAgain();
  expect(kept).toHaveLength(3); // of the second telling, before it was done
});

it("F6: of another history nothing is known, and it is asked for anew", async () => {
  const { handover, known, texts, tell, kept } = heir([decided("a", 1, 1)]);
  known.add(decided("b", 1, 1));
  handover.begin(life, 2, 9);
  handover.clear();
  expect(texts(9)).toEqual([]);
  handover.begin(life, 2, 9);
  await tell();
  kept.at(-1)?.();
  expect([texts(9), handover.isDone(life, 2)]).toEqual([["a 1+1"], true]);
});
