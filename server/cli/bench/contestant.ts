/** Who takes part in a workload: ours, references that need only Node, and the peers, each with its own roles. */
import type { Contest } from "./contest.ts";
import type { PeerName } from "./peers/peer.ts";
import type { CounterpartName } from "./peers/peers.ts";
import { peers } from "./peers/peers.ts";
import type { StorePeerName } from "./peers/store-peer.ts";

export type ContestantName = "own" | "raw" | "bare" | "array" | "tenth" | CounterpartName;

export interface Contestant {
  readonly name: ContestantName;
  readonly title: string;
  readonly contest: Contest;
  /** What must be on this machine for it. */
  readonly needs?: CounterpartName;
}

/** What all contestants of a workload share. */
type Task = Omit<Contest, "roles">;

export function own(
  task: Task,
  roles: Contest["roles"] = { publisher: "publish", subscriber: "subscribe" },
): Contestant {
  return { name: "own", title: "ours", contest: { ...task, roles } };
}

/** JSON over a bare socket. */
export function raw(task: Task, title = "raw net + JSON"): Contestant {
  const subscriber = task.shape === "fan-out" ? "rawSubscribeMany" : "rawSubscribe";
  return { name: "raw", title, contest: { ...task, roles: { publisher: "rawPublish", subscriber } } };
}

/** Bytes to and fro over a bare socket. */
export function rawTrips(task: Task, title: string): Contestant {
  const roles = { publisher: "rawAsk", subscriber: "rawAnswer" } as const;
  const rolesOfWs = { publisher: "rawWsAsk", subscriber: "rawWsAnswer" } as const;
  return { name: "raw", title, contest: { ...task, roles: task.scheme === "ws" ? rolesOfWs : roles } };
}

/** All peers, for a workload over tcp. */
export function allPeers(task: Task, packages: string): readonly Contestant[] {
  return (Object.keys(peers) as PeerName[]).map((peer) => {
    const { title, server } = peers[peer];
    const isTrips = task.shape === "trips";
    const roles: Contest["roles"] = {
      publisher: isTrips ? "peerAsk" : "peerPublish",
      subscriber: isTrips ? "peerAnswer" : "peerSubscribe",
      ...(server !== undefined && { server: "peerServe" }),
    };
    return { name: peer, title, needs: peer, contest: { ...task, roles, peer, packages } };
  });
}

/** Peers that are stores, for a workload over stores. */
export function storePeers(task: Task, packages: string, names: readonly StorePeerName[]): readonly Contestant[] {
  const roles: Contest["roles"] =
    task.shape === "snapshot"
      ? { publisher: "peerFillStore", subscriber: "peerFetchStore", server: "peerServeStore" }
      : { publisher: "peerPutIntoStore", subscriber: "peerCopyStore", server: "peerServeStore" };
  return names.map((peer) => ({
    ...{ name: peer, title: storeTitles[peer], needs: peer },
    contest: { ...task, roles, peer, packages },
  }));
}

const storeTitles: Readonly<Record<StorePeerName, string>> = { nats: "NATS KV", redis: "Redis" };
