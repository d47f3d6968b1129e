/** What a peer may do wrong on its link, played by hand: it closes that link, with a code, and nothing else. */
import { describe, expect, it } from "vitest";
import { event, type ReceivedEvent } from "../../library/index.ts";
import { FrameKind, preface } from "../../library/wire/frames.ts";
import { eventShape, frame, type HandPeer, hello, idOf, message, Stage } from "./stage.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** What announces a stream of one event with a string. */
function announced(digit: string, topic: string, stream = 0, serial = 0): Uint8Array[] {
  return [
    frame(FrameKind.stream, [stream, idOf(digit), `hand-${digit}`, topic, serial, 0]),
    eventShape(stream, 0, "said", "s"),
  ];
}

describe("the first words", () => {
  it.each<[string, string, Uint8Array]>([
    ["a web browser", "NOT_A_PEER", text("GET / HTTP/1.1\r\n\r\n")],
    ["garbage", "NOT_A_PEER", Uint8Array.of(0xff, 0xfe)],
    ["a frame of impossible length", "BAD_FRAME", Uint8Array.of(...preface, 1, 0, 0, 3)],
    ["a frame that is too long for a handshake", "BAD_FRAME", Uint8Array.of(...preface, 1, 0, 0x10, 8)],
    ["an event before the handshake", "BAD_FRAME", Uint8Array.of(...preface, ...message(FrameKind.event, ["early"]))],
    ["interest before the handshake", "BAD_FRAME", Uint8Array.of(...preface, ...frame(FrameKind.interest, []))],
    ["ready before hello", "BAD_FRAME", Uint8Array.of(...preface, ...frame(FrameKind.ready, []))],
    ["a hello of nothing", "BAD_FRAME", Uint8Array.of(...preface, ...frame(FrameKind.hello, []))],
    ["a name that is none", "BAD_FRAME", Uint8Array.of(...preface, ...frame(1, [1, 1, "a b", idOf("a"), "", []]))],
    ["an id that is none", "BAD_FRAME", Uint8Array.of(...preface, ...frame(1, [1, 1, "a", "A", "", []]))],
    ["no common version", "VERSION_MISMATCH", Uint8Array.of(...preface, ...frame(1, [2, 9, "a", idOf("a"), "", []]))],
    ["its refusal", "REJECTED", Uint8Array.of(...preface, ...frame(FrameKind.reject, ["NEWS", "no"]))],
  ])("of %s: closed with %s", async (_, code, bytes) => {
    const stage = await new Stage().listen();
    const peer = stage.connect();
    peer.give(bytes);
    await stage.settle();
    expect(peer.isClosed).toBe(true);
    expect(stage.errors.map((error) => error.code)).toEqual([code]);
    expect(stage.node.connections.all()).toEqual([]);
  });

  it("may come byte by byte", async () => {
    const stage = await new Stage().listen();
    const peer = stage.connect();
    for (const byte of [...preface, ...hello("a"), ...frame(2, [1]), ...frame(4, [])]) {
      peer.give(Uint8Array.of(byte));
      await stage.settle();
    }
    expect(stage.node.connections.all().map(({ state }) => state)).toEqual(["up"]);
  });

  it("are waited for as long as the limit says", async () => {
    const stage = await new Stage().listen();
    const peer = stage.connect();
    stage.clock.advance(4_999);
    expect(peer.isClosed).toBe(false);
    stage.clock.advance(1);
    await stage.settle();
    expect(stage.errors.map((error) => error.code)).toEqual(["TIMED_OUT"]);
  });

  it("are over when the peer is gone while the listener makes up its mind", async () => {
    const stage = new Stage();
    await stage.node.connections.listen("stage://here", { accept: () => Promise.reject(new Error("no")) });
    const peer = stage.connect();
    peer.give(preface, hello("a"));
    peer.destroy();
    await stage.settle();
    expect(peer.ofKind(FrameKind.reject)).toEqual([]);
    expect(stage.node.connections.all()).toEqual([]);
  });
});

