/** Clusters: the connections from the editor, each a node of its own in the server that joins one cluster. */
import { notification, request } from "./descriptors.ts";

/** Names one connection of this server; given out by `connect`, never used again. */
export type ClusterId = string;

/** `retrying`: lost, and tried again by itself; `rejected`: the peer said no, so nothing is tried. */
export type ClusterState = "connecting" | "up" | "retrying" | "rejected" | "down";

/** Files and names for TLS, as a profile has them. Paths are absolute or begin with `~/`; the server reads the files. */
export interface TlsSettings {
  /** Who may sign the peer's certificate; absent: the well-known authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whom the certificate must name; absent: the host of the location. */
  readonly serverName?: string;
  /** Only these certificates, by their SHA-256. */
  readonly pins?: readonly string[];
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
}

/** What the peer has proven, besides what it says of itself. */
export type PeerIdentity =
  | {
      readonly kind: "certificate";
      readonly subject: string;
      readonly names: readonly string[];
      /** SHA-256: 64 hex digits. */
      readonly fingerprint: string;
    }
  | { readonly kind: "token" };

export interface PeerInfo {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  /** Nobody on the way can read what is said. */
  readonly isEncrypted: boolean;
  /** Absent: it was asked for no proof. */
  readonly identity?: PeerIdentity;
}

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
  readonly peer?: PeerInfo;
  /** The peer's certificate is not verified, because a person said so: whoever sits in between can read and change all. */
  readonly isUnverified?: true;
}

export interface ConnectParams {
  readonly name: string;
  readonly location: string;
  readonly tls?: TlsSettings;
  /** A secret: in this request and nowhere else; forgotten with the connection. */
  readonly token?: string;
  /** Believe any certificate. Holds for one link: when that is lost, it is not tried again. */
  readonly skipVerify?: boolean;
}

/**
 * Opens a connection. Resolves when it is up; fails with the library's code when the first attempt fails, with
 * `BAD_CERTIFICATE` when a file cannot be read.
 */
export const connect = request<ConnectParams, ClusterStatus>("switchyard/cluster/connect");

/** Closes it and forgets its buffers. Harmless when it is gone. */
export const disconnect = request<{ readonly cluster: ClusterId }, null>("switchyard/cluster/disconnect");

export const listClusters = request<Record<string, never>, readonly ClusterStatus[]>("switchyard/cluster/list");

/** A cluster's state changed, or it was closed (`state: "down"` with no problem). */
export const clusterChanged = notification<ClusterStatus>("switchyard/cluster/changed");
