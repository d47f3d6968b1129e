/** Our own contestants: publisher, router and subscriber, each a process with the library as users have it. */
import { Context, type EventHandler, event } from "../../../library/index.ts";
import { addressPool, eventName, pick, stringPool, topic } from "./event.ts";
import { now, type Part, tell, told, usageMeter } from "./role.ts";
import { Tally } from "./tally.ts";
import { timeTrips } from "./trips.ts";

/** Events raised before the publisher looks whether it should wait. */
const burst = 64;

/** Listens, and counts until it has all. */
export async function subscribe(part: Part): Promise<void> {
  const context = new Context({ name: "subscriber" });
  const tally = new Tally(part.events);
  void context.events.on("bench/*", counting(part, tally));
  const listener = await context.connections.listen(part.listen!);
  tell({ kind: "ready", location: listener.location });
  await tally.full;
  tally.report();
  await told("stop");
  await context.close();
}

/** A subscriber that reads nothing but topic and name adds up their lengths. */
function counting({ headOnly, isSlow }: Part, tally: Tally): EventHandler {
  if (headOnly) return ({ name }, topicOfEvent) => tally.add(topicOfEvent.length + name.length);
  if (!isSlow) return ({ args }) => tally.add(args[0] as number);
  return ({ args }) => {
    tally.add(args[0] as number);
    if (tally.count % slowEvery === 0) pause(slowEvery / 1000);
  };
}

/** A slow subscriber stops for a while each time it has had so many. */
const slowEvery = 20_000;

function pause(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Several connections in one process, each of a context of its own: fan-out. */
export async function subscribeMany(part: Part): Promise<void> {
  const tally = new Tally(part.events * part.connections);
  const contexts = Array.from({ length: part.connections }, (_, i) => new Context({ name: `subscriber-${i}` }));
  for (const context of contexts) void context.events.on("bench/*", counting(part, tally));
  for (const context of contexts) await (await context.connections.open(part.location!)).settled();
  tell({ kind: "ready", location: part.location! });
  await tally.full;
  tally.report();
  await told("stop");
  await Promise.all(contexts.map((context) => context.close()));
}

export async function route(part: Part): Promise<void> {
  const context = new Context({ name: "router" });
  context.topics.forward("*");
  await context.connections.open(part.location!);
  const listener = await context.connections.listen(part.listen!);
  const stop = usageMeter();
  tell({ kind: "ready", location: listener.location });
  await told("stop");
  const { forwarded } = context.stats();
  tell({ kind: "done", startNs: "0", endNs: "0", count: forwarded, sum: 0, usage: stop(), bytes: 0 });
  await context.close();
}

/** Connects (or listens, for fan-out) and raises all events when told. */
export async function publish(part: Part): Promise<void> {
  const context = new Context({ name: "publisher" });
  let location = part.location ?? "";
  if (part.location !== undefined) await context.connections.open(part.location);
  else location = (await context.connections.listen(part.listen!)).location;
  tell({ kind: "ready", location });
  await told("go");
  const strings = stringPool(part.stringBytes);
  const tenth = Math.floor(part.events / 10);
  let early = 0;
  const stop = usageMeter();
  const startNs = now();
  for (let i = 0; i < part.events; i++) {
    context.events.raise(topic, event(eventName, [i, pick(strings, i), pick(addressPool, i), i * 0.37]));
    if (i % burst === 0) await context.drained();
    if (i === tenth) early = usageMeter()().peakMiB;
  }
  await context.drained();
  const spent = stop();
  const usage = { ...spent, growthMiB: spent.peakMiB - early };
  const bytes = context.connections.all().reduce((total, each) => total + each.stats().sentBytes, 0);
  tell({ kind: "done", startNs: String(startNs), endNs: String(now()), count: part.events, sum: 0, usage, bytes });
  await told("stop");
  await context.close();
}

/** One node that handles what it raises itself. */
export async function publishLocally(part: Part): Promise<void> {
  const context = new Context({ name: "alone" });
  let count = 0;
  let sum = 0;
  context.topics.subscribeLocally("bench/*");
  await context.events.on("bench/*", (received) => {
    sum += received.args[0] as number;
    count += 1;
  });
  tell({ kind: "ready", location: "" });
  await told("go");
  const strings = stringPool(part.stringBytes);
  const stop = usageMeter();
  const startNs = now();
  for (let i = 0; i < part.events; i++) {
    context.events.raise(topic, event(eventName, [i, pick(strings, i), pick(addressPool, i), i * 0.37]));
  }
  const endNs = String(now());
  tell({ kind: "done", startNs: String(startNs), endNs, count, sum, usage: stop(), bytes: 0 });
  await told("stop");
  await context.close();
}

/** Publisher and subscriber in one process over inproc. */
export async function publishInproc(part: Part): Promise<void> {
  const publisher = new Context({ name: "publisher" });
  const subscriber = new Context({ name: "subscriber" });
  let count = 0;
  let sum = 0;
  let finish = () => {};
  await subscriber.events.on("bench/*", (received) => {
    sum += received.args[0] as number;
    count += 1;
    if (count === part.events) finish();
  });
  const { location } = await subscriber.connections.listen("inproc://bench");
  await publisher.connections.open(location);
  tell({ kind: "ready", location });
  await told("go");
  const strings = stringPool(part.stringBytes);
  const stop = usageMeter();
  const startNs = now();
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  for (let i = 0; i < part.events; i++) {
    publisher.events.raise(topic, event(eventName, [i, pick(strings, i), pick(addressPool, i), i * 0.37]));
    if (i % burst === 0) await publisher.drained();
  }
  await finished;
  const endNs = String(now());
  tell({ kind: "done", startNs: String(startNs), endNs, count, sum, usage: stop(), bytes: 0 });
  await told("stop");
  await Promise.all([publisher.close(), subscriber.close()]);
}

/** Answers each event with another. */
export async function answer(part: Part): Promise<void> {
  const context = new Context({ name: "answerer" });
  await context.events.on("question", (received) => context.events.raise("answer", event("reply", received.args)));
  const listener = await context.connections.listen(part.listen!);
  tell({ kind: "ready", location: listener.location });
  await told("stop");
  await context.close();
}

/** Round trips, one at a time. */
export async function ask(part: Part): Promise<void> {
  const context = new Context({ name: "asker" });
  let arrived = () => {};
  await context.events.on("answer", () => arrived());
  const connection = await context.connections.open(part.location!);
  await connection.settled();
  tell({ kind: "ready", location: part.location! });
  await told("go");
  const stop = usageMeter();
  const trip = (i: number) =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      context.events.raise("question", event("ask", [i]));
    });
  const microseconds = await timeTrips(part.events, trip);
  tell({ kind: "trips", microseconds, usage: stop() });
  await told("stop");
  await context.close();
}

/** Asker and answerer in one process over inproc. */
export async function askInproc(part: Part): Promise<void> {
  const answerer = new Context({ name: "answerer" });
  await answerer.events.on("question", (received) => answerer.events.raise("answer", event("reply", received.args)));
  const { location } = await answerer.connections.listen("inproc://bench");
  const answering = ask({ ...part, location });
  await told("stop");
  await answering;
  await answerer.close();
}
