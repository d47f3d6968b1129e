import { describe, expect, it } from "vitest";
import type { Loss, Losses, LossLine } from "../../../../server/protocol/monitor.ts";
import {
  lossAfter,
  lossBetween,
  lossDetails,
  lossSentence,
  lossTotals,
} from "../../../../webview/panels/monitor/loss-lines.ts";
import { FakeRing } from "../../fakes/fake-ring.ts";

const loss = (messages: number, rest: Partial<Loss> = {}): Loss => ({
  ...{ sender: "sensor-1", topic: "demo.conn", cause: "slow", messages },
  ...rest,
});

function line(...losses: readonly Loss[]): LossLine {
  return { beforeRow: 0, fromMs: 0, messages: losses.reduce((sum, { messages }) => sum + messages, 0), losses };
}

describe("a line", () => {
  const ring = new FakeRing(100, 0);
  ring.push(10);
  ring.lostMessages(3);
  ring.lostMessages(4, "connection");
  ring.push(10);
  ring.lostMessages(5);
  const { rows, losses } = ring.read({ first: 0, limit: 100 });
  const drawn = (shown: typeof rows) =>
    shown.flatMap((row, index) => {
      const found = lossBetween(losses, shown[index - 1], row);
      return found === undefined ? [] : [[row.row, found.messages]];
    });

  it("lies above the first row after what is missing, and above no other", () => {
    expect(drawn(rows)).toEqual([[10, 7]]);
  });

  it("moves to the next row that the search shows", () => {
    expect(drawn(rows.filter(({ row }) => row % 4 === 3))).toEqual([[11, 7]]);
  });

  it("needs no older row where the loss is just before it", () => {
    expect(drawn(rows.slice(10))).toEqual([[10, 7]]);
    expect(drawn(rows.slice(11))).toEqual([]);
  });

  it("is nowhere among the rows while none came after it", () => {
    expect(lossAfter(losses, 19)?.messages).toBe(5);
    ring.push(1);
    expect(lossAfter(losses, 20)).toBeUndefined();
  });
});

describe("the words", () => {
  it.each([
    [line(loss(12)), "12 messages of sensor-1 under demo.conn were lost (slow reader)"],
    [line(loss(1, { cause: "connection" })), "1 message of sensor-1 under demo.conn was lost (connection lost)"],
    [
      line(loss(1_240, { cause: "unknown" })),
      "1\u202f240 messages of sensor-1 under demo.conn were lost (cause unknown)",
    ],
    [
      line(loss(2), loss(3, { topic: "x", cause: "connection" })),
      "5 messages were lost (slow reader, connection lost)",
    ],
  ])("of a line name one source, or sum up several", (given, words) => {
    expect(lossSentence(given)).toBe(words);
  });

  it("of its hint name all sources that are known", () => {
    expect(lossDetails(line(loss(12)))).toBe(lossSentence(line(loss(12))));
    expect(lossDetails({ ...line(loss(2), loss(3, { sender: "b" })), messages: 9 }).split("\n")).toEqual([
      "9 messages were lost (slow reader):",
      "2 of sensor-1 under demo.conn (slow reader)",
      "3 of b under demo.conn (slow reader)",
      "4 of others",
    ]);
  });

  it("of the counter tell each cause that there was", () => {
    const losses: Losses = { byCause: { slow: 1, connection: 0, unknown: 20 }, lines: [] };
    expect(lossTotals(losses).split("\n")).toEqual([
      "21 messages were lost on their way here since this monitor was opened:",
      "1 because somebody on the way, perhaps this monitor, was too slow",
      "20 for reasons that nobody knows",
    ]);
  });
});
