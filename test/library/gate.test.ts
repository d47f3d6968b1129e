/** A listener under a flood: who is let in, who has to go, and what is told of it. */
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Clock, systemClock } from "../../library/clock.ts";
import type { Context } from "../../library/context.ts";
import type { SwitchyardError } from "../../library/core/errors.ts";
import { limits } from "../../library/core/limits.ts";
import { FrameKind, preface } from "../../library/wire/frames.ts";
import { repeats } from "../rig/repeats.ts";
import { Company, inbox, raise } from "./company.ts";
import { hello, Stage } from "./stage.ts";

const floodSockets = 2_000;

/** What one of the flood says first, and then a byte a second. */
const floods: readonly (readonly [string, Uint8Array])[] = [
  ["a byte a second", preface.subarray(0, 1)],
  ["nothing at all", new Uint8Array(0)],
  ["hello, and then no more", Uint8Array.of(...preface, ...hello("f"))],
  ["half a hello", Uint8Array.of(...preface, ...hello("f").subarray(0, 20))],
];

/** Of those that were cut off so many come again each second. */
const returning = 50;

/**
 * Sockets that connect, never finish, and come again when they are cut off. Resolves when the listener has met them all:
 * those that it has no room for are cut off.
 */
async function flood(location: string, first: Uint8Array): Promise<void> {
  const sockets = new Set<Socket>();
  let hasRoomForAllThatAreLeft: () => void = () => {};
  const isMet = new Promise<void>((resolve) => {
    hasRoomForAllThatAreLeft = resolve;
  });
  const join = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(location).port), "127.0.0.1", () => {
        socket.write(first);
        resolve();
      });
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(socket);
          if (sockets.size <= limits.handshakes + limits.waitingLinks) hasRoomForAllThatAreLeft();
        });
      socket.resume();
    });
  await Promise.all(Array.from({ length: floodSockets }, join));
  await isMet;
  const dripping = setInterval(() => {
    for (const socket of sockets) socket.write(preface.subarray(0, 1));
    for (let i = 0; i < returning; i++) void join();
  }, 1_000);
  onTestFinished(() => {
    clearInterval(dripping);
    for (const socket of sockets) socket.destroy();
  });
}

describe("T16: a flood of handshakes that never finish", () => {
  const rounds = Array.from({ length: repeats(1, 10) }, () => floods).flat();

  it.each(rounds)("with %s: a good node joins in less than a second", async (_, first) => {
    const company = new Company();
    const [hub, early, good] = [company.node("hub"), company.node("early"), company.node("good")];
    const errors: SwitchyardError[] = [];
    hub.on("error", (error) => errors.push(error));
    const { location } = await hub.connections.listen("tcp://127.0.0.1:0");
    const before = await early.connections.open(location);
    await flood(location, first);
    const beganMs = performance.now();
    const connection = await good.connections.open(location);
    expect(performance.now() - beganMs).toBeLessThan(1_000);
    expect([connection.state, before.state]).toEqual(["up", "up"]);
    const arrived = await inbox(good, "t");
    raise(early, "other");
    raise(hub, "t", "through the flood");
    await arrived.until("t through the flood");
    expect(hub.connections.all().length).toBeLessThanOrEqual(2 + limits.handshakes);
    expect(errors.filter(({ code }) => code === "TOO_MANY").length).toBe(1); // not one for each of them
  });
});

