/**
 * Everything that this process holds for the editor: its clusters, and the monitors on them.
 *
 * Invariant: a monitor lives no longer than its cluster; an id is given out once, also over restarts of this process.
 * Knows nothing of LSP: news go out through `Told`.
 */
import { randomBytes } from "node:crypto";
import { type Clock, SwitchyardError } from "../library/index.ts";
import { ClusterSession } from "./cluster-session.ts";
import { ByteBudget } from "./monitors/byte-budget.ts";
import { MonitorSession } from "./monitors/monitor-session.ts";
import type { ClusterStatus, ConnectParams } from "./protocol/clusters.ts";
import type { MonitorInfo } from "./protocol/monitor.ts";
import { SparseLog } from "./sparse-log.ts";

/** What the editor is told without asking. */
export interface Told {
  clusterChanged(status: ClusterStatus): void;
  topologyChanged(cluster: string, version: number): void;
  monitorChanged(monitor: string, version: number): void;
  /** Trouble that is nobody's request. */
  log(text: string): void;
}

/** Bytes of all rows that all monitors keep together. */
const mostBytes = 256 * 1024 * 1024;
const usualRows = 100_000;

interface OpenMonitor {
  readonly session: MonitorSession;
  /** Ends its subscriptions. */
  readonly release: () => Promise<void>;
}

export class Sessions {
  readonly #told: Told;
  readonly #clock: Clock;
  readonly #budget = new ByteBudget(mostBytes);
  readonly #clusters = new Map<string, ClusterSession>();
  readonly #monitors = new Map<string, OpenMonitor>();

  constructor(told: Told, clock: Clock) {
    this.#told = told;
    this.#clock = clock;
  }

  clusters(): readonly ClusterSession[] {
    return [...this.#clusters.values()];
  }

  /** @throws SwitchyardError `CLOSED` */
  cluster(id: string): ClusterSession {
    const cluster = this.#clusters.get(id);
    if (cluster === undefined) throw new SwitchyardError("CLOSED", `connection ${id}`);
    return cluster;
  }

  /** @throws SwitchyardError `CLOSED` */
  monitor(id: string): MonitorSession {
    const monitor = this.#monitors.get(id);
    if (monitor === undefined) throw new SwitchyardError("CLOSED", `monitor ${id}`);
    return monitor.session;
  }

  /**
   * Joins a cluster. Resolves when the connection is up; gives up when `signal` says so.
   * @throws SwitchyardError the library's code when the first attempt fails
   */
  async connect({ name, location, ...access }: ConnectParams, signal: AbortSignal): Promise<ClusterStatus> {
    const log = new SparseLog((line) => this.#told.log(`${name}: ${line}`), this.#clock);
    const cluster = new ClusterSession({
      id: newId("cluster"),
      name,
      location,
      clock: this.#clock,
      changed: (status) => this.#told.clusterChanged(status),
      topologyChanged: (version) => this.#told.topologyChanged(cluster.id, version),
      trouble: (error) => log.write(error.message),
    });
    this.#clusters.set(cluster.id, cluster);
    const giveUp = (): void => void this.disconnect(cluster.id);
    signal.addEventListener("abort", giveUp);
    try {
      await cluster.open(access);
      return cluster.status;
    } catch (error) {
      this.#clusters.delete(cluster.id);
      throw error;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Harmless when it is gone. */
  async disconnect(id: string): Promise<void> {
    const cluster = this.#clusters.get(id);
    this.#clusters.delete(id);
    for (const [monitor, { session }] of this.#monitors) {
      if (session.info.cluster !== id) continue;
      session.close();
      this.#monitors.delete(monitor);
    }
    await cluster?.close();
  }

  /** @throws SwitchyardError `BAD_PATTERN`, `CLOSED` */
  async openMonitor(clusterId: string, patterns: readonly string[], maxRows = usualRows): Promise<MonitorInfo> {
    const cluster = this.cluster(clusterId);
    const info = { monitor: newId("monitor"), cluster: clusterId, patterns, maxRows, maxBytes: mostBytes };
    const session = new MonitorSession({
      info,
      budget: this.#budget,
      clock: this.#clock,
      changed: (version) => this.#told.monitorChanged(info.monitor, version),
    });
    const stopHearing = cluster.onLink((isUp) => session.linkChanged(isUp));
    session.linkChanged(cluster.isUp);
    try {
      const stopTaking = await cluster.feed.open(patterns, session);
      this.cluster(clusterId); // it may have been closed in the meantime
      const release = (): Promise<void> => {
        stopHearing();
        return stopTaking();
      };
      this.#monitors.set(info.monitor, { session, release });
      return info;
    } catch (error) {
      stopHearing();
      session.close();
      throw error;
    }
  }

  /** Harmless when it is gone. */
  async closeMonitor(id: string): Promise<void> {
    const monitor = this.#monitors.get(id);
    this.#monitors.delete(id);
    monitor?.session.close();
    await monitor?.release();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clusters.keys()].map((id) => this.disconnect(id)));
  }
}

function newId(kind: string): string {
  return `${kind}-${randomBytes(8).toString("hex")}`;
}
