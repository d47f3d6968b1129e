/** One run of one contestant: starts its processes, lets them go, checks that everything arrived, and counts. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SwitchyardError } from "../../../library/index.ts";
import type { Contest } from "./contest.ts";
import { type Actor, withCrew } from "./crew.ts";
import { sumOf } from "./event.ts";
import type { FromRole, Part } from "./role.ts";
import type { RoleName } from "./roles.ts";
import { storeRunOf } from "./store-run.ts";

export type Figures = Readonly<Record<string, number>>;

/** How long events may still be on their way when all have been published, before the run counts as void. */
const arrivalMs = 60_000;

export async function run(contest: Contest): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-bench-"));
  let listeners = 0;
  const listen = () =>
    contest.scheme === "ipc" ? `ipc://${join(folder, `${listeners++}.sock`)}` : `${contest.scheme}://127.0.0.1:0`;
  try {
    return await withCrew((start) => perform(contest, listen, start));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Start = (part: Part) => Actor;

async function perform(contest: Contest, listen: () => string, start: Start): Promise<Figures> {
  const { shape, roles, peer, packages } = contest;
  const begin = (role: RoleName, at: At) =>
    start({
      role,
      events: contest.events,
      stringBytes: contest.stringBytes ?? 16,
      connections: connectionsOf(contest),
      headOnly: contest.headOnly ?? false,
      isSlow: contest.isSlow ?? false,
      ...(peer !== undefined && { peer }),
      ...(packages !== undefined && { packages }),
      ...at,
    });
  if (shape === "alone") return alone(contest, begin);
  if (shape === "trips in one process") return tripsOfOne(contest, begin);
  if (shape === "one process") return oneProcess(contest, begin);

  const server = roles.server === undefined ? undefined : begin(roles.server, {});
  // All meet at the server; without one, whoever is first listens for the others.
  const first = server === undefined ? () => ({ listen: listen() }) : located(await server.hear("ready"));
  if (shape === "trips") return trips(contest, first, begin);
  if (shape === "put" || shape === "snapshot") return stores(contest, first, begin);
  const figures =
    shape === "fan-out" ? await fanOut(contest, first, begin) : await chain(contest, first, listen, begin);
  server?.say("stop");
  const served = await server?.hear("done");
  if (served === undefined) return figures;
  const deliveries = contest.events * connectionsOf(contest);
  return { ...figures, serverMicroseconds: (served.usage.cpuSeconds * 1e6) / deliveries };
}

type At = { readonly location?: string; readonly listen?: string };
type Begin = (role: RoleName, at: At) => Actor;

function located({ location }: { readonly location: string }): () => At {
  return () => ({ location });
}

function connectionsOf({ shape, connections = 8 }: Contest): number {
  return shape === "fan-out" ? connections : 1;
}

/** Publisher to subscriber, with a router between them or without. */
async function chain(contest: Contest, first: () => At, listen: () => string, begin: Begin): Promise<Figures> {
  const { roles, events } = contest;
  const subscriber = begin(roles.subscriber!, first());
  let { location } = await subscriber.hear("ready");
  const router = roles.router === undefined ? undefined : begin(roles.router, { location, listen: listen() });
  if (router !== undefined) ({ location } = await router.hear("ready"));
  const publisher = begin(roles.publisher, { location });
  await publisher.hear("ready");
  publisher.say("go");
  const sent = await publisher.hear("done");
  const received = await arrival(subscriber, contest);
  checkAll(received, contest);
  router?.say("stop");
  const routed = await router?.hear("done");
  return figuresOf(events, sent, received, routed);
}

async function fanOut(contest: Contest, first: () => At, begin: Begin): Promise<Figures> {
  const publisher = begin(contest.roles.publisher, first());
  const { location } = await publisher.hear("ready");
  const subscriber = begin(contest.roles.subscriber!, { location });
  await subscriber.hear("ready");
  publisher.say("go");
  const sent = await publisher.hear("done");
  const received = await arrival(subscriber, contest);
  checkAll(received, contest);
  return figuresOf(contest.events * connectionsOf(contest), sent, received, undefined);
}

/** An authority, and a copy elsewhere. */
async function stores(contest: Contest, first: () => At, begin: Begin): Promise<Figures> {
  const authority = begin(contest.roles.publisher, first());
  const { location } = await authority.hear("ready");
  const copy = begin(contest.roles.subscriber!, { location });
  return storeRunOf(contest)(authority, copy, async (times) => {
    const received = await arrival(copy, contest);
    checkAll(received, { ...contest, events: contest.events * times });
    return received;
  });
}

/** What the subscriber had in the end. */
async function arrival(subscriber: Actor, contest: Contest): Promise<Done> {
  let impatience: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const words = `void: ${nameOf(contest)} did not deliver all of ${contest.events} events within ${arrivalMs / 1000} s`;
    impatience = setTimeout(() => reject(new SwitchyardError("INTERNAL", words)), arrivalMs);
  });
  try {
    return await Promise.race([subscriber.hear("done"), late]);
  } finally {
    clearTimeout(impatience);
  }
}

