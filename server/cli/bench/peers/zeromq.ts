/** ZeroMQ: publisher and subscriber sockets, without a server; dealers where both ends talk. */
import type { Packages } from "./packages.ts";
import type { Client, Peer, Place } from "./peer.ts";

interface Socket {
  readonly lastEndpoint: string | null;
  bind(location: string): Promise<void>;
  connect(location: string): void;
  close(): void;
}

interface Sending extends Socket {
  send(parts: readonly string[]): Promise<void>;
}

interface Receiving extends Socket, AsyncIterable<readonly Buffer[]> {
  receive(): Promise<readonly Buffer[]>;
}

interface Module {
  readonly XPublisher: new (options: object) => Sending & Receiving;
  readonly Subscriber: new (options: object) => Receiving & { subscribe(prefix: string): void };
  readonly Dealer: new (options: object) => Sending & Receiving;
}

export const zeromq: Peer = { name: "zeromq", title: "ZeroMQ", packages: ["zeromq"], connect };

async function connect(packages: Packages, place: Place): Promise<Client> {
  const sockets = packages.load("zeromq") as Module;
  if (place.isTwoWay) return twoWay(await open(new sockets.Dealer({ linger: 0 }), place));
  if (!place.isPublisher) return subscriber(await open(new sockets.Subscriber({ receiveHighWaterMark: 1000 }), place));
  // It tells who subscribed, and waits for slow ones instead of dropping.
  const options = { noDrop: true, verbosity: "allSubs", linger: 0 };
  return publisher(await open(new sockets.XPublisher(options), place), place.connections);
}

async function open<S extends Socket>(socket: S, { location }: Place): Promise<S> {
  if (location === undefined) await socket.bind("tcp://127.0.0.1:*");
  else socket.connect(location);
  return socket;
}

/** Where others find a socket; `undefined` for one that connected. */
function place(socket: Socket): { location: string } | undefined {
  return socket.lastEndpoint?.startsWith("tcp://127.0.0.1:") ? { location: socket.lastEndpoint } : undefined;
}

function publisher(socket: Sending & Receiving, connections: number): Client {
  return {
    ...place(socket),
    subscribe: nothing,
    async heard() {
      for (let i = 0; i < connections; i++) await socket.receive();
    },
    publish: (topic, text) => sendWhenPossible(socket, [topic, text]),
    flushed: nothing,
    close: async () => socket.close(),
  };
}

/** It takes one message at a time, and none while the queue of a subscriber is full. */
async function sendWhenPossible(socket: Sending, parts: readonly string[]): Promise<void> {
  for (;;) {
    try {
      return await socket.send(parts);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EAGAIN") throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function subscriber(socket: Receiving & { subscribe(prefix: string): void }): Client {
  return {
    ...place(socket),
    async subscribe(prefix, take) {
      socket.subscribe(prefix);
      void receiveAll(socket, take);
    },
    publish: () => undefined,
    flushed: nothing,
    close: async () => socket.close(),
  };
}

function twoWay(socket: Sending & Receiving): Client {
  return {
    ...place(socket),
    async subscribe(_prefix, take) {
      void receiveAll(socket, take);
    },
    publish: (topic, text) => socket.send([topic, text]),
    flushed: nothing,
    close: async () => socket.close(),
  };
}

async function receiveAll(socket: Receiving, take: (topic: string, text: string) => void): Promise<void> {
  for await (const [topic, text] of socket) take(String(topic), String(text));
}

async function nothing(): Promise<void> {}
