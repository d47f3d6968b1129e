/** MQTT: quality of service 0 through mosquitto, by mqtt.js. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Packages } from "./packages.ts";
import type { Client, Peer, Place } from "./peer.ts";

interface Connection {
  publish(topic: string, text: string, options: { qos: 0 }, done: (error?: Error) => void): unknown;
  subscribeAsync(filter: string, options: { qos: 0 }): Promise<unknown>;
  on(event: "message", take: (topic: string, payload: Buffer) => void): unknown;
  endAsync(force: boolean): Promise<void>;
}

interface Module {
  connectAsync(location: string, options: object): Promise<Connection>;
}

export const mosquitto: Peer = {
  name: "mosquitto",
  title: "mosquitto",
  packages: ["mqtt"],
  server: {
    command: "mosquitto",
    scheme: "mqtt",
    ready: /mosquitto version \S+ running/,
    async arguments(port, folder) {
      // No bound on what waits for a client: a message of quality 0 above it would be dropped.
      const bounds = ["max_queued_messages 0", "max_inflight_messages 0", "max_queued_bytes 0"];
      const lines = [`listener ${port} 127.0.0.1`, "allow_anonymous true", "persistence false", "set_tcp_nodelay true"];
      await writeFile(join(folder, "mosquitto.conf"), `${[...lines, ...bounds].join("\n")}\n`);
      return ["-c", join(folder, "mosquitto.conf")];
    },
  },
  connect,
};

const options = { qos: 0 } as const;

/** In flight at a time: the client has a listener for each that waits for the socket, and complains of a thousand. */
const windowMessages = 512;

async function connect(packages: Packages, { location }: Place): Promise<Client> {
  const mqtt = packages.load("mqtt") as Module;
  const connection = await mqtt.connectAsync(location!, { protocolVersion: 4, queueQoSZero: true, reconnectPeriod: 0 });
  let underWay = 0;
  let resume: (() => void) | undefined;
  const done = () => {
    underWay -= 1;
    if (underWay > 0) return;
    resume?.();
    resume = undefined;
  };
  const flushed = () =>
    underWay === 0
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          resume = resolve;
        });
  return {
    async subscribe(prefix, take) {
      connection.on("message", (topic, payload) => take(topic, payload.toString()));
      await connection.subscribeAsync(`${prefix}#`, options);
    },
    publish(topic, text) {
      underWay += 1;
      connection.publish(topic, text, options, done);
      return underWay < windowMessages ? undefined : flushed();
    },
    flushed,
    close: () => connection.endAsync(true),
  };
}
