/**
 * The newest picture of each connected cluster, while somebody looks.
 *
 * Invariant: a cluster is watched exactly while it is up and somebody holds a watch; at most one picture of it is on
 * its way. A picture stays while its connection is lost, and goes with its entry. Knows nothing of how it is drawn.
 */
import { type Disposable, type Event, EventEmitter } from "vscode";
import type { ClusterId } from "../server/protocol/clusters.ts";
import { getTopology, type Topology, topologyChanged, watchTopology } from "../server/protocol/topology.ts";
import type { Server } from "./client.ts";
import type { Cluster, Clusters } from "./clusters.ts";
import { type RequestFailure, toFailure } from "./failure.ts";

interface Watch {
  isFetching: boolean;
  /** A newer picture was announced while one was on its way. */
  isStale: boolean;
}

export class Topologies implements Disposable {
  readonly #server: Server;
  readonly #clusters: Clusters;
  readonly #changed = new EventEmitter<string>();
  readonly #subscriptions: Disposable[];
  /** By the cluster's name, which outlives its ids. */
  readonly #pictures = new Map<string, Topology | RequestFailure>();
  readonly #watches = new Map<ClusterId, Watch>();
  #watchers = 0;

  /** Fires the name of a cluster whose picture changed. */
  readonly onDidChange: Event<string> = this.#changed.event;

  constructor(server: Server, clusters: Clusters) {
    this.#server = server;
    this.#clusters = clusters;
    this.#subscriptions = [
      this.#changed,
      server.on(topologyChanged, ({ cluster }) => void this.#fetch(cluster)),
      clusters.onDidChange((cluster) => this.#follow(cluster)),
    ];
  }

  /** The newest picture, why there is none, or `undefined` while nobody has looked yet. */
  get(name: string): Topology | RequestFailure | undefined {
    return this.#pictures.get(name);
  }

  /** True while the picture is kept new. */
  get isWatching(): boolean {
    return this.#watchers > 0;
  }

  /** Keeps all pictures new until it is disposed. */
  watch(): Disposable {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#followAll();
    let isHeld = true;
    return {
      dispose: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#watchers -= 1;
        if (this.#watchers === 0) this.#followAll();
      },
    };
  }

  /** Asks again, for a person who does not believe what is shown. */
  async refresh(name: string): Promise<void> {
    const id = this.#clusters.find(name)?.status.cluster;
    if (id !== undefined && this.#watches.has(id)) await this.#fetch(id);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #followAll(): void {
    for (const cluster of this.#clusters.all()) this.#follow(cluster);
  }

  #follow({ profile, status }: Cluster): void {
    const isThere = this.#clusters.find(profile.name) !== undefined;
    const isWanted = isThere && status.state === "up" && this.#watchers > 0;
    const isWatched = this.#watches.has(status.cluster);
    if (isWanted && !isWatched) {
      this.#watches.set(status.cluster, { isFetching: false, isStale: false });
      void this.#start(status.cluster);
    }
    if (!isWanted && isWatched) {
      this.#watches.delete(status.cluster);
      this.#ask(status.cluster, false).catch(() => undefined); // It may be gone, which is as good.
    }
    if (!isThere) this.#pictures.delete(profile.name);
    this.#dropLostWatches();
  }

  /** Ids of a server that ended, or of connections that were replaced. */
  #dropLostWatches(): void {
    for (const id of this.#watches.keys()) {
      if (this.#clusters.withId(id) === undefined) this.#watches.delete(id);
    }
  }

  async #start(id: ClusterId): Promise<void> {
    await this.#ask(id, true).catch(() => undefined); // Then the first picture says why.
    await this.#fetch(id);
  }

  #ask(cluster: ClusterId, watch: boolean): Promise<null> {
    return this.#server.request(watchTopology, { cluster, watch });
  }

  async #fetch(id: ClusterId): Promise<void> {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    watch.isStale = true;
    if (watch.isFetching) return;
    watch.isFetching = true;
    while (watch.isStale && this.#watches.get(id) === watch) {
      watch.isStale = false;
      const picture = await this.#server.request(getTopology, { cluster: id }).catch(toFailure);
      const name = this.#clusters.withId(id)?.profile.name;
      if (name === undefined || this.#watches.get(id) !== watch) break;
      this.#pictures.set(name, picture);
      this.#changed.fire(name);
    }
    watch.isFetching = false;
  }
}
