/** Why a connection was closed, told to whoever did wrong: and what is made of that when it comes from a stranger. */
import { describe, expect, it } from "vitest";
import { FrameKind, preface } from "../../library/wire/frames.ts";
import { Company } from "./company.ts";
import { frame, type HandPeer, hello, Stage } from "./stage.ts";

/** What the node makes of a peer that says this and closes. */
async function told(...fields: readonly string[]) {
  const stage = await new Stage().listen();
  const peer = await stage.peer("a");
  const closed: (Error | undefined)[] = [];
  stage.node.connections.all()[0]!.on("closed", (error) => closed.push(error));
  peer.give(frame(FrameKind.bye, fields));
  expect(peer.isClosed).toBe(false); // it may have more to say
  peer.destroy();
  await stage.settle();
  return { stage, closed };
}

describe("a peer that says goodbye", () => {
  it("without a reason, is gone in good order", async () => {
    const { stage, closed } = await told();
    expect([closed, stage.errors]).toEqual([[undefined], []]);
  });

  it("with a reason: it is the connection's error, and the context's", async () => {
    const { stage, closed } = await told("FORBIDDEN", 'real may not publish "t"');
    const error = {
      code: "FORBIDDEN",
      message: expect.stringMatching(/^hand-a \(by hand\) closed the connection, saying: real may not publish "t": /),
    };
    expect(closed).toMatchObject([error]);
    expect(stage.errors).toMatchObject([error]);
    expect(stage.node.lastError).toMatchObject(error);
  });

  it.each([
    ["NEWS_OF_TOMORROW", "PEER_LOST"],
    ["INTERNAL", "PEER_LOST"],
    ["HANDLER_FAILED", "PEER_LOST"],
    ["toString", "PEER_LOST"],
    ["TOO_MANY", "TOO_MANY"],
    ["PEER_SLOW", "PEER_SLOW"],
  ])("with the code %s: %s", async (code, known) => {
    const { stage } = await told(code, "because");
    expect(stage.errors.map((error) => error.code)).toEqual([known]);
  });

  it("with a reason that would paint the terminal red and fill the disk: it is cut, and harmless", async () => {
    const { stage } = await told("FORBIDDEN", `\u001b[31m\u202e${"x".repeat(2_000)}\n`);
    const { message } = stage.errors[0]!;
    expect(message).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(message.length).toBeLessThan(500);
  });

  it("with what is no reason: BAD_FRAME", async () => {
    const stage = await new Stage().listen();
    const peer = await stage.peer("a");
    peer.give(frame(FrameKind.bye, [7]));
    await stage.settle();
    expect(stage.errors.map(({ code }) => code)).toEqual(["BAD_FRAME"]);
  });
});

describe("a peer that is closed for a mistake", () => {
  const reasonOf = (peer: HandPeer): unknown => peer.ofKind(FrameKind.bye)[0];

  it("is told which, without the advice that is for others", async () => {
    const stage = await new Stage().listen();
    const peer = await stage.peer("a");
    peer.give(frame(FrameKind.barrier, [1, 1]));
    await stage.settle();
    expect(reasonOf(peer)).toEqual(["BAD_FRAME", "hand-a (by hand): malformed barrier frame"]);
    expect(stage.errors[0]?.message.match(/breaks? the protocol/g)).toHaveLength(1);
  });

  it("is told nothing before it is let in", async () => {
    const stage = await new Stage().listen();
    const peer = stage.connect();
    peer.give(preface, hello("a"), frame(FrameKind.interest, []));
    await stage.settle();
    expect([peer.isClosed, reasonOf(peer)]).toEqual([true, undefined]);
  });

  it("comes again, unless it would be the same again", async () => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const [connection] = await company.join(a, b);
    const down = new Promise((resolve) => connection.on("down", (error) => resolve(error?.code)));
    await Promise.all(b.connections.all().map((each) => each.close()));
    expect(await down).toBeUndefined();
    expect(connection.state).not.toBe("closed");
  });
});
