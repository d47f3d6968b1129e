/** T13: small things that are to become large: nesting, lengths that lie, tiny containers, patterns, WebSocket tricks. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { limits } from "../../library/core/limits.ts";
import { PatternIndex } from "../../library/core/pattern-index.ts";
import { Context, event, ws } from "../../library/index.ts";
import { readReport } from "../../library/node-report.ts";
import { type Field, FrameKind, preface } from "../../library/wire/frames.ts";
import { eventShape, frame, type HandPeer, idOf, Stage } from "../library/stage.ts";
import { bytesOf, readBody, shapeOf } from "../library/wire/bodies.ts";
import { heldBytes } from "../rig/memory.ts";

/** A frame with this body, as bytes, whatever it says. */
function rawFrame(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + body.length + ((8 - (body.length % 8)) % 8));
  new DataView(bytes.buffer).setUint32(0, ((kind << 24) | bytes.length) >>> 0);
  bytes[4] = bytes.length - 8 - body.length;
  bytes.set(body, 8);
  return bytes;
}

/** A node with one peer in order, and another that throws a bomb: the first must not notice. */
async function throwAt(bomb: (bomber: HandPeer) => void): Promise<{ code: string | undefined; tookMs: number }> {
  const stage = await new Stage().listen();
  const good = await stage.peer("b", ["*"]);
  const bomber = await stage.peer("a");
  const startedMs = performance.now();
  bomb(bomber);
  const tookMs = performance.now() - startedMs;
  await stage.settle();
  const before = good.frames.length;
  stage.node.events.raise("after", event("all"));
  await stage.settle();
  expect(good.frames.length).toBeGreaterThan(before);
  expect(good.isClosed).toBe(false);
  await stage.node.close();
  return { code: stage.errors[0]?.code, tookMs };
}

const fourGiB = "ff ff ff ff";
const aStream = frame(FrameKind.stream, [0, idOf("a"), "hand-a", "topic", 0, 0]);

describe("T13: a frame that lies about what is in it", () => {
  const lies: readonly [string, string][] = [
    ["an array of 4 GiB", `dd ${fourGiB}`],
    ["an array of 4 GiB in an array", `91 dd ${fourGiB}`],
    ["a string of 4 GiB", `91 db ${fourGiB} 61`],
    ["bytes of 4 GiB", `91 c6 ${fourGiB} 61`],
    ["a map of 4 GiB", `91 df ${fourGiB}`],
    ["an extension of 4 GiB", `91 c9 ${fourGiB} 01`],
    ["an array in each array, 100 000 deep", "91".repeat(100_000)],
    ["an array of 65 535 in each array, 10 000 deep", "dc ff ff".repeat(10_000)],
  ];
  const kinds = [FrameKind.hello, FrameKind.interest, FrameKind.stream, FrameKind.shape, FrameKind.answer] as const;

  it.each(lies.flatMap(([what, hex]) => kinds.map((kind) => [what, kind, hex] as const)))(
    "with %s, of kind %i, closes its connection and nothing else",
    async (_, kind, hex) => {
      const bytes = rawFrame(kind, bytesOf(hex));
      const { code, tookMs } = await throwAt((bomber) => bomber.give(bytes));
      expect(code).toBe("BAD_FRAME");
      expect(tookMs).toBeLessThan(200);
    },
  );
});

/** One array of so many items of the same bytes, in a body of one value. */
function repeated(item: readonly number[], many: number): Uint8Array {
  const bytes = new Uint8Array(6 + many * item.length);
  bytes.set([0x91, 0xdd]);
  new DataView(bytes.buffer).setUint32(2, many);
  for (let i = 0; i < many; i++) bytes.set(item, 6 + i * item.length);
  return bytes;
}

/** A set in a set in a set, and a long string within them all. */
function wrapped(depth: number, stringBytes: number): Uint8Array {
  const open = Array.from({ length: depth }, () => [0x92, 0xa3, ...Buffer.from("{?}"), 0x91]).flat();
  const string = Buffer.alloc(8 + stringBytes, 0x61);
  string.set([0x92, 0xa1, 0x73, 0xdb]);
  string.writeUInt32BE(stringBytes, 4);
  return Uint8Array.from(Buffer.concat([Buffer.of(0x91, ...open), string]));
}

/** What this process spends on it, at best: other processes do not count. */
function cpuMs(work: () => unknown): number {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    bestMs = Math.min(bestMs, (user + system) / 1_000);
  }
  return bestMs;
}

