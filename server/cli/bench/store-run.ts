/** One run over stores in two processes: the authority, or what stands in its place, and a copy. */
import { SwitchyardError } from "../../../library/index.ts";
import type { Contest } from "./contest.ts";
import type { Actor } from "./crew.ts";
import type { FromRole } from "./role.ts";

type Done = Extract<FromRole, { kind: "done" }>;

/** Puts at one, until all is visible at the other; `arrival` waits for what the copy has in the end. */
export async function put(authority: Actor, copy: Actor, arrival: () => Promise<Done>) {
  await copy.hear("ready");
  authority.say("go");
  const sent = await authority.hear("done");
  const received = await arrival();
  checkSame(sent, received);
  return {
    received,
    figures: { putsPerSecond: rate(received.count, sent.startNs, received.endNs), ...costs(sent, received) },
  };
}

/** A first copy of what is there already. */
export async function snapshot(authority: Actor, copy: Actor, arrival: () => Promise<Done>) {
  await copy.hear("ready");
  authority.say("go");
  copy.say("go");
  const received = await arrival();
  authority.say("stop");
  const sent = await authority.hear("done");
  checkSame(sent, received);
  const stalls = { authorityStallMs: sent.stallMs, replicaStallMs: received.stallMs };
  const known = Object.entries(stalls).filter(([, ms]) => ms !== undefined) as [string, number][];
  const entriesPerSecond = rate(received.count, received.startNs, received.endNs);
  return { received, figures: { entriesPerSecond, ...costs(sent, received), ...Object.fromEntries(known) } };
}

function rate(count: number, startNs: string, endNs: string): number {
  return count / (Number(BigInt(endNs) - BigInt(startNs)) / 1e9);
}

function costs(sent: Done, received: Done) {
  const microseconds = (each: Done) => (each.usage.cpuSeconds * 1e6) / received.count;
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
