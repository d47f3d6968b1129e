/**
 * What the benchmark knows of another messaging system: how to start its server, and the few things a client does.
 *
 * One file a peer; peers.ts lists them. A client hands over JSON `[name, args]` as text, as its users would, and is
 * configured as its manual recommends: nothing kept on disk, no waiting for full packets, many messages in flight.
 * Knows nothing of workloads.
 */
import type { Packages } from "./packages.ts";

export interface Peer {
  readonly name: PeerName;
  readonly title: string;
  /** Of npm; the first is what its users import. */
  readonly packages: readonly string[];
  readonly server?: Server;
  connect(packages: Packages, place: Place): Promise<Client>;
}

export type PeerName = "nats" | "redis" | "mosquitto" | "zeromq";

export interface Server {
  readonly command: string;
  readonly scheme: string;
  /** Arguments for a throwaway server on loopback; `folder` is its own. */
  arguments(port: number, folder: string): Promise<readonly string[]>;
  /** What it says when it takes connections. */
  readonly ready: RegExp;
}

export interface Place {
  /** Where to connect; absent for one that listens, which only a peer without a server does. */
  readonly location?: string;
  /** Round trips need both directions at both ends. */
  readonly isTwoWay: boolean;
  /** How many others connect to this one. */
  readonly connections: number;
  readonly isPublisher: boolean;
}

export interface Client {
  /** Where others connect, if it listens. */
  readonly location?: string;
  /** All topics that begin with `prefix`; resolves when no message sent from now on is missed. */
  subscribe(prefix: string, take: (topic: string, text: string) => void): Promise<void>;
  /** Resolves when those who listen have been heard of; for peers in which only the publisher knows. */
  heard?(): Promise<void>;
  /** A promise is to be waited for before the next message. */
  publish(topic: string, text: string): Promise<unknown> | undefined;
  /** Resolves when all has been handed to the system. */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

/** Messages in flight before a publisher waits for the oldest. */
export const windowMessages = 1024;
