/** Surveys and peers played by hand: what they may say, and what becomes of the rest. */
import { describe, expect, it } from "vitest";
import { count, Time, type Value } from "../../library/core/values/index.ts";
import { type EventHandler, event, type Reply } from "../../library/events.ts";
import type { Answer } from "../../library/surveys.ts";
import { answerFields, packAnswer, readAnswer, valuesOf } from "../../library/wire/answer.ts";
import { type Field, FrameKind } from "../../library/wire/frames.ts";
import { readBody } from "../../library/wire/read-body.ts";
import { shapeFields } from "../../library/wire/shape.ts";
import { parseSignature } from "../../library/wire/signature.ts";
import { frame, type HandPeer, idOf, message, Stage } from "./stage.ts";

const time = new Time(1_700_000_000_000_000_000n);

function questionShape(index: number, signature: string, stream = 0): Uint8Array {
  const definition = { kind: FrameKind.question, name: "who", signature, writer: "", columns: [] };
  return frame(FrameKind.shape, shapeFields(stream, index, definition));
}

/** A question of the node played by hand, with everything that announces it. */
function question(digit: string, survey: unknown, timeoutMs: unknown = 1_000, signature = "ccs"): Uint8Array[] {
  return [
    frame(FrameKind.stream, [0, idOf(digit), `hand-${digit}`, "q", 0, 0]),
    questionShape(0, signature),
    message(FrameKind.question, [survey, timeoutMs, "x"].slice(0, signature.length), 0, 0),
  ];
}

interface Said {
  readonly asker: string;
  readonly survey: number;
  readonly node?: string;
  readonly hops?: number;
  readonly values?: readonly Value[];
}

function reply({ asker, survey, node = "a", hops = 0, values = [] }: Said): Uint8Array {
  const origin = { id: idOf(node), name: `hand-${node}` };
  return frame(
    FrameKind.reply,
    answerFields({ asker, survey, hops, node: origin, ...packAnswer("yes", time, values) }),
  );
}

/** The number of the survey that a peer was asked last. */
function surveyAskedOf(peer: HandPeer): number {
  const { bytes } = peer.frames.findLast(({ kind }) => kind === FrameKind.question)!;
  return Number(readBody(bytes, 24, parseSignature("cc"))[0]);
}

function repliesTo(peer: HandPeer) {
  return peer.ofKind(FrameKind.reply).map(readAnswer);
}

async function asking(...digits: readonly string[]) {
  const stage = await new Stage().listen();
  const peers = [];
  for (const digit of digits) peers.push(await stage.peer(digit, ["q"]));
  const stranger = await stage.peer("f");
  const outcome: { answers?: readonly Answer[] } = {};
  void stage.node.events.survey("q", event("who", [count(1)]), { timeoutMs: 1_000 }).then((answers) => {
    outcome.answers = answers;
  });
  await stage.settle();
  const survey = surveyAskedOf(peers[0]!);
  return { stage, peers, stranger, outcome, survey, asker: stage.node.id };
}