describe("a peer that breaks the protocol", () => {
  const sent = "a";
  const fine = [...announced(sent, "topic"), message(FrameKind.event, ["fine"])];
  const deep = (depth: number): Uint8Array => frame(FrameKind.ping, [new Array(depth).fill(0).reduce((a) => [a], 0)]);
  const cut = (bytes: Uint8Array): Uint8Array => {
    const shorter = bytes.slice(0, -8);
    new DataView(shorter.buffer).setUint16(2, shorter.length);
    return shorter;
  };

  it.each<[string, string, readonly Uint8Array[]]>([
    ["a stream that it never announced", "BAD_FRAME", [message(FrameKind.event, ["x"], 7)]],
    ["a shape that it never announced", "BAD_FRAME", [...fine, message(FrameKind.event, ["x"], 0, 1, 1)]],
    ["a body of another type", "BAD_FRAME", [...fine, message(FrameKind.event, [1], 0, 1)]],
    ["a body of too many values", "BAD_FRAME", [...fine, message(FrameKind.event, ["x", "y"], 0, 1)]],
    ["a message of another kind than its shape", "BAD_FRAME", [...fine, message(FrameKind.log, ["x"], 0, 1)]],
    ["a body that is cut", "BAD_FRAME", [...fine, cut(message(FrameKind.event, ["x".repeat(50)], 0, 1))]],
    ["a message without a body", "BAD_FRAME", [...fine, frame(FrameKind.event, [])]],
    ["a map", "BAD_FRAME", [Uint8Array.of(5, 0, 0, 16, 5, 0, 0, 0, 0x91, 0x81, 0x01, 0, 0, 0, 0, 0)]],
    ["an extension", "BAD_FRAME", [Uint8Array.of(5, 0, 0, 16, 4, 0, 0, 0, 0x91, 0xd4, 0x72, 0, 0, 0, 0, 0)]],
    ["nesting without end", "BAD_FRAME", [deep(137)]],
    ["a reserved topic", "BAD_TOPIC", [frame(FrameKind.stream, [0, idOf("a"), "a", ".secret", 0, 0])]],
    ["an origin that is none", "BAD_FRAME", [frame(FrameKind.stream, [0, "someone", "a", "topic", 0, 0])]],
    ["a stream's number beyond all", "BAD_FRAME", [frame(FrameKind.stream, [65_536, idOf("a"), "a", "t", 0, 0])]],
    ["a shape that leaves one out", "BAD_FRAME", [fine[0]!, eventShape(0, 1, "said", "s")]],
    ["a shape of another signature", "BAD_FRAME", [...fine, eventShape(0, 0, "said", "c")]],
    ["a signature that is none", "BAD_FRAME", [fine[0]!, eventShape(0, 0, "said", "[")]],
    ["a signature without end", "BAD_FRAME", [fine[0]!, eventShape(0, 0, "said", "s".repeat(1025))]],
    ["interest of another's path", "BAD_FRAME", [frame(FrameKind.interest, [[idOf("b"), "x", [idOf("b")]]])]],
    ["interest of a path not from its origin", "BAD_FRAME", [frame(8, [[idOf("b"), "x", [idOf("a")]]])]],
    ["interest without an origin", "BAD_FRAME", [frame(FrameKind.interest, [["b", "x", ["b"]]])]],
    ["interest of too long a path", "BAD_FRAME", [frame(8, [[idOf("b"), "x", new Array(65).fill(idOf("b"))]])]],
    ["a pattern that is none", "BAD_PATTERN", [frame(8, [[idOf("a"), "*********", [idOf("a")]]])]],
    ["a barrier without a name", "BAD_FRAME", [frame(FrameKind.barrier, [1, 1])]],
    ["a barrier with a name without end", "BAD_FRAME", [frame(FrameKind.barrier, ["x".repeat(65), 9])]],
    ["a second hello", "BAD_FRAME", [hello("a")]],
    ["a second ready", "BAD_FRAME", [frame(FrameKind.ready, [])]],
  ])("with %s: closed with %s, and nobody else", async (_, code, frames) => {
    const stage = await new Stage().listen();
    const heard: ReceivedEvent[] = [];
    void stage.node.events.on("*", (each) => heard.push(each));
    const other = await stage.peer("b", ["*"]);
    const peer = await stage.peer("a");
    peer.give(...frames);
    await stage.settle();
    expect(stage.errors.map((error) => error.code)).toEqual([code]);
    expect([peer.isClosed, other.isClosed]).toEqual([true, false]);
    const before = heard.length;
    other.give(...announced("b", "elsewhere"), message(FrameKind.event, ["still here"]));
    stage.node.events.raise("topic", event("to you"));
    await stage.settle();
    expect(heard.slice(before).map(({ args }) => args)).toEqual([["still here"]]);
    expect(other.frames.filter(({ kind }) => kind === FrameKind.event)).toHaveLength(1);
  });

  it("asks for more patterns than it may", async () => {
    const stage = await new Stage().listen();
    const peer = await stage.peer("a");
    for (let i = 0; i <= 10_000 && !peer.isClosed; i += 100) {
      const wanted = Array.from({ length: 100 }, (_, n) => [idOf("a"), `p${i + n}`, [idOf("a")]]);
      peer.give(frame(FrameKind.interest, wanted));
    }
    await stage.settle();
    expect(stage.errors.map((error) => error.code)).toEqual(["TOO_MANY"]);
  });

  it("floods barriers that nobody answers", async () => {
    const stage = await new Stage().listen();
    await stage.peer("b");
    const peer = await stage.peer("a");
    for (let i = 0; i <= 10_000; i++) peer.give(frame(FrameKind.barrier, [`b${i}`, 64]));
    await stage.settle();
    expect(stage.errors.map((error) => error.code)).toEqual(["TOO_MANY"]);
  });

  it("is not read from any more, but told why, and cut when it does not take that", async () => {
    const stage = await new Stage().listen();
    const peer = await stage.peer("a");
    stage.clock.advance(1_000); // the next look at whether it is alive comes before it is cut
    peer.isReading = false;
    peer.give(frame(FrameKind.ready, []));
    await stage.settle();
    expect(peer.isClosed).toBe(false);
    stage.clock.advance(5_000);
    await stage.settle();
    expect(peer.isClosed).toBe(true);
    expect(stage.node.connections.all()).toEqual([]);
  });
});

