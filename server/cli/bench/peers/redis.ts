/** Redis: PUBLISH and PSUBSCRIBE through redis-server, by ioredis with its pipelining. */
import type { Packages } from "./packages.ts";
import { type Client, type Peer, type Place, windowMessages } from "./peer.ts";

interface Connection {
  publish(channel: string, text: string): Promise<number>;
  psubscribe(pattern: string): Promise<unknown>;
  on(event: "pmessage", take: (pattern: string, channel: string, text: string) => void): unknown;
  once(event: "ready", act: () => void): unknown;
  disconnect(): void;
}

interface Module {
  readonly Redis: new (location: string, options: object) => Connection;
}

export const redis: Peer = {
  name: "redis",
  title: "Redis",
  packages: ["ioredis", "redis"],
  server: {
    command: "redis-server",
    scheme: "redis",
    ready: /Ready to accept connections/,
    async arguments(port, folder) {
      const network = ["--port", String(port), "--bind", "127.0.0.1"];
      const memory = ["--save", "", "--appendonly", "no", "--dir", folder];
      return [...network, ...memory, "--client-output-buffer-limit", "pubsub 0 0 0"]; // nobody is cut off
    },
  },
  connect,
};

async function connect(packages: Packages, { location }: Place): Promise<Client> {
  const { Redis } = packages.load("ioredis") as Module;
  const open = async () => {
    const connection = new Redis(location!, { enableAutoPipelining: true, noDelay: true });
    await new Promise<void>((resolve) => connection.once("ready", resolve));
    return connection;
  };
  // One that subscribes can do nothing else, so there are two.
  const [sending, receiving] = await Promise.all([open(), open()]);
  let window: Promise<number>[] = [];
  const flushed = async () => {
    await Promise.all(window);
    window = [];
  };
  return {
    async subscribe(prefix, take) {
      receiving.on("pmessage", (_pattern, channel, text) => take(channel, text));
      await receiving.psubscribe(`${prefix}*`);
    },
    publish(topic, text) {
      window.push(sending.publish(topic, text));
      return window.length < windowMessages ? undefined : flushed();
    },
    flushed,
    async close() {
      sending.disconnect();
      receiving.disconnect();
    },
  };
}
