/** What one peer brings too early, of all streams together: no more of it is kept than there is room for, and all is counted. */
import { expect, it } from "vitest";
import { limits } from "../../library/core/limits.ts";
import { FrameKind } from "../../library/wire/frames.ts";
import { heldBytes } from "../rig/memory.ts";
import { eventShape, frame, type HandPeer, idOf, message, Stage } from "./stage.ts";

/** Announces so many streams, of each of which the first message is missing from now on. */
function announceAll(peer: HandPeer, streams: number): void {
  for (let i = 0; i < streams; i++) {
    peer.give(frame(FrameKind.stream, [i, idOf("a"), "hand-a", `t${i}`, i, 0]), eventShape(i, 0, "said", "s"));
  }
}

async function listening(): Promise<{ stage: Stage; gaps: number[]; heard: string[] }> {
  const stage = await new Stage().listen();
  const gaps: number[] = [];
  const heard: string[] = [];
  stage.node.on("gap", ({ missing }) => gaps.push(missing));
  await stage.node.events.on("*", ({ args }, topic) => void heard.push(`${topic} ${String(args[0]).length}`));
  return { stage, gaps, heard };
}

it("T12 M4: of many streams of one peer no more is kept back than so many bytes; what does not wait is told as a gap", async () => {
  const { stage, gaps, heard } = await listening();
  const peer = await stage.peer("a");
  const text = "x".repeat(1024 * 1024);
  const streams = 10;
  const rounds = 8;
  announceAll(peer, streams);
  for (let round = 1; round <= rounds; round++) {
    for (let i = 0; i < streams; i++) peer.give(message(FrameKind.event, [text], i, round));
  }
  const most = Math.floor(limits.earlyBytesOfPeer / text.length);
  expect(heard.length).toBeGreaterThan(0); // some did not wait
  expect(streams * rounds - heard.length).toBeLessThanOrEqual(most);
  expect(streams * rounds - heard.length).toBeGreaterThan(most - rounds - 1);
  stage.clock.advance(limits.reorderMs);
  expect(heard).toHaveLength(streams * rounds);
  expect(gaps).toEqual(Array.from({ length: streams }, () => 1));

  peer.give(message(FrameKind.event, ["y"], 0, rounds + 2)); // there is room again: it waits
  expect(heard).toHaveLength(streams * rounds);
  peer.give(message(FrameKind.event, ["z"], 0, rounds + 1));
  expect(heard.slice(streams * rounds)).toEqual(["t0 1", "t0 1"]);
  await stage.node.close();
});

it("T12: another peer's messages wait for what is missing all the same", async () => {
  const { stage, gaps, heard } = await listening();
  const hostile = await stage.peer("a");
  const text = "x".repeat(4 * 1024 * 1024);
  announceAll(hostile, 6);
  for (let round = 1; round < 4; round++) {
    for (let i = 0; i < 6; i++) hostile.give(message(FrameKind.event, [text], i, round));
  }
  const peer = await stage.peer("b");
  peer.give(frame(FrameKind.stream, [0, idOf("b"), "hand-b", "mine", 0, 0]), eventShape(0, 0, "said", "s"));
  const before = { heard: heard.length, gaps: gaps.length };
  peer.give(message(FrameKind.event, ["bb"], 0, 1));
  expect({ heard: heard.length, gaps: gaps.length }).toEqual(before);
  peer.give(message(FrameKind.event, ["a"], 0, 0));
  expect(heard.slice(before.heard)).toEqual(["mine 1", "mine 2"]);
  await stage.node.close();
});

it("T12: a small message that is kept back does not hold the chunk that it came in", async () => {
  const { stage, heard } = await listening();
  const peer = await stage.peer("a");
  announceAll(peer, 2);
  const text = "x".repeat(64 * 1024);
  const before = await heldBytes();
  for (let i = 1; i <= 400; i++) {
    const [early, usual] = [message(FrameKind.event, ["s"], 0, i), message(FrameKind.event, [text], 1, i - 1)];
    peer.give(Buffer.concat([early, usual]));
  }
  expect((await heldBytes()) - before).toBeLessThan(4 * 1024 * 1024); // of chunks that are 25 MiB together
  expect(heard).toHaveLength(400);
  await stage.node.close();
});
