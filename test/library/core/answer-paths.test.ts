/** The way back of answers: the first one, for a time, and not for more questions than there is room. */
import { expect, it } from "vitest";
import { AnswerPaths } from "../../../library/core/answer-paths.ts";
import { limits } from "../../../library/core/limits.ts";

const way = (back: string, timeoutMs = 1_000) => ({ back, to: ["x"], timeoutMs });

it("is that by which the question came first", () => {
  const paths = new AnswerPaths<string>();
  paths.remember("asker", 1, way("first"), 0);
  paths.remember("asker", 1, way("second"), 10);
  expect(paths.find("asker", 1, 20)).toMatchObject({ back: "first", to: ["x"], passed: 0 });
  expect(paths.find("asker", 2, 20)).toBeUndefined();
  expect(paths.find("other", 1, 20)).toBeUndefined();
});

it("is known until a while after the deadline, and no survey is longer than the limit", () => {
  const paths = new AnswerPaths<string>();
  paths.remember("asker", 1, way("a"), 0);
  paths.remember("asker", 2, way("b", 2 ** 60), 0);
  const endMs = 1_000 + limits.lateAnswerMs;
  expect(paths.find("asker", 1, endMs - 1)).toBeDefined();
  expect(paths.find("asker", 1, endMs)).toBeUndefined();
  expect(paths.find("asker", 2, limits.surveyMs + limits.lateAnswerMs)).toBeUndefined();
  paths.remember("asker", 1, way("again"), endMs);
  expect(paths.find("asker", 1, endMs)?.back).toBe("again");
});

it("is forgotten from the oldest on when there are too many", () => {
  const paths = new AnswerPaths<string>();
  for (let id = 0; id <= limits.answerPaths; id++) paths.remember("asker", id, way("a"), 0);
  expect(paths.size).toBe(limits.answerPaths);
  expect(paths.find("asker", 0, 0)).toBeUndefined();
  expect(paths.find("asker", 1, 0)).toBeDefined();
  expect(paths.find("asker", limits.answerPaths, 0)).toBeDefined();
});

it("takes no room once it has run out", () => {
  const paths = new AnswerPaths<string>();
  for (let id = 0; id < 100; id++) paths.remember("asker", id, way("a"), 0);
  paths.remember("asker", 100, way("a"), 60_000);
  expect(paths.size).toBe(1);
});
