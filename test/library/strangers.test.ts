/** Whoever answers or calls and is no node of ours: one clear error, in time, and nobody else is touched. */
import { createServer as createWebServer } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../library/clock.ts";
import type { Context } from "../../library/context.ts";
import { Arena } from "../../library/wire/codec.ts";
import { preface } from "../../library/wire/frames.ts";
import { writeHandshake } from "../../library/wire/handshake-frames.ts";
import { SimulatedTime } from "../simulator/clock.ts";
import { Company, inbox, raise } from "./company.ts";

const hello = {
  ...{ minVersion: 1, maxVersion: 1, name: "stranger", id: "0".repeat(32), software: "test", features: [] },
  ...{ nonce: new Uint8Array(32), hasToken: false },
};

function helloFrame(changes: Partial<typeof hello> = {}): Uint8Array {
  const arena = new Arena();
  arena.control(writeHandshake({ kind: "hello", hello: { ...hello, ...changes } }));
  return Buffer.concat([preface, arena.bytes.subarray(arena.start, arena.end)]);
}

/** A server that does this with whoever connects. */
async function stranger(meet: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    meet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function webServer(): Promise<string> {
  const server = createWebServer((_, response) => response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function says(bytes: string | Uint8Array): (socket: Socket) => void {
  return (socket) => void socket.write(bytes);
}

describe("who answers", () => {
  it.each([
    ["a web server", webServer, "NOT_A_PEER", "web server"],
    ["garbage", () => stranger(says("\u0000\u0001garbage")), "NOT_A_PEER", "garbage"],
    ["a TLS port", () => stranger(says(Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40))), "NOT_A_PEER", "TLS"],
    ["an SSH server", () => stranger(says("SSH-2.0-x\r\n")), "NOT_A_PEER", "SSH"],
    ["one who hangs up", () => stranger((socket) => void socket.end()), "NOT_A_PEER", "without a word"],
    [
      "one who hangs up after the preface",
      () => stranger((socket) => void socket.end(preface)),
      "PEER_LOST",
      "handshake",
    ],
    ["too long a frame", () => stranger(says(tooLong())), "BAD_FRAME", "impossible length"],
    ["a frame of no length", () => stranger(says(Buffer.concat([preface, new Uint8Array(8)]))), "BAD_FRAME", "length"],
    ["a frame that is none", () => stranger(says(Buffer.concat([preface, malformed]))), "BAD_FRAME", "malformed"],
    [
      "another version",
      () => stranger(says(helloFrame({ minVersion: 7, maxVersion: 9 }))),
      "VERSION_MISMATCH",
      "7 to 9",
    ],
    ["an empty range of versions", () => stranger(says(helloFrame({ minVersion: 2 }))), "BAD_FRAME", "range"],
    ["a bad name", () => stranger(says(helloFrame({ name: "a b" }))), "BAD_FRAME", "name"],
    ["a bad id", () => stranger(says(helloFrame({ id: "x" }))), "BAD_FRAME", "id"],
    ["a second hello", () => stranger(says(twice(helloFrame()))), "BAD_FRAME", "out of turn"],
  ])("%s", async (_, open, code, words) => {
    const a = new Company().node("a");
    const opening = a.connections.open(await open());
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(a.connections.all()).toEqual([]);
  });

  it("says nothing: the attempt ends after its time", async () => {
    const time = new SimulatedTime();
    const a = new Company().node("a", { clock: { ...time.clock, soon: (task) => systemClock.soon(task) } });
    let accepted: () => void = () => {};
    const isConnected = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    const location = await stranger((socket) => socket.once("data", () => accepted()));
    const opening = a.connections.open(location);
    opening.catch(() => {});
    await isConnected;
    while (time.pending > 0) time.step();
    await expect(opening).rejects.toMatchObject({ code: "TIMED_OUT" });
    expect(time.nowMs).toBeLessThanOrEqual(10_000);
    expect(a.connections.all()).toEqual([]);
  });
});

describe("who calls", () => {
  it.each([
    ["a browser", "GET / HTTP/1.1\r\n\r\n", "NOT_A_PEER"],
    ["a TLS client", Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3), "NOT_A_PEER"],
    ["garbage", "x".repeat(100_000), "NOT_A_PEER"],
    ["too long a frame", tooLong(), "BAD_FRAME"],
    ["a message before the handshake", Buffer.concat([preface, earlyMessage()]), "BAD_FRAME"],
    ["a node of another version", helloFrame({ minVersion: 2, maxVersion: 2 }), "VERSION_MISMATCH"],
  ])("%s is turned away, and others go on", async (_, bytes, code) => {
    const company = new Company();
    const [a, b] = [company.node("a"), company.node("b")];
    const { location } = await a.connections.listen("tcp://127.0.0.1:0");
    await b.connections.open(location);
    const arrived = await inbox(b, "t");
    const failed = new Promise((resolve) => a.on("error", resolve));
    const isClosed = call(location, bytes);
    expect(await failed).toMatchObject({ code });
    await isClosed;
    await untilAlone(a);
    raise(a, "t", "last");
    expect(await arrived.until("t last")).toEqual(["t last"]);
  });
});

/** Sends bytes; resolves when the other side has closed. */
function call(location: string, bytes: string | Uint8Array): Promise<void> {
  const socket = connect(Number(new URL(location).port), "127.0.0.1", () => socket.write(bytes));
  socket.on("error", () => {});
  socket.resume();
  onTestFinished(() => {
    socket.destroy();
  });
  return new Promise((resolve) => socket.on("close", () => resolve()));
}

/** Only the good connection is left. */
async function untilAlone(context: Context): Promise<void> {
  while (context.connections.all().length > 1) await new Promise((resolve) => setImmediate(resolve));
}

function tooLong(): Uint8Array {
  return Buffer.concat([preface, Uint8Array.of(1, 0, 0x20, 0, 0, 0, 0, 0)]);
}

const malformed = Uint8Array.of(1, 0, 0, 16, 0, 0, 0, 0, 0xc1, 0xc1, 0xc1, 0xc1, 0xc1, 0xc1, 0xc1, 0xc1);

function earlyMessage(): Uint8Array {
  const arena = new Arena();
  arena.message(32, ["x"], 0, 0, 0, { high: 0, low: 0 });
  return arena.bytes.subarray(arena.start, arena.end);
}

/** The same hello once more behind the preface. */
function twice(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, bytes.subarray(preface.length)]);
}
