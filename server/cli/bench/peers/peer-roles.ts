/** Publisher, subscriber, asker and answerer of any peer: the same loops and the same JSON for all of them. */
import { addressTexts, eventName, pick, stringPool, topic } from "../event.ts";
import { now, type Part, tell, told, usageMeter } from "../role.ts";
import { Tally } from "../tally.ts";
import { timeTrips } from "../trips.ts";
import { Packages } from "./packages.ts";
import type { Client } from "./peer.ts";
import { peers } from "./peers.ts";

function open(part: Part, isPublisher: boolean, isTwoWay = false): Promise<Client> {
  const { location, connections } = part;
  const place = { isPublisher, isTwoWay, connections, ...(location !== undefined && { location }) };
  return peers[part.peer!].connect(new Packages(part.packages!), place);
}

export async function peerSubscribe(part: Part): Promise<void> {
  const tally = new Tally(part.events * part.connections);
  const clients: Client[] = [];
  for (let i = 0; i < part.connections; i++) {
    const client = await open(part, false);
    await client.subscribe("bench/", (_topic, text) => tally.add(firstOf(text)));
    clients.push(client);
  }
  tell({ kind: "ready", location: clients[0]?.location ?? part.location! });
  await tally.full;
  tally.report();
  await told("stop");
  await Promise.all(clients.map((client) => client.close()));
}

/** The event's first argument, once all of it is decoded. */
function firstOf(text: string): number {
  const [, args] = JSON.parse(text) as [string, unknown[]];
  return args[0] as number;
}

export async function peerPublish(part: Part): Promise<void> {
  const client = await open(part, true);
  tell({ kind: "ready", location: client.location ?? part.location! });
  await told("go");
  await client.heard?.();
  const strings = stringPool(part.stringBytes);
  const stop = usageMeter();
  const startNs = now();
  for (let i = 0; i < part.events; i++) {
    const args = [i, pick(strings, i), pick(addressTexts, i), i * 0.37];
    const pause = client.publish(topic, JSON.stringify([eventName, args]));
    if (pause !== undefined) await pause;
  }
  await client.flushed();
  const usage = stop();
  tell({ kind: "done", startNs: String(startNs), endNs: String(now()), count: part.events, sum: 0, usage, bytes: 0 });
  await told("stop");
  await client.close();
}

export async function peerAnswer(part: Part): Promise<void> {
  const client = await open(part, true, true);
  await client.subscribe("question/", (_topic, text) => void client.publish("answer/1", text));
  tell({ kind: "ready", location: client.location ?? part.location! });
  await told("stop");
  await client.close();
}

export async function peerAsk(part: Part): Promise<void> {
  const client = await open(part, true, true);
  let arrived = () => {};
  await client.subscribe("answer/", (_topic, text) => {
    JSON.parse(text);
    arrived();
  });
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const stop = usageMeter();
  const trip = (i: number) =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      void client.publish("question/1", JSON.stringify(["ask", [i]]));
    });
  tell({ kind: "trips", microseconds: await timeTrips(part.events, trip), usage: stop() });
  await told("stop");
  await client.close();
}
