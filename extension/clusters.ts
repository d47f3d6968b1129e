/**
 * The clusters of this window: those a person connected to, or wants to be connected to.
 *
 * Invariant: one entry a name, from `connect` until `disconnect`, whatever the connection goes through; after a restart
 * of the server all of them are opened again. Knows nothing of how they are shown.
 */
import { type Disposable, type Event, EventEmitter, l10n } from "vscode";
import {
  type ClusterId,
  type ClusterStatus,
  clusterChanged,
  connect,
  disconnect,
} from "../server/protocol/clusters.ts";
import { startDemo, stopDemo } from "../server/protocol/demo.ts";
import type { Server } from "./client.ts";
import { toFailure } from "./failure.ts";
import type { Profile } from "./settings.ts";

export interface Cluster {
  readonly profile: Profile;
  /** Its nodes are run by our own server. */
  readonly isDemo: boolean;
  /** `cluster` is empty until the server has given it a name. */
  readonly status: ClusterStatus;
  /** When the next attempt is due, on the system's clock; while `retrying` only. */
  readonly dueMs?: number;
}

/** The name under which the demo cluster is shown. */
export const demoName = "demo";

export class Clusters implements Disposable {
  readonly #server: Server;
  readonly #entries = new Map<string, Cluster>();
  /** Ids that were given up: late news of them is not for the entry of the same name. */
  readonly #forgotten = new Set<ClusterId>();
  readonly #changed = new EventEmitter<Cluster>();
  readonly #subscriptions: Disposable[];
  #current: string | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;

  /** An entry came, changed or went; once a second while one waits for its next attempt. */
  readonly onDidChange: Event<Cluster> = this.#changed.event;

  constructor(server: Server) {
    this.#server = server;
    this.#subscriptions = [
      this.#changed,
      server.on(clusterChanged, (status) => this.#heard(status)),
      server.onDidChangeState((state) => {
        if (state.kind === "running") this.#serverIsBack();
        else this.#serverEnded("why" in state ? state.why : undefined);
      }),
    ];
  }

  all(): readonly Cluster[] {
    return [...this.#entries.values()];
  }

  find(name: string): Cluster | undefined {
    return this.#entries.get(name);
  }

  withId(id: ClusterId): Cluster | undefined {
    return this.all().find(({ status }) => status.cluster === id);
  }

  /** The one that the status bar shows and that commands mean when nothing else says which. */
  get current(): Cluster | undefined {
    return this.#current === undefined ? undefined : this.#entries.get(this.#current);
  }

  select(name: string): void {
    const cluster = this.#entries.get(name);
    if (cluster === undefined) return;
    this.#current = name;
    this.#changed.fire(cluster);
  }

  /**
   * Opens a connection under the profile's name; one that is up already under this name and location is left alone.
   * @throws RequestFailure the entry stays then, with what went wrong, so that it can be tried again
   */
  async connect(profile: Profile, isDemo = false): Promise<Cluster> {
    const known = this.#entries.get(profile.name);
    const isSame = known?.profile.location === profile.location;
    if (isSame && known.status.state === "up") {
      this.select(profile.name);
      return known;
    }
    if (known !== undefined) await this.#close(known);

    const { name, location } = profile;
    this.#set({ profile, isDemo, status: { cluster: "", name, location, state: "connecting" } });
    this.select(name);
    try {
      this.#adopt(await this.#server.request(connect, { name, location }));
    } catch (error) {
      this.#connectFailed(name, location, error);
      throw toFailure(error);
    }
    return this.#entries.get(name) ?? { profile, isDemo, status: { cluster: "", name, location, state: "down" } };
  }

  /** Closes the connection and forgets the entry. Never throws: a server that is gone has closed it already. */
  async disconnect(name: string): Promise<void> {
    const cluster = this.#entries.get(name);
    if (cluster === undefined) return;
    this.#entries.delete(name);
    if (this.#current === name) this.#current = this.#entries.keys().next().value;
    this.#changed.fire({ ...cluster, status: { ...cluster.status, state: "down" } });
    this.#tick();
    await this.#close(cluster);
  }

  /** Starts the demo cluster where it does not run yet, and connects to it. */
  async startDemo(): Promise<Cluster> {
    const { location } = await this.#server.request(startDemo, {});
    return this.connect({ name: demoName, location }, true);
  }

  async stopDemo(): Promise<void> {
    for (const { isDemo, profile } of this.all()) if (isDemo) await this.disconnect(profile.name);
    await this.#server.request(stopDemo, {});
  }

  dispose(): void {
    clearInterval(this.#ticker);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #close({ status }: Cluster): Promise<void> {
    if (status.cluster === "") return;
    this.#forgotten.add(status.cluster);
    await this.#server.request(disconnect, { cluster: status.cluster }).catch(() => undefined);
  }

  /** News of an attempt may overtake the answer to `connect`: its id is taken from whichever comes first. */
  #heard(status: ClusterStatus): void {
    const { cluster, name } = status;
    if (this.#forgotten.has(cluster)) return;
    const entry = this.#entries.get(name);
    if (entry === undefined || (entry.status.cluster !== "" && entry.status.cluster !== cluster)) return;
    this.#adopt(status);
  }

  #adopt(status: ClusterStatus): void {
    const entry = this.#entries.get(status.name);
    if (entry === undefined) {
      // Given up while it was being opened.
      this.#forgotten.add(status.cluster);
      void this.#server.request(disconnect, { cluster: status.cluster }).catch(() => undefined);
      return;
    }
    const { profile, isDemo } = entry;
    const dueMs = status.state === "retrying" ? Date.now() + (status.retryInMs ?? 0) : undefined;
    this.#set(dueMs === undefined ? { profile, isDemo, status } : { profile, isDemo, status, dueMs });
  }

  #connectFailed(name: string, location: string, error: unknown): void {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.profile.location !== location) return;
    const { code, message } = toFailure(error);
    if (entry.status.cluster !== "") this.#forgotten.add(entry.status.cluster);
    const state = entry.status.state === "rejected" || code === "REJECTED" ? "rejected" : "down";
    const { profile, isDemo } = entry;
    this.#set({ profile, isDemo, status: { cluster: "", name, location, state, problem: message, code } });
  }

  /** All that it had opened is gone; what is still being opened fails by itself. */
  #serverEnded(why = l10n.t("The server was restarted")): void {
    for (const { profile, isDemo, status } of this.all()) {
      if (status.cluster === "") continue;
      const { name, location } = profile;
      const lost = { cluster: "", name, location, state: "down", problem: why, code: "SERVER_STOPPED" } as const;
      this.#set({ profile, isDemo, status: lost });
    }
  }

  #serverIsBack(): void {
    for (const { profile, isDemo, status } of this.all()) {
      if (status.code !== "SERVER_STOPPED") continue;
      const again = isDemo ? this.startDemo() : this.connect(profile);
      again.catch(() => undefined); // The entry says what went wrong.
    }
  }

  #set(cluster: Cluster): void {
    this.#entries.set(cluster.profile.name, cluster);
    this.#changed.fire(cluster);
    this.#tick();
  }

  /** Counts down where something waits, and runs no timer where nothing does. */
  #tick(): void {
    const waiting = () => this.all().filter(({ dueMs }) => dueMs !== undefined && dueMs > Date.now());
    if (waiting().length === 0) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
      return;
    }
    this.#ticker ??= setInterval(() => {
      for (const cluster of waiting()) this.#changed.fire(cluster);
      this.#tick();
    }, 1_000);
  }
}