describe("T13: a message of tiny things", () => {
  const million = limits.valueElements;
  const bombs: readonly [string, string, Uint8Array][] = [
    ["empty sets", "[{c}]", repeated([0x90], million - 1)],
    ["empty tables", "[<cc>]", repeated([0x90], million - 1)],
    ["empty vectors", "[[c]]", repeated([0x90], million - 1)],
    ["sets of one", "[{c}]", repeated([0x91, 5], million / 2 - 1)],
    ["tables of one", "[<cc>]", repeated([0x92, 5, 6], 333_000)],
    ["vectors of one", "[[c]]", repeated([0x91, 5], million / 2 - 1)],
    ["sets of a set", "[{{c}}]", repeated([0x91, 0x90], million / 2 - 1)],
    ["sets that tell their type", "[?]", repeated([0x92, 0xa3, 0x7b, 0x63, 0x7d, 0x91, 5], million / 5)],
    ["single bytes that are no text", "[s]", repeated([0xc4, 1, 0xff], million - 1)],
    ["counts", "[c]", repeated([5], million - 1)],
    ["times", "[t]", repeated([5], million - 1)],
    ["ports", "[p]", repeated([5], million - 1)],
    ["a string in 60 sets", "?", wrapped(60, 4 * 1024 * 1024)],
  ];

  it.each(bombs)("of %s is refused, or takes no more than it may", async (_, signature, body) => {
    const shape = shapeOf(signature);
    const before = await heldBytes();
    const isTaken = shape.fits(body, 0, body.length);
    const values = isTaken ? shape.valuesOf(body, 0) : [];
    const took = (await heldBytes()) - before;
    expect(took).toBeLessThan(1.05 * Math.max(8 * body.length, limits.valueBytes));
    expect(values.length).toBeLessThanOrEqual(1);
    const scanMs = cpuMs(() => shape.fits(body, 0, body.length));
    expect(scanMs).toBeLessThan(10 * Math.max(1, body.length / 102_400));
  });

  it("is still taken where it is no bomb", () => {
    expect(readBody(repeated([0x91, 5], 100_000), "[{c}]")).toHaveLength(1);
    expect(readBody(repeated([5], million - 1), "[c]")).toHaveLength(1);
    expect(readBody(wrapped(60, 1_000), "?")).toHaveLength(1);
  });

  it("is refused to the one who raises it, before it is sent", async () => {
    const stage = await new Stage().listen();
    const peer = await stage.peer("a", ["*"]);
    const tiny = Array.from({ length: 450_000 }, () => new Set([1]));
    expect(() => stage.node.events.raise("t", event("bomb", [tiny]))).toThrow(
      expect.objectContaining({ code: "TOO_MANY" }),
    );
    stage.node.events.raise("t", event("fine"));
    await stage.settle();
    expect(peer.isClosed).toBe(false);
    await stage.node.close();
  });
});

describe("T13: topics and patterns that are hostile", () => {
  const refused: readonly [string, string, () => Uint8Array][] = [
    [
      "BAD_TOPIC",
      "a topic of 1 025 bytes",
      () => frame(FrameKind.stream, [0, idOf("a"), "hand-a", "t".repeat(1_025), 0, 0]),
    ],
    [
      "BAD_TOPIC",
      "a topic of 4 MiB",
      () => frame(FrameKind.stream, [0, idOf("a"), "hand-a", "t".repeat(2 ** 22), 0, 0]),
    ],
    ["BAD_TOPIC", "a reserved topic", () => frame(FrameKind.stream, [0, idOf("a"), "hand-a", ".secret", 0, 0])],
    ["BAD_PATTERN", "a pattern of 1 025 bytes", () => interest(["p".repeat(1_025)])],
    ["BAD_PATTERN", "a pattern of nine stars", () => interest(["*a".repeat(9)])],
    ["TOO_MANY", "10 001 patterns", () => interest(Array.from({ length: 10_001 }, (_, i) => `${i}*`))],
    [
      "BAD_FRAME",
      "a signature of 1 MiB",
      () => Uint8Array.from([...aStream, ...eventShape(0, 0, "e", "s".repeat(2 ** 20))]),
    ],
    [
      "BAD_FRAME",
      "a stream of too high a number",
      () => frame(FrameKind.stream, [65_536, idOf("a"), "hand-a", "t", 0, 0]),
    ],
  ];

  it.each(refused)("are told as %s: %s", async (expected, _, make) => {
    const bytes = make();
    const { code } = await throwAt((bomber) => bomber.give(bytes));
    expect(code).toBe(expected);
  });

  function interest(patterns: readonly string[]): Uint8Array {
    return frame(
      FrameKind.interest,
      patterns.map((pattern) => [idOf("a"), pattern, [idOf("a")]]),
    );
  }

  it("take time that grows with their number, and no faster", () => {
    const topic = "a".repeat(1_024);
    const hostile = (many: number): PatternIndex<object> => {
      const index = new PatternIndex<object>();
      for (let i = 0; i < many; i++) index.add(`*a*a*a*a*a*a*${"a".repeat(i % 100)}b${i}*`, {});
      return index;
    };
    const timeOf = (index: PatternIndex<object>): number => cpuMs(() => expect(index.match(topic)).toEqual([]));
    const fewMs = timeOf(hostile(1_000));
    const manyMs = timeOf(hostile(10_000));
    expect(manyMs).toBeLessThan(Math.max(20, 30 * fewMs));
    expect(manyMs).toBeLessThan(200);
  });
});

