/**
 * The reference that needs only Node: a raw socket, JSON, and the obvious trick of gathering a turn's frames.
 *
 * A frame is a 4-byte length, a 1-byte length of the topic, the topic, and `[name, args]` as JSON; frames are gathered
 * in a buffer of 64 KiB and written once a turn.
 */
import { once } from "node:events";
import net from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { addressTexts, eventName, pick, stringPool, topic } from "./event.ts";
import { decodeFrames } from "./raw-frames.ts";
import { now, type Part, tell, told, usageMeter } from "./role.ts";
import { Tally } from "./tally.ts";
import { timeTrips } from "./trips.ts";

const gatherBytes = 64 * 1024;
const burst = 64;

function addressOf(part: Part): net.NetConnectOpts {
  const url = new URL(part.location!);
  return url.protocol === "ipc:" ? { path: url.pathname } : { host: url.hostname, port: Number(url.port) };
}

async function listen(server: net.Server, location: string): Promise<string> {
  const url = new URL(location);
  if (url.protocol === "ipc:") server.listen(url.pathname);
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "string" ? `ipc://${address}` : `tcp://127.0.0.1:${address?.port}`;
}

/** Collects a turn's frames; `send` says whether the sockets take more. */
class Gatherer {
  readonly #sockets: readonly net.Socket[];
  #buffer = Buffer.allocUnsafeSlow(gatherBytes);
  #used = 0;
  #isPlanned = false;

  constructor(sockets: readonly net.Socket[]) {
    this.#sockets = sockets;
  }

  get isCongested(): boolean {
    return this.#sockets.some((socket) => socket.writableNeedDrain);
  }

  async drained(): Promise<void> {
    for (const socket of this.#sockets) if (socket.writableNeedDrain) await once(socket, "drain");
  }

  add(name: string, args: readonly unknown[]): void {
    const json = JSON.stringify([name, args]);
    const most = 5 + topic.length * 3 + json.length * 3;
    if (this.#buffer.length - this.#used < most) this.flush();
    const start = this.#used;
    const topicBytes = this.#buffer.write(topic, start + 5, "latin1");
    const jsonBytes = this.#buffer.write(json, start + 5 + topicBytes, "utf8");
    this.#buffer.writeUInt32BE(1 + topicBytes + jsonBytes, start);
    this.#buffer[start + 4] = topicBytes;
    this.#used = start + 5 + topicBytes + jsonBytes;
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#isPlanned = false;
    if (this.#used === 0) return;
    const bytes = this.#buffer.subarray(0, this.#used);
    for (const socket of this.#sockets) socket.write(bytes);
    this.#buffer = Buffer.allocUnsafeSlow(gatherBytes);
    this.#used = 0;
  }
}

export async function rawSubscribe(part: Part): Promise<void> {
  const tally = new Tally(part.events);
  const server = net.createServer({ noDelay: true }, (socket) => count(socket, tally));
  tell({ kind: "ready", location: await listen(server, part.listen!) });
  await tally.full;
  tally.report();
  await told("stop");
  process.exit(0);
}

export async function rawSubscribeMany(part: Part): Promise<void> {
  const tally = new Tally(part.events * part.connections);
  for (let i = 0; i < part.connections; i++) {
    const socket = net.connect(addressOf(part));
    await once(socket, "connect");
    count(socket, tally);
  }
  tell({ kind: "ready", location: part.location! });
  await tally.full;
  tally.report();
  await told("stop");
  process.exit(0);
}

function count(socket: net.Socket, tally: Tally): void {
  const decode = decodeFrames((_topic, _name, args) => tally.add(args[0] as number));
  socket.on("data", decode);
}

export async function rawPublish(part: Part): Promise<void> {
  const sockets: net.Socket[] = [];
  let location = part.location ?? "";
  let server: net.Server | undefined;
  if (part.location !== undefined) {
    const socket = net.connect({ ...addressOf(part), noDelay: true } as net.NetConnectOpts);
    await once(socket, "connect");
    sockets.push(socket);
  } else {
    server = net.createServer({ noDelay: true }, (socket) => sockets.push(socket));
    location = await listen(server, part.listen!);
  }
  tell({ kind: "ready", location });
  await told("go");
  while (sockets.length < part.connections) await once(server!, "connection"); // they are through; we may not know yet
  const strings = stringPool(part.stringBytes);
  const gatherer = new Gatherer(sockets);
  const stop = usageMeter();
  const startNs = now();
  for (let i = 0; i < part.events; i++) {
    gatherer.add(eventName, [i, pick(strings, i), pick(addressTexts, i), i * 0.37]);
    if (i % burst === 0 && gatherer.isCongested) await gatherer.drained();
  }
  gatherer.flush();
  await gatherer.drained();
  const usage = stop();
  tell({ kind: "done", startNs: String(startNs), endNs: String(now()), count: part.events, sum: 0, usage, bytes: 0 });
  await told("stop");
  process.exit(0);
}

/** Ping-pong of 32 bytes over a bare WebSocket. */
export async function rawWsAnswer(_part: Part): Promise<void> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket) => socket.on("message", (bytes: Buffer) => socket.send(bytes)));
  await once(server, "listening");
  tell({ kind: "ready", location: `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/` });
  await told("stop");
  process.exit(0);
}

export async function rawWsAsk(part: Part): Promise<void> {
  const socket = new WebSocket(part.location!, { perMessageDeflate: false });
  await once(socket, "open");
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const stop = usageMeter();
  let arrived = () => {};
  socket.on("message", () => arrived());
  const bytes = Buffer.alloc(32, "x");
  const trip = () =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      socket.send(bytes);
    });
  tell({ kind: "trips", microseconds: await timeTrips(part.events, trip), usage: stop() });
  await told("stop");
  process.exit(0);
}

/** Ping-pong of 32 bytes over a bare socket. */
export async function rawAnswer(part: Part): Promise<void> {
  const server = net.createServer({ noDelay: true }, (socket) => socket.on("data", (chunk) => socket.write(chunk)));
  tell({ kind: "ready", location: await listen(server, part.listen!) });
  await told("stop");
  process.exit(0);
}

export async function rawAsk(part: Part): Promise<void> {
  const socket = net.connect({ ...addressOf(part), noDelay: true } as net.NetConnectOpts);
  await once(socket, "connect");
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const stop = usageMeter();
  let arrived = () => {};
  socket.on("data", () => arrived());
  const bytes = Buffer.alloc(32, "x");
  const trip = () =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      socket.write(bytes);
    });
  tell({ kind: "trips", microseconds: await timeTrips(part.events, trip), usage: stop() });
  await told("stop");
  process.exit(0);
}
