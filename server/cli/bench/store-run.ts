/** One run over stores in two processes: the authority, or what stands in its place, and a copy. */
import { SwitchyardError } from "../../../library/index.ts";
import type { Contest } from "./contest.ts";
import type { Actor } from "./crew.ts";
import type { FromRole } from "./role.ts";
import type { Figures } from "./run.ts";
import { putPasses } from "./store-entries.ts";

type Done = Extract<FromRole, { kind: "done" }>;

/** What the copy has when so many times the contest's events are there, checked. */
type Arrival = (times: number) => Promise<Done>;

/** Puts at one, until all is visible at the other: in fresh processes, and then other keys in the same ones, warm. */
export async function put(authority: Actor, copy: Actor, arrival: Arrival): Promise<Figures> {
  const { perSecond: putsPerSecond, ...fresh } = await pass(authority, copy, 1, arrival);
  await authority.hear("ready");
  copy.say("go");
  const warm = await pass(authority, copy, putPasses, arrival);
  const { perSecond: warmPutsPerSecond, authorityMicroseconds, replicaMicroseconds } = warm;
  return {
    ...{ putsPerSecond, ...fresh, warmPutsPerSecond },
    ...{ warmAuthorityMicroseconds: authorityMicroseconds, warmReplicaMicroseconds: replicaMicroseconds },
  };
}

/** `number` from 1: the copy has what the ones before have put, too. */
async function pass(authority: Actor, copy: Actor, number: number, arrival: Arrival) {
  await copy.hear("ready");
  authority.say("go");
  const received = await arrival(number);
  authority.say("go");
  const sent = await authority.hear("done");
  checkSame(sent, received);
  const count = received.count / number;
  return { perSecond: rate(count, sent.startNs, received.endNs), ...costs(sent, received, count) };
}

/** A first copy of what is there already. */
export async function snapshot(authority: Actor, copy: Actor, arrival: Arrival): Promise<Figures> {
  await copy.hear("ready");
  authority.say("go");
  copy.say("go");
  const received = await arrival(1);
  authority.say("stop");
  const sent = await authority.hear("done");
  checkSame(sent, received);
  const stalls = { authorityStallMs: sent.stallMs, replicaStallMs: received.stallMs };
  const known = Object.entries(stalls).filter(([, ms]) => ms !== undefined) as [string, number][];
  const entriesPerSecond = rate(received.count, received.startNs, received.endNs);
  return { entriesPerSecond, ...costs(sent, received, received.count), ...Object.fromEntries(known) };
}

function rate(count: number, startNs: string, endNs: string): number {
  return count / (Number(BigInt(endNs) - BigInt(startNs)) / 1e9);
}

function costs(sent: Done, received: Done, count: number) {
  const microseconds = (each: Done) => (each.usage.cpuSeconds * 1e6) / count;
  return {
    authorityMicroseconds: microseconds(sent),
    replicaMicroseconds: microseconds(received),
    authorityMiB: sent.usage.peakMiB,
    replicaMiB: received.usage.peakMiB,
  };
}

/** Copies that differ are void. */
function checkSame(sent: Done, received: Done): void {
  if (sent.digest === received.digest) return;
  throw new SwitchyardError(
    "INTERNAL",
    `void: the copy has the digest ${received.digest}, the authority ${sent.digest}`,
  );
}

export type StoreRun = typeof put | typeof snapshot;

export function storeRunOf({ shape }: Contest): StoreRun {
  return shape === "snapshot" ? snapshot : put;
}