describe("whoever asks", () => {
  it("sends the question to those who want it, with its number and time in front", async () => {
    const { peers, stranger, survey } = await asking("a", "b");
    for (const peer of peers) {
      const { bytes } = peer.frames.findLast(({ kind }) => kind === FrameKind.question)!;
      expect(readBody(bytes, 24, parseSignature("ccc")).map(String)).toEqual([`${survey}`, "1000", "1"]);
    }
    expect(stranger.frames.some(({ kind }) => kind === FrameKind.question)).toBe(false);
  });

  it("M8: takes the first answer of each, until the deadline", async () => {
    const { stage, peers, outcome, survey, asker } = await asking("a", "b");
    peers[0]!.give(reply({ asker, survey, values: [count(1)] }), reply({ asker, survey, values: [count(2)] }));
    stage.clock.advance(999);
    await stage.settle();
    expect(outcome.answers).toBeUndefined();
    stage.clock.advance(1);
    await stage.settle();
    expect(outcome.answers?.map(({ node, args, hops, time: at }) => [node.name, String(args[0]), hops, at])).toEqual([
      ["hand-a", "1", 1, time],
    ]);
    peers[1]!.give(reply({ asker, survey, node: "b" }));
    expect(stage.node.stats()).toMatchObject({ answersRepeated: 1, answersLate: 1, answersRefused: 0 });
    expect(stage.errors).toEqual([]);
  });

  it.each<[string, Partial<Said>, "a" | "stranger"]>([
    ["a survey that nobody began", { survey: 1 }, "a"],
    ["somebody who was not asked", { node: "f" }, "stranger"],
    ["a peer in another's name", { node: "b" }, "a"],
    ["a peer behind itself", { hops: 1 }, "a"],
    ["our own name", { node: "self", hops: 1 }, "a"],
  ])("M8: refuses the answer of %s", async (_, said, who) => {
    const { stage, peers, stranger, outcome, survey, asker } = await asking("a");
    const forged = { asker, survey, ...said };
    const frameOf =
      said.node === "self"
        ? frame(
            FrameKind.reply,
            answerFields({
              ...{ asker, survey, hops: 1, node: { id: asker, name: "real" } },
              ...packAnswer("yes", time, []),
            }),
          )
        : reply(forged);
    (who === "a" ? peers[0]! : stranger).give(frameOf);
    expect(stage.node.stats()).toMatchObject({ answersRefused: 1 });
    stage.clock.advance(1_000);
    await stage.settle();
    expect(outcome.answers).toEqual([]);
    expect([peers[0]!.isClosed, stranger.isClosed]).toEqual([false, false]);
  });

  it("takes answers that a router brings", async () => {
    const { stage, peers, outcome, survey, asker } = await asking("a");
    peers[0]!.give(reply({ asker, survey, node: "c", hops: 3 }), reply({ asker, survey, node: "d", hops: 1 }));
    stage.clock.advance(1_000);
    await stage.settle();
    expect(outcome.answers?.map(({ node, hops }) => [node.id, hops])).toEqual([
      [idOf("c"), 4],
      [idOf("d"), 2],
    ]);
  });

  const good = answerFields({
    ...{ asker: idOf("0"), survey: 1, hops: 0, node: { id: idOf("a"), name: "hand-a" } },
    ...packAnswer("yes", time, ["x"]),
  });
  it.each<[string, readonly Field[]]>([
    ["no fields", []],
    ["an asker that is none", good.with(0, "x")],
    ["a number that is none", good.with(1, -1)],
    ["too great a number", good.with(1, 2 ** 32)],
    ["hops that are none", good.with(2, 256)],
    ["a node that is none", good.with(3, idOf("A"))],
    ["a name that is none", good.with(4, "a b")],
    ["no event", good.with(5, "")],
    ["too long an event", good.with(5, "x".repeat(1_025))],
    ["a signature that is none", good.with(6, "t(")],
    ["a signature without a time", good.with(6, "ss")],
    ["a body of another signature", good.with(6, "tc")],
    ["a body that is cut off", good.with(7, (good[7] as Uint8Array).subarray(0, -1))],
    ["a body that goes on", good.with(7, Uint8Array.of(...(good[7] as Uint8Array), 0))],
    ["a body of nothing", good.with(7, new Uint8Array(0))],
    ["a text for a body", good.with(7, "x")],
    ["a time of none", good.with(7, Uint8Array.of(0x92, 0xc0, 0xa1, 0x78))],
    ["a time of none, in a long array", good.with(7, Uint8Array.of(0xdc, 0, 2, 0xc0, 0xa1, 0x78))],
  ])("ends the connection at %s", async (_, fields) => {
    const { stage, peers, stranger } = await asking("a");
    peers[0]!.give(frame(FrameKind.reply, fields));
    await stage.settle();
    expect(stage.errors.map(({ code }) => code)).toEqual(["BAD_FRAME"]);
    expect([peers[0]!.isClosed, stranger.isClosed]).toEqual([true, false]);
  });
});

