/** One run of one contestant: starts its processes, lets them go, checks that everything arrived, and counts. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SwitchyardError } from "../../../library/index.ts";
import { type Actor, withCrew } from "./crew.ts";
import { sumOf } from "./event.ts";
import type { FromRole, Part } from "./role.ts";
import type { RoleName } from "./roles.ts";

export type Figures = Readonly<Record<string, number>>;

export interface Contest {
  readonly shape: "direct" | "relay" | "fan-out" | "one process" | "trips" | "trips in one process";
  readonly scheme: "tcp" | "ipc" | "ws" | "inproc";
  readonly roles: { readonly publisher: RoleName; readonly subscriber?: RoleName; readonly router?: RoleName };
  readonly events: number;
  readonly stringBytes?: number;
  readonly connections?: number;
}

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

function perform(contest: Contest, listen: () => string, start: Start): Promise<Figures> {
  const begin = (role: RoleName, at: { location?: string; listen?: string }) =>
    start({
      role,
      events: contest.events,
      stringBytes: contest.stringBytes ?? 16,
      connections: contest.shape === "fan-out" ? (contest.connections ?? 8) : 1,
      headOnly: false,
      ...at,
    });
  if (contest.shape === "trips") return trips(contest, listen, begin);
  if (contest.shape === "trips in one process") return tripsOfOne(contest, begin);
  if (contest.shape === "one process") return oneProcess(contest, begin);
  return contest.shape === "fan-out" ? fanOut(contest, listen, begin) : chain(contest, listen, begin);
}

type Begin = (role: RoleName, at: { location?: string; listen?: string }) => Actor;

/** Publisher to subscriber, with a router between them or without. */
async function chain({ roles, events }: Contest, listen: () => string, begin: Begin): Promise<Figures> {
  const subscriber = begin(roles.subscriber!, { listen: listen() });
  let { location } = await subscriber.hear("ready");
  const router = roles.router === undefined ? undefined : begin(roles.router, { location, listen: listen() });
  if (router !== undefined) ({ location } = await router.hear("ready"));
  const publisher = begin(roles.publisher, { location });
  await publisher.hear("ready");
  publisher.say("go");
  const sent = await publisher.hear("done");
  const received = await subscriber.hear("done");
  checkAll(received, events, sumOf(events));
  router?.say("stop");
  const routed = await router?.hear("done");
  return figuresOf(events, sent, received, routed);
}

async function fanOut(
  { roles, events, connections = 8 }: Contest,
  listen: () => string,
  begin: Begin,
): Promise<Figures> {
  const publisher = begin(roles.publisher, { listen: listen() });
  const { location } = await publisher.hear("ready");
  const subscriber = begin(roles.subscriber!, { location });
  await subscriber.hear("ready");
  publisher.say("go");
  const sent = await publisher.hear("done");
  const received = await subscriber.hear("done");
  checkAll(received, events * connections, sumOf(events) * connections);
  return figuresOf(events * connections, sent, received, undefined);
}

async function oneProcess({ roles, events }: Contest, begin: Begin): Promise<Figures> {
  const both = begin(roles.publisher, {});
  await both.hear("ready");
  both.say("go");
  const done = await both.hear("done");
  checkAll(done, events, sumOf(events));
  const { perSecond, cpuMicroseconds, publisherMiB } = figuresOf(events, done, done, undefined);
  return { perSecond: perSecond!, cpuMicroseconds: cpuMicroseconds! / 2, peakMiB: publisherMiB! };
}

async function trips({ roles }: Contest, listen: () => string, begin: Begin): Promise<Figures> {
  const answerer = begin(roles.subscriber!, { listen: listen() });
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

type Done = Extract<FromRole, { kind: "done" }>;

/** A run that lost or invented anything is void. */
function checkAll({ count, sum }: Done, expected: number, expectedSum: number): void {
  if (count === expected && sum === expectedSum) return;
  throw new SwitchyardError("INTERNAL", `${count} of ${expected} events arrived, with the sum ${sum}`);
}

function figuresOf(deliveries: number, sent: Done, received: Done, routed: Done | undefined): Figures {
  const seconds = Number(BigInt(received.endNs) - BigInt(sent.startNs)) / 1e9;
  const microseconds = (cpuSeconds: number) => (cpuSeconds * 1e6) / deliveries;
  return {
    perSecond: deliveries / seconds,
    cpuMicroseconds: microseconds(sent.usage.cpuSeconds + received.usage.cpuSeconds),
    publisherMiB: sent.usage.peakMiB,
    subscriberMiB: received.usage.peakMiB,
    ...(sent.bytes > 0 && { bytesPerEvent: sent.bytes / sent.count }),
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
