/** Clusters: the connections from the editor, each a node of its own in the server that joins one cluster. */
import { notification, request } from "./descriptors.ts";

/** Names one connection of this server; given out by `connect`, never used again. */
export type ClusterId = string;

/** `retrying`: lost, and tried again by itself; `rejected`: the peer said no, so nothing is tried. */
export type ClusterState = "connecting" | "up" | "retrying" | "rejected" | "down";

export interface ClusterStatus {
  readonly cluster: ClusterId;
  /** The profile's name, as the person chose it. */
  readonly name: string;
  readonly location: string;
  readonly state: ClusterState;
  /** One sentence, when it is not up. */
  readonly problem?: string;
  /** The library's code for that problem. */
  readonly code?: string;
  /** With `retrying`: which attempt comes next, and in how many ms from now. */
  readonly attempt?: number;
  readonly retryInMs?: number;
  /** The node at the other end, while up. */
  readonly peer?: { readonly name: string; readonly id: string; readonly version: string };
}

/** Opens a connection. Resolves when it is up; fails with the library's code when the first attempt fails. */
export const connect = request<{ readonly name: string; readonly location: string }, ClusterStatus>(
  "switchyard/cluster/connect",
);

/** Closes it and forgets its buffers. Harmless when it is gone. */
export const disconnect = request<{ readonly cluster: ClusterId }, null>("switchyard/cluster/disconnect");

export const listClusters = request<Record<string, never>, readonly ClusterStatus[]>("switchyard/cluster/list");

/** A cluster's state changed, or it was closed (`state: "down"` with no problem). */
export const clusterChanged = notification<ClusterStatus>("switchyard/cluster/changed");