describe("whoever is asked", () => {
  async function asked(bytes: readonly Uint8Array[], handler?: EventHandler) {
    const stage = await new Stage().listen();
    const replies: Reply[] = [];
    const seen: unknown[] = [];
    await stage.node.events.on(
      "q",
      handler ??
        (({ args }, _topic, answer) => {
          seen.push(args);
          replies.push(answer);
        }),
    );
    const peer = await stage.peer("a");
    peer.give(...bytes);
    await stage.settle();
    return { stage, peer, replies, seen };
  }

  it("answers the peer that brought the question", async () => {
    const { stage, peer, replies, seen } = await asked(question("a", 7));
    expect(seen).toEqual([["x"]]);
    expect(replies[0]?.([count(5), null])).toBe(true);
    await stage.settle();
    const [answer] = repliesTo(peer);
    expect(answer).toMatchObject({ asker: idOf("a"), survey: 7, hops: 0, name: "who", signature: "tcn" });
    expect(answer?.node).toEqual({ id: stage.node.id, name: "real" });
    expect(valuesOf(answer!).values).toEqual([count(5), null]);
  });

  it("may answer a little late, and then no more", async () => {
    const { stage, peer, replies } = await asked(question("a", 7));
    stage.clock.advance(10_999);
    expect(replies[0]?.()).toBe(true);
    stage.clock.advance(1);
    expect(replies[0]?.()).toBe(false);
    await stage.settle();
    expect(repliesTo(peer)).toHaveLength(1);
    expect(stage.node.stats()).toMatchObject({ answersDropped: 1 });
  });

  it("finds no way back when the peer is gone, and finds it again when it is back", async () => {
    const { stage, peer, replies } = await asked(question("a", 7));
    peer.destroy();
    await stage.settle();
    expect(replies[0]?.()).toBe(false);
    const again = await stage.peer("a");
    expect(replies[0]?.()).toBe(true);
    await stage.settle();
    expect(repliesTo(again)).toHaveLength(1);
  });

  it("does not fill the queue of a peer that takes nothing", async () => {
    const { stage, peer, replies } = await asked(question("a", 7));
    peer.isReading = false;
    peer.send = () => false;
    let sent = 0;
    while (replies[0]?.(["x".repeat(1_000_000)]) && sent < 100) {
      sent += 1;
      await stage.settle();
    }
    expect(sent).toBeGreaterThan(20);
    expect(sent).toBeLessThan(40);
    expect(peer.isClosed).toBe(false);
  });

  it.each([
    ["without a lead", question("a", "x", 1_000, "s")],
    ["with another lead", question("a", 1, 1_000, "css")],
    ["without a number", question("a", null)],
    ["with too great a number", question("a", 2 ** 33)],
    ["without a time", question("a", 1, null)],
  ])("ends the connection at a question %s", async (_, bytes) => {
    const { stage, peer, seen } = await asked(bytes);
    expect(seen).toEqual([]);
    expect(stage.errors.map(({ code }) => code)).toEqual(["BAD_FRAME"]);
    expect(peer.isClosed).toBe(true);
  });

  it("has no answer for a question in its own name", async () => {
    const stage = await new Stage().listen();
    const outcomes: boolean[] = [];
    await stage.node.events.on("q", (_event, _topic, answer) => outcomes.push(answer()));
    const peer = await stage.peer("a");
    const [, ...rest] = question("a", 7);
    peer.give(frame(FrameKind.stream, [0, stage.node.id, "real", "q", 0, 0]), ...rest);
    expect(outcomes.filter(Boolean)).toEqual([]);
    expect(repliesTo(peer)).toEqual([]);
  });
});

describe("a router", () => {
  async function routing() {
    const stage = await new Stage().listen();
    stage.node.topics.forward("*");
    const [asker, wanting, other] = [await stage.peer("a"), await stage.peer("b", ["q"]), await stage.peer("c")];
    asker.give(...question("a", 7));
    await stage.settle();
    expect(wanting.frames.some(({ kind }) => kind === FrameKind.question)).toBe(true);
    return { stage, asker, wanting, other };
  }

  it("passes answers back the way the question came, one hop on", async () => {
    const { stage, asker, wanting } = await routing();
    wanting.give(reply({ asker: idOf("a"), survey: 7, node: "b" }));
    wanting.give(reply({ asker: idOf("a"), survey: 7, node: "d", hops: 2, values: ["x"] }));
    await stage.settle();
    expect(repliesTo(asker).map(({ node, hops }) => [node.id, hops])).toEqual([
      [idOf("b"), 1],
      [idOf("d"), 3],
    ]);
    expect(valuesOf(repliesTo(asker)[1]!)).toEqual({ time, values: ["x"] });
  });

  it("keeps to the first way, though another repeats the question", async () => {
    const { stage, asker, wanting, other } = await routing();
    const [stream, ...rest] = question("a", 7);
    expect(stream).toBeDefined();
    other.give(frame(FrameKind.stream, [0, idOf("a"), "hand-a", "q", 9, 0]), ...rest); // as a stream of its own
    wanting.give(reply({ asker: idOf("a"), survey: 7, node: "b" }));
    await stage.settle();
    expect([repliesTo(asker).length, repliesTo(other).length]).toEqual([1, 0]);
  });

  it("refuses answers of whoever was not asked, and drops those to questions it does not know", async () => {
    const { stage, asker, wanting, other } = await routing();
    other.give(reply({ asker: idOf("a"), survey: 7, node: "c" }));
    asker.give(reply({ asker: idOf("a"), survey: 7, node: "e", hops: 1 }));
    wanting.give(reply({ asker: idOf("a"), survey: 8, node: "b" }), reply({ asker: idOf("e"), survey: 7, node: "b" }));
    wanting.give(reply({ asker: idOf("a"), survey: 7, node: "d", hops: 63 }));
    await stage.settle();
    expect(repliesTo(asker)).toEqual([]);
    expect(stage.node.stats()).toMatchObject({ answersRefused: 2, answersDropped: 3 });
    expect(stage.errors).toEqual([]);
  });

  it("checks what it passes back", async () => {
    const { stage, asker, wanting } = await routing();
    const fields = answerFields({
      ...{ asker: idOf("a"), survey: 7, hops: 0, node: { id: idOf("b"), name: "hand-b" } },
      ...packAnswer("yes", time, ["x"]),
    });
    wanting.give(frame(FrameKind.reply, fields.with(7, Uint8Array.of(0x92, 0, 0xc1))));
    await stage.settle();
    expect(repliesTo(asker)).toEqual([]);
    expect([wanting.isClosed, asker.isClosed]).toEqual([true, false]);
  });
});
