/**
 * What the benchmark knows of another system as a store: putting, and a copy elsewhere.
 *
 * Configured as its manual recommends, with nothing kept on disk. Knows nothing of workloads.
 */
import type { Packages } from "./packages.ts";
import type { Server } from "./peer.ts";

export interface StorePeer {
  readonly server: Server;
  connect(packages: Packages, location: string): Promise<StoreClient>;
  /** `folder` is its own. */
  copy(packages: Packages, location: string, folder: string): Promise<StoreCopy>;
}

export type StorePeerName = "nats" | "redis";

export interface StoreClient {
  put(key: string, value: string): Promise<unknown>;
  close(): Promise<unknown>;
}

export interface StoreCopy {
  /** Resolves when all that was there has arrived, and everything that comes is heard of. */
  follow(): Promise<void>;
  size(): number | Promise<number>;
  values(keys: readonly string[]): Promise<readonly unknown[]>;
  close(): Promise<unknown>;
}