describe("T13: a report that is to fill the memory", () => {
  it.each([
    ["nested arrays", `{"id":"x","name":"y","topics":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`],
    ["millions of connections", `{"id":"x","name":"y","connections":[${"{},".repeat(1_200_000)}{}]}`],
    ["sixteen megabytes", `{"id":"x","name":"y","offers":[${'"",'.repeat(5_000_000)}""]}`],
  ])("by %s is cut short, or none", async (_, text) => {
    const before = await heldBytes();
    const report = readReport(text, 1);
    expect((await heldBytes()) - before).toBeLessThan(64 * 1024 * 1024);
    expect(report?.connections.length ?? 0).toBeLessThanOrEqual(limits.reportEntries);
  });
});

describe("T13: WebSocket tricks", () => {
  async function listening(): Promise<{ node: Context; port: number }> {
    const node = new Context({ name: "listener", transports: [ws()] });
    onTestFinished(() => node.close({ graceMs: 0 }));
    const { location } = await node.connections.listen("ws://127.0.0.1:0");
    return { node, port: Number(new URL(location).port) };
  }

  /** A client by hand: what it sends is bytes. Resolves with the answer to its request. */
  async function upgraded(port: number, headers: readonly string[] = []): Promise<{ socket: Socket; answer: string }> {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    const lines = ["GET / HTTP/1.1", `Host: 127.0.0.1:${port}`, "Connection: Upgrade", "Upgrade: websocket"];
    const key = `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`;
    socket.write(`${[...lines, "Sec-WebSocket-Version: 13", key, ...headers].join("\r\n")}\r\n\r\n`);
    const answer = await new Promise<string>((resolve) =>
      socket.once("data", (chunk) => resolve(chunk.toString("latin1"))),
    );
    return { socket, answer };
  }

  /** A masked frame, with any first byte. */
  function wsFrame(first: number, payload: Uint8Array): Buffer {
    const header = Buffer.alloc(payload.length < 126 ? 6 : 14);
    header[0] = first;
    header[1] = 0x80 | (payload.length < 126 ? payload.length : 127);
    if (payload.length >= 126) header.writeBigUInt64BE(BigInt(payload.length), 2);
    return Buffer.concat([header, payload]); // the mask is zeros
  }

  const gone = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve).resume());

  it("deflate is never agreed on", async () => {
    const { port } = await listening();
    for (const offer of [
      "permessage-deflate",
      "permessage-deflate; client_max_window_bits; server_no_context_takeover",
      "x",
    ]) {
      const { answer } = await upgraded(port, [`Sec-WebSocket-Extensions: ${offer}`]);
      expect(answer).toMatch(/^HTTP\/1\.1 101/);
      expect(answer.toLowerCase()).not.toContain("extensions");
    }
  });

  it.each<[string, (frame: typeof wsFrame) => Buffer[]]>([
    ["100 MiB of zeros, compressed", (make) => [make(0xc2, deflateRawSync(Buffer.alloc(100 * 1024 * 1024)))]],
    [
      "16 385 fragments of a byte",
      (make) => [make(0x02, Uint8Array.of(0)), ...Array.from({ length: 16_400 }, () => make(0x00, Uint8Array.of(0)))],
    ],
    ["a frame that says it has 2^63 bytes", () => [Buffer.from("82ff7fffffffffffffff00000000", "hex")]],
    ["a frame that says it has 17 MiB", () => [Buffer.from("82ff000000000110000000000000", "hex")]],
    ["a frame without a mask", () => [Buffer.from("820100", "hex")]],
    ["a continuation of nothing", (make) => [make(0x80, Uint8Array.of(0))]],
    ["a ping of 126 bytes", (make) => [make(0x89, new Uint8Array(126))]],
    ["text", (make) => [make(0x81, Buffer.from("text"))]],
  ])("%s closes that link, and others stay", async (_, make) => {
    const { node, port } = await listening();
    const other = new Context({ name: "other", transports: [ws()] });
    onTestFinished(() => other.close({ graceMs: 0 }));
    const connection = await other.connections.open(`ws://127.0.0.1:${port}`);
    const before = await heldBytes();
    const { socket } = await upgraded(port);
    for (const bytes of make(wsFrame)) socket.write(bytes);
    await gone(socket);
    expect((await heldBytes()) - before).toBeLessThan(16 * 1024 * 1024);
    await connection.settled();
    expect(node.connections.all().filter(({ state }) => state === "up")).toHaveLength(1);
  });
});

describe("T13: a hello that is too much", () => {
  it("of 4 097 bytes and more is refused before anything is kept of it", async () => {
    const stage = await new Stage().listen();
    const peer = stage.connect();
    const features: Field = Array.from({ length: 1_000 }, () => "feature");
    peer.give(preface);
    await stage.settle();
    peer.give(frame(FrameKind.hello, [1, 1, "hand-a", idOf("a"), "by hand", features]));
    await stage.settle();
    expect(stage.errors.map(({ code }) => code)).toEqual(["BAD_FRAME"]);
    expect(stage.node.connections.all()).toHaveLength(0);
  });
});