describe("a listener's limits", () => {
  async function crowd(count: number, hub: Context, location: string): Promise<readonly Context[]> {
    const company = new Company();
    const nodes = Array.from({ length: count }, (_, i) => company.node(`n${i}`));
    for (const node of nodes) await node.connections.open(location);
    await vi.waitFor(() => expect(hub.connections.all()).toHaveLength(count), { interval: 1 });
    return nodes;
  }

  it("of connections: one more is told TOO_MANY, and gets in once another is gone", async () => {
    const company = new Company();
    const [hub, late] = [company.node("hub"), company.node("late")];
    const { location } = await hub.connections.listen("tcp://127.0.0.1:0", { limits: { connections: 2 } });
    const [first] = await crowd(2, hub, location);
    await expect(late.connections.open(location)).rejects.toMatchObject({
      code: "TOO_MANY",
      message: expect.stringContaining("more than 2 connections"),
    });
    expect(hub.lastError).toMatchObject({ code: "TOO_MANY" });
    await first!.close();
    await vi.waitFor(() => expect(hub.connections.all()).toHaveLength(1), { interval: 1 });
    expect((await late.connections.open(location)).state).toBe("up");
  });

  it("of time: a handshake that takes longer ends", async () => {
    const stage = await new Stage().listen({ limits: { handshakeMs: 100 } });
    const peer = stage.connect();
    peer.give(preface, hello("a"));
    await stage.settle();
    stage.clock.advance(99);
    expect(peer.isClosed).toBe(false);
    stage.clock.advance(1);
    await stage.settle();
    expect(stage.errors.map(({ code, message }) => [code, message])).toEqual([
      ["TIMED_OUT", expect.stringContaining("after 100 ms")],
    ]);
  });

  it("of handshakes at once: others wait, then the oldest makes room without a word, and that is told once", async () => {
    const stage = await new Stage().listen({ limits: { handshakes: 2 } });
    const done = await stage.peer("d");
    const [first, second] = [stage.connect(), stage.connect()];
    const [third, fourth] = [stage.connect(), stage.connect()];
    stage.clock.advance(399);
    await stage.settle();
    expect([first, second].map(({ isClosed }) => isClosed)).toEqual([false, false]);
    expect([third, fourth].map(({ frames }) => frames)).toEqual([[], []]);
    stage.clock.advance(1);
    await stage.settle();
    expect([done, first, second, third, fourth].map(({ isClosed }) => isClosed)).toEqual([
      ...[false, true, true, false, false],
    ]);
    expect([third, fourth].map((peer) => peer.ofKind(FrameKind.hello).length)).toEqual([1, 1]);
    expect(first.ofKind(FrameKind.reject)).toEqual([]);
    expect(stage.errors.map(({ code }) => code)).toEqual(["TOO_MANY"]);
    expect(stage.node.connections.all()).toHaveLength(3);
  });

  it("keep nobody waiting once it is closed, nor the process", async () => {
    const stage = await new Stage().listen({ limits: { handshakes: 1 } });
    const [first, second] = [stage.connect(), stage.connect()];
    await stage.node.close();
    await stage.settle();
    const late = stage.connect();
    expect([first, second, late].map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
    expect(stage.clock.pending).toBe(0);
  });

  it("of handshakes at once: of a crowd that comes at the same time all get in", async () => {
    const company = new Company();
    const clock: Clock = { ...systemClock, nowMs: () => 0, after: () => () => {} }; // nobody's time runs out
    const hub = company.node("hub", { clock });
    const { location } = await hub.connections.listen("inproc://hub", { limits: { handshakes: 8 } });
    const nodes = Array.from({ length: 200 }, (_, i) => company.node(`n${i}`));
    const all = await Promise.all(nodes.map((node) => node.connections.open(location)));
    expect(all.every(({ state }) => state === "up")).toBe(true);
    expect(hub.lastError).toBeUndefined();
  });

  it("of one address' pace: who comes too often is told so, and others are not kept out", async () => {
    const stage = new Stage();
    let from = "192.0.2.1:1";
    stage.onConnect = (peer) => Object.assign(peer, { remote: from });
    await stage.listen({ limits: { handshakesPerSecond: 3 } }, "tcp://127.0.0.1:1");
    const peers = Array.from({ length: 5 }, () => stage.connect());
    await stage.settle();
    const rejects = peers.map((peer) => peer.ofKind(FrameKind.reject).map(([code]) => code));
    expect(rejects).toEqual([[], [], [], ["TOO_MANY"], ["TOO_MANY"]]);
    expect(peers.map(({ isClosed }) => isClosed)).toEqual([false, false, false, true, true]);
    from = "192.0.2.2:1";
    expect((await stage.peer("b")).isClosed).toBe(false);
    from = "127.0.0.1:1";
    for (let i = 0; i < 20; i++) stage.connect();
    await stage.settle();
    expect(stage.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining("more than 3 connections a second"),
    ]);
  });
});
