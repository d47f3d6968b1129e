import { describe, expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { limits } from "../../../library/core/limits.ts";
import { checkRaisable, checkTopic, isReserved, nodeTopic } from "../../../library/core/topic.ts";

function failure(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SwitchyardError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "none";
}

/** A text of exactly this many bytes in UTF-8, made of `unit`, filled up with one-byte letters. */
function textOf(bytes: number, unit: string): string {
  const unitBytes = Buffer.byteLength(unit);
  return unit.repeat(Math.floor(bytes / unitBytes)) + "x".repeat(bytes % unitBytes);
}

describe("checkTopic", () => {
  it.each(["a", "a.b.c", "bro/event/x", " ", "é", "日本", "😀", "a.", "\u0000", "__proto__"])("takes %j", (topic) => {
    expect(failure(() => checkTopic(topic))).toBe("none");
  });

  it.each([
    ["", "is empty"],
    ["a.*", "contains '*'"],
    [".a", "begins with '.'"],
    [".node.n1", "begins with '.'"],
    ["a\ud800", "half a surrogate pair"],
    ["\udc00a", "half a surrogate pair"],
  ])("refuses %j, which %s", (topic, fault) => {
    expect(failure(() => checkTopic(topic))).toMatch(/^BAD_TOPIC /);
    expect(failure(() => checkTopic(topic))).toContain(fault);
  });

  it.each([undefined, null, 7, ["a"]])("refuses %j, which is no string", (topic) => {
    expect(failure(() => checkTopic(topic as unknown as string))).toMatch(/^BAD_TOPIC .*is not a string/);
  });

  it.each(["x", "é", "ß日", "日", "😀", "a😀é"])("counts bytes of UTF-8, in texts made of %j", (unit) => {
    expect(failure(() => checkTopic(textOf(limits.topicBytes, unit)))).toBe("none");
    expect(failure(() => checkTopic(textOf(limits.topicBytes + 1, unit)))).toContain("longer than 1024 bytes");
  });

  it("does not repeat all of a long topic", () => {
    expect(failure(() => checkTopic("*".repeat(1000))).length).toBeLessThan(300);
  });
});

describe("checkRaisable", () => {
  it("takes what checkTopic takes, and the topic of a node", () => {
    expect(failure(() => checkRaisable("a.b"))).toBe("none");
    expect(failure(() => checkRaisable(nodeTopic("worker-1")))).toBe("none");
  });

  it.each([".node.", ".node", ".nodes.a", ".switchyard.info", ".", ".node.*", ""])("refuses %j", (topic) => {
    expect(failure(() => checkRaisable(topic))).toMatch(/^BAD_TOPIC /);
  });
});

describe("isReserved", () => {
  it("looks at the first character alone", () => {
    expect([".", ".a", ".node.x"].every(isReserved)).toBe(true);
    expect(["", "a", "a.b", "/.a"].some(isReserved)).toBe(false);
  });
});
