/** NATS as a store: a key-value bucket of JetStream, in memory, and a watcher that holds what it hears of. */
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { nats } from "./nats.ts";
import type { Packages } from "./packages.ts";
import type { StorePeer } from "./store-peer.ts";

interface Entry {
  readonly key: string;
  string(): string;
}

interface Bucket {
  put(key: string, value: string): Promise<number>;
  watch(): Promise<AsyncIterable<Entry>>;
}

interface Connection {
  close(): Promise<void>;
}

interface Module {
  readonly Kvm: new (
    connection: Connection,
  ) => {
    create(name: string, options: { storage: "memory"; history: number }): Promise<Bucket>;
  };
}

interface Transport {
  connect(options: { servers: string }): Promise<Connection>;
}

async function open(packages: Packages, location: string): Promise<{ bucket: Bucket; connection: Connection }> {
  const connection = await (packages.load("@nats-io/transport-node") as Transport).connect({ servers: location });
  const { Kvm } = packages.load("@nats-io/kv") as Module;
  return { connection, bucket: await new Kvm(connection).create("bench", { storage: "memory", history: 1 }) };
}

export const natsStore: StorePeer = {
  server: {
    ...nats.server!,
    async arguments(port, folder) {
      const options = await nats.server!.arguments(port, folder);
      await appendFile(join(folder, "nats.conf"), `jetstream { store_dir: ${JSON.stringify(folder)} }\n`);
      return options;
    },
  },
  async connect(packages, location) {
    const { bucket, connection } = await open(packages, location);
    return { put: (key, value) => bucket.put(key, value), close: () => connection.close() };
  },
  async copy(packages, location) {
    const { bucket, connection } = await open(packages, location);
    const held = new Map<string, string>();
    return {
      async follow() {
        const entries = await bucket.watch();
        void (async () => {
          for await (const entry of entries) held.set(entry.key, entry.string());
        })();
      },
      size: () => held.size,
      values: async (keys) => keys.map((key) => held.get(key)),
      close: () => connection.close(),
    };
  },
};