describe("a peer of a later version", () => {
  it("may send kinds that we do not know, and fields behind those that we do", async () => {
    const stage = await new Stage().listen();
    const heard: ReceivedEvent[] = [];
    void stage.node.events.on("*", (each) => heard.push(each));
    const peer = stage.connect();
    peer.give(preface, frame(FrameKind.hello, [1, 3, "later", idOf("a"), "by hand 9", ["new"], null, false, "more"]));
    await stage.settle();
    peer.give(frame(FrameKind.welcome, [1, "more"]), frame(20, ["what"]), frame(0, []), frame(255, [1]));
    peer.give(frame(FrameKind.interest, [[idOf("a"), "*", [idOf("a")], "more"]]), frame(FrameKind.ready, ["more"]));
    peer.give(frame(FrameKind.stream, [0, idOf("a"), "later", "topic", 0, 0, false, "more"]));
    peer.give(frame(FrameKind.shape, [0, 0, FrameKind.event, "said", "s", "", [], "more"]));
    peer.give(message(FrameKind.event, ["fine"]));
    await stage.settle();
    expect(heard.map(({ name, args }) => [name, args])).toEqual([["said", ["fine"]]]);
    expect(stage.errors).toEqual([]);
  });
});

describe("a stream that is forgotten because there are too many", () => {
  async function flooded(): Promise<{ stage: Stage; source: HandPeer; sink: HandPeer }> {
    const stage = await new Stage().listen();
    stage.node.topics.forward("*");
    const sink = await stage.peer("b", ["*"]);
    const source = await stage.peer("a");
    source.give(...announced("a", "zeroth"), ...announced("a", "first", 1, 1), message(FrameKind.event, ["one"], 1));
    const many = await stage.peer("c");
    for (let i = 0; i < 65_600; i++) {
      many.give(frame(FrameKind.stream, [i % 65_536, idOf("c"), "hand-c", `topic${i}`, i, 0]));
    }
    return { stage, source, sink };
  }

  it("goes on under a number of its own", async () => {
    const { stage, source, sink } = await flooded();
    expect(stage.node.stats().streamsForgotten).toBeGreaterThan(0);
    const before = sink.frames.length;
    source.give(message(FrameKind.event, ["two"], 1, 1));
    await stage.settle();
    const told = sink.frames.slice(before);
    expect(told.map(({ kind }) => kind)).toEqual([FrameKind.stream, FrameKind.shape, FrameKind.event]);
    const [number, , , topic] = told[0]!.fields;
    expect(topic).toBe("first");
    expect(new DataView(told[2]!.bytes.buffer).getUint32(8)).toBe(number);
    const numbers = new Map([...sink.ofKind(FrameKind.stream)].map(([its, , , name]) => [its, name]));
    expect(numbers.get(number!)).toBe("first");
    expect(stage.errors).toEqual([]);
  });
});

describe("a peer that is dead", () => {
  it("M6: is down when the limit says, though its link does not close in good order", async () => {
    const stage = await new Stage().listen();
    const peer = await stage.peer("a");
    peer.isReading = false;
    for (let passedMs = 0; passedMs < 15_000; passedMs += 1_000) {
      expect(stage.node.connections.all()).toHaveLength(1);
      stage.clock.advance(1_000);
      await stage.settle();
    }
    expect(peer.isClosed).toBe(true);
    expect(stage.node.connections.all()).toHaveLength(0);
    expect(stage.errors.map(({ code }) => code)).toEqual(["PEER_SILENT"]);
  });
});

describe("what a receiver would refuse", () => {
  const many = Array.from({ length: 600_000 }, (_, i) => i % 100);

  it("is refused before it is sent, and the connection stays", async () => {
    const stage = await new Stage().listen();
    const peer = await stage.peer("a", ["*"]);
    expect(() => stage.node.events.raise("topic", event("two", [many, many]))).toThrow(
      expect.objectContaining({ code: "TOO_MANY" }),
    );
    stage.node.events.raise("topic", event("one", [many]));
    await stage.settle();
    expect(peer.frames.filter(({ kind }) => kind === FrameKind.event)).toHaveLength(1);
    const [first] = peer.frames.filter(({ kind }) => kind === FrameKind.event);
    expect(new DataView(first!.bytes.buffer).getUint32(12)).toBe(0); // what was refused took no number
  });
});
