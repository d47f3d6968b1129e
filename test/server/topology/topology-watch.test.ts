/** When a cluster is looked at, by a clock that moves when the test says so. */
import { expect, test } from "vitest";
import type { NodeReport } from "../../../library/index.ts";
import { TopologyWatch } from "../../../server/topology/topology-watch.ts";
import { ManualClock } from "../manual-clock.ts";
import { report, topic } from "./reports.ts";

/** Lets promises that are settled run their course. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function newWatch(reports: () => Promise<readonly NodeReport[]>) {
  const clock = new ManualClock();
  const seen = { asked: 0, versions: [] as number[] };
  const watch = new TopologyWatch({
    cluster: "c",
    selfId: "id-of-self",
    clock,
    ask: () => {
      seen.asked++;
      return reports();
    },
    changed: (version) => seen.versions.push(version),
  });
  const pass = async (ms: number) => {
    for (let at = 0; at < ms; at += 100) {
      clock.advance(100);
      await settled();
    }
  };
  return { clock, seen, watch, pass };
}

test("nothing is asked until somebody watches, then once a second, and nothing again afterwards", async () => {
  const { clock, seen, watch, pass } = newWatch(async () => [report("one")]);
  await pass(5_000);
  expect(seen.asked).toBe(0);
  watch.watch(true);
  await pass(5_000);
  expect(seen.asked).toBe(6);
  watch.watch(false);
  await pass(5_000);
  expect([seen.asked, clock.pending]).toEqual([6, 0]);
});

test("a picture is told when it changed, and not when it did not", async () => {
  let raised = 1;
  const { seen, watch, pass } = newWatch(async () => [report("one", { topics: [topic("a", { raised })] })]);
  watch.watch(true);
  await pass(3_000);
  expect(seen.versions).toEqual([1]);
  raised = 2;
  await pass(1_000);
  expect(seen.versions[1]).toBe(2);
  expect(await watch.picture()).toMatchObject({ cluster: "c", version: 2, topics: [{ topic: "a", raised: 2 }] });
});

test("who asks while nobody watches gets a fresh look, and shares it with whoever else asks", async () => {
  const { seen, watch, pass } = newWatch(async () => [report("one")]);
  const [one, two] = await Promise.all([watch.picture(), watch.picture()]);
  expect([seen.asked, one.nodes.length, two.version]).toEqual([1, 1, 1]);
  await watch.picture();
  expect(seen.asked).toBe(1);
  await pass(3_000);
  await watch.picture();
  expect(seen.asked).toBe(2);
});

test("a look that fails leaves the picture as it is, and looking goes on", async () => {
  let isBroken = false;
  const { seen, watch, pass } = newWatch(() =>
    isBroken ? Promise.reject(new Error("gone")) : Promise.resolve([report("one")]),
  );
  watch.watch(true);
  await pass(100);
  isBroken = true;
  await pass(3_000);
  expect(seen.asked).toBe(4);
  expect((await watch.picture()).nodes).toHaveLength(1);
  expect(seen.versions).toEqual([1]);
});

test("no look begins while one is under way, and the next is not late because of it", async () => {
  let answer: (reports: readonly NodeReport[]) => void = () => {};
  const { seen, watch, pass } = newWatch(() => new Promise((resolve) => (answer = resolve)));
  watch.watch(true);
  watch.lookAgain();
  await pass(3_000);
  expect(seen.asked).toBe(1);
  answer([report("one")]);
  await settled();
  await pass(100);
  expect(seen.asked).toBe(2);
});

test("with no picture yet there is an empty one, of version 0", async () => {
  const { watch } = newWatch(async () => []);
  expect(await watch.picture()).toEqual({
    cluster: "c",
    version: 0,
    nodes: [],
    topics: [],
    topicsLeftOut: 0,
    silent: [],
  });
  expect(await watch.reports()).toBeUndefined();
});
