/** Redis as a store: SET at one redis-server, by node-redis with its pipelining, and another one that replicates it. */
import { until } from "../store-entries.ts";
import type { Packages } from "./packages.ts";
import { redis } from "./redis.ts";
import { startServer } from "./server.ts";
import type { StorePeer } from "./store-peer.ts";

interface Client {
  connect(): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  mGet(keys: readonly string[]): Promise<readonly unknown[]>;
  dbSize(): Promise<number>;
  info(section: string): Promise<string>;
  sendCommand(words: readonly string[]): Promise<unknown>;
  close(): Promise<unknown>;
}

interface Module {
  readonly createClient: (options: { url: string }) => Client;
}

const server = {
  ...redis.server!,
  async arguments(port: number, folder: string) {
    // A replica begins at once, and is never cut off.
    const replicas = ["--repl-diskless-sync-delay", "0", "--client-output-buffer-limit", "replica 0 0 0"];
    return [...(await redis.server!.arguments(port, folder)), ...replicas];
  },
};

async function connect(packages: Packages, location: string): Promise<Client> {
  const { createClient } = packages.load("redis") as Module;
  const client = createClient({ url: location });
  await client.connect();
  return client;
}

export const redisStore: StorePeer = {
  server,
  async connect(packages, location) {
    const client = await connect(packages, location);
    return { put: (key, value) => client.set(key, value), close: () => client.close() };
  },
  async copy(packages, location, folder) {
    const { port } = await startServer(server, folder);
    const client = await connect(packages, `redis://127.0.0.1:${port}`);
    const { hostname, port: source } = new URL(location);
    return {
      async follow() {
        await client.sendCommand(["REPLICAOF", hostname, source]);
        await until(async () => (await client.info("replication")).includes("master_link_status:up"));
      },
      size: () => client.dbSize(),
      values: (keys) => client.mGet(keys),
      close: () => client.close(),
    };
  },
};