async function oneProcess(contest: Contest, begin: Begin): Promise<Figures> {
  const both = begin(contest.roles.publisher, {});
  await both.hear("ready");
  both.say("go");
  const done = await both.hear("done");
  checkAll(done, contest);
  const { perSecond, cpuMicroseconds, publisherMiB } = figuresOf(contest.events, done, done, undefined);
  return { perSecond: perSecond!, cpuMicroseconds: cpuMicroseconds! / 2, peakMiB: publisherMiB! };
}

async function trips({ roles }: Contest, first: () => At, begin: Begin): Promise<Figures> {
  const answerer = begin(roles.subscriber!, first());
  const { location } = await answerer.hear("ready");
  const asker = begin(roles.publisher, { location });
  await asker.hear("ready");
  asker.say("go");
  return percentiles(await asker.hear("trips"));
}

async function tripsOfOne({ roles }: Contest, begin: Begin): Promise<Figures> {
  const asker = begin(roles.publisher, {});
  await asker.hear("ready");
  asker.say("go");
  return percentiles(await asker.hear("trips"));
}

/** One process that measures itself, and checks what it did. */
async function alone({ roles }: Contest, begin: Begin): Promise<Figures> {
  const process = begin(roles.publisher, {});
  await process.hear("ready");
  process.say("go");
  return (await process.hear("figures")).figures;
}

type Done = Extract<FromRole, { kind: "done" }>;

/** A run that lost or invented anything is void. */
function checkAll({ count, sum }: Done, contest: Contest): void {
  const { events, addend } = contest;
  const connections = connectionsOf(contest);
  const expectedSum = (addend === undefined ? sumOf(events) : addend * events) * connections;
  if (count === events * connections && sum === expectedSum) return;
  const words = `void: of ${events * connections} events of ${nameOf(contest)} ${count} arrived, with the sum ${sum}`;
  throw new SwitchyardError("INTERNAL", words);
}

function nameOf({ peer, roles }: Contest): string {
  return peer ?? roles.publisher;
}

function figuresOf(deliveries: number, sent: Done, received: Done, routed: Done | undefined): Figures {
  const seconds = Number(BigInt(received.endNs) - BigInt(sent.startNs)) / 1e9;
  const microseconds = (cpuSeconds: number) => (cpuSeconds * 1e6) / deliveries;
  return {
    perSecond: deliveries / seconds,
    cpuMicroseconds: microseconds(sent.usage.cpuSeconds + received.usage.cpuSeconds),
    publisherMiB: sent.usage.peakMiB,
    subscriberMiB: received.usage.peakMiB,
    ...(sent.usage.growthMiB !== undefined && {
      growthMiB: Math.max(sent.usage.growthMiB, received.usage.growthMiB ?? 0),
    }),
    ...(sent.bytes > 0 && { bytesPerEvent: sent.bytes / deliveries }),
    ...(routed !== undefined && {
      routerMicroseconds: microseconds(routed.usage.cpuSeconds),
      routerMiB: routed.usage.peakMiB,
    }),
  };
}

function percentiles({ microseconds }: Extract<FromRole, { kind: "trips" }>): Figures {
  const sorted = [...microseconds].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)]!;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
