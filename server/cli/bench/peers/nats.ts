/** NATS: core publish and subscribe through nats-server. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Packages } from "./packages.ts";
import { type Client, type Peer, type Place, windowMessages } from "./peer.ts";

interface Connection {
  publish(subject: string, payload: string): void;
  subscribe(subject: string, options: { callback: (error: Error | null, message: Message) => void }): unknown;
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Message {
  readonly subject: string;
  string(): string;
}

interface Module {
  connect(options: { servers: string; noEcho: boolean }): Promise<Connection>;
}

export const nats: Peer = {
  name: "nats",
  title: "NATS",
  packages: ["@nats-io/transport-node", "@nats-io/kv"],
  server: {
    command: "nats-server",
    scheme: "nats",
    ready: /Server is ready/,
    async arguments(port, folder) {
      // A client that falls behind is waited for, not cut off: no message may be lost.
      const lines = [`listen: "127.0.0.1:${port}"`, "max_pending: 1GB", 'write_deadline: "120s"'];
      await writeFile(join(folder, "nats.conf"), `${lines.join("\n")}\n`);
      return ["-c", join(folder, "nats.conf")];
    },
  },
  connect,
};

/** How many windows are under way at a time, each closed by a round trip to the server. */
const windows = 4;

async function connect(packages: Packages, { location }: Place): Promise<Client> {
  const client = packages.load("@nats-io/transport-node") as Module;
  const connection = await client.connect({ servers: location!, noEcho: true });
  const flushes: Promise<void>[] = [];
  let published = 0;
  return {
    async subscribe(prefix, take) {
      const callback = (_error: Error | null, message: Message) => take(message.subject, message.string());
      connection.subscribe(`${subjectOf(prefix)}>`, { callback });
      await connection.flush();
    },
    publish(topic, text) {
      connection.publish(subjectOf(topic), text);
      published += 1;
      if (published % (windowMessages / windows) !== 0) return undefined;
      flushes.push(connection.flush());
      return flushes.length < windows ? undefined : flushes.shift();
    },
    flushed: () => connection.flush(),
    close: () => connection.close(),
  };
}

const subjects = new Map<string, string>();

/** Its levels are set apart by dots. Worked out once: programs have such names ready. */
function subjectOf(topic: string): string {
  let subject = subjects.get(topic);
  if (subject === undefined) {
    subject = topic.replaceAll("/", ".");
    subjects.set(topic, subject);
  }
  return subject;
}
