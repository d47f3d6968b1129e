/** What counts as news. */
import { expect, test } from "vitest";
import { buildTopology } from "../../../server/topology/build-topology.ts";
import { isSamePicture } from "../../../server/topology/same-picture.ts";
import { connection, report, topic } from "./reports.ts";

const picture = (raised: number, uptimeMs: number, wants: readonly string[] = ["a"]) =>
  buildTopology(
    [report("one", { uptimeMs, topics: [topic("a", { raised })], connections: [connection(1, "two", { wants })] })],
    "",
    undefined,
    0,
  ).topology;

test("time that passed is no news, anything else is", () => {
  expect(isSamePicture(picture(1, 1_000), picture(1, 2_000))).toBe(true);
  expect(isSamePicture(picture(1, 1_000), picture(2, 1_000))).toBe(false);
  expect(isSamePicture(picture(1, 1_000), picture(1, 1_000, ["a", "b"]))).toBe(false);
  expect(isSamePicture(picture(1, 1_000), { ...picture(1, 1_000), silent: ["three"] })).toBe(false);
});

test("a topic grows quiet in steps of ten seconds", () => {
  const quiet = (quietMs: number) => {
    const { topics, ...rest } = picture(1, 1_000);
    return { ...rest, topics: topics.map((each) => ({ ...each, quietMs })) };
  };
  expect(isSamePicture(quiet(1_000), quiet(9_000))).toBe(true);
  expect(isSamePicture(quiet(9_000), quiet(10_000))).toBe(false);
  expect(isSamePicture(quiet(9_000), picture(1, 1_000))).toBe(false);
});
