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
import type { Access } from "./access.ts";
import type { Server } from "./client.ts";
import { RequestFailure, toFailure } from "./failure.ts";
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

/** How a connection is opened. */
export interface Manner {
  readonly isDemo?: boolean;
  /** Whoever the peer is: for this attempt, and for none that comes after it. */
  readonly skipVerify?: boolean;
}

interface Attempt {
  readonly opened: Promise<Cluster>;
}

/** The name under which the demo cluster is shown. */
export const demoName = "demo";

export class Clusters implements Disposable {
  readonly #server: Server;
  readonly #accessOf: (profile: Profile) => Promise<Access>;
  readonly #entries = new Map<string, Cluster>();
  /** Ids that were given up: late news of them is not for the entry of the same name. */
  readonly #forgotten = new Set<ClusterId>();
  readonly #changed = new EventEmitter<Cluster>();
  readonly #subscriptions: Disposable[];
  /** The attempt under way for a name, which a second caller joins; one that is no longer here was given up. */
  readonly #attempts = new Map<string, Attempt>();
  #current: string | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;

  /** An entry came, changed or went; once a second while one waits for its next attempt. */
  readonly onDidChange: Event<Cluster> = this.#changed.event;

  /** @param accessOf what it takes to be let in, asked anew for each attempt and not kept */
  constructor(server: Server, accessOf: (profile: Profile) => Promise<Access>) {
    this.#server = server;
    this.#accessOf = accessOf;
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
   * Opens a connection under the profile's name; one that is up, or on its way, under this name and location is taken.
   * @throws RequestFailure the entry stays then, with what went wrong, so that it can be tried again
   */
  connect(profile: Profile, manner: Manner = {}): Promise<Cluster> {
    const { name, location } = profile;
    const known = this.#entries.get(name);
    this.select(name);
    if (known?.profile.location === location) {
      if (known.status.state === "up") return Promise.resolve(known);
      const underWay = this.#attempts.get(name);
      if (underWay !== undefined) return underWay.opened;
    }
    const attempt: Attempt = { opened: this.#open(profile, manner, () => this.#attempts.get(name) === attempt) };
    this.#attempts.set(name, attempt);
    return attempt.opened;
  }

  /** Closes the connection and forgets the entry. Never throws: a server that is gone has closed it already. */
  async disconnect(name: string): Promise<void> {
    const cluster = this.#entries.get(name);
    if (cluster === undefined) return;
    this.#entries.delete(name);
    this.#attempts.delete(name);
    if (this.#current === name) this.#current = this.#entries.keys().next().value;
    this.#changed.fire({ ...cluster, status: { ...cluster.status, state: "down" } });
    this.#tick();
    await this.#close(cluster);
  }

  /** Starts the demo cluster where it does not run yet, and connects to it. Every caller joins the same start. */
  async startDemo(): Promise<Cluster> {
    const { location } = await this.#server.request(startDemo, {});
    return this.connect({ name: demoName, location }, { isDemo: true });
  }

  async stopDemo(): Promise<void> {
    for (const { isDemo, profile } of this.all()) if (isDemo) await this.disconnect(profile.name);
    await this.#server.request(stopDemo, {});
  }

  dispose(): void {
    clearInterval(this.#ticker);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #open(profile: Profile, manner: Manner, isWanted: () => boolean): Promise<Cluster> {
    const { isDemo = false, skipVerify = false } = manner;
    const { name, location } = profile;
    const before = this.#entries.get(name);
    this.#set({ profile, isDemo, status: { cluster: "", name, location, state: "connecting" } });
    this.select(name);
    if (before !== undefined) await this.#close(before);
    try {
      const access = isDemo ? {} : await this.#accessOf(profile);
      const how = { name, location, ...access, ...(skipVerify && { skipVerify }) };
      const status = await this.#server.request(connect, how);
      if (isWanted()) return this.#adopt({ profile, isDemo }, status);
      await this.#forget(status.cluster);
    } catch (error) {
      if (isWanted()) {
        this.#connectFailed({ profile, isDemo }, toFailure(error));
        throw toFailure(error);
      }
    } finally {
      if (isWanted()) this.#attempts.delete(name);
    }
    throw new RequestFailure("CANCELLED", l10n.t("Cancelled"));
  }

  async #close({ status }: Cluster): Promise<void> {
    if (status.cluster !== "") await this.#forget(status.cluster);
  }

  async #forget(cluster: ClusterId): Promise<void> {
    this.#forgotten.add(cluster);
    await this.#server.request(disconnect, { cluster }).catch(() => undefined); // Gone is as good as closed.
  }

  /** News of an attempt may overtake the answer to `connect`: its id is taken from whichever comes first. */
  #heard(status: ClusterStatus): void {
    const { cluster, name } = status;
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#forgotten.has(cluster)) return;
    if (entry.status.cluster === cluster || entry.status.cluster === "") this.#adopt(entry, status);
  }

  #adopt({ profile, isDemo }: Pick<Cluster, "profile" | "isDemo">, status: ClusterStatus): Cluster {
    const dueMs = status.state === "retrying" ? Date.now() + (status.retryInMs ?? 0) : undefined;
    const cluster = { profile, isDemo, status, ...(dueMs !== undefined && { dueMs }) };
    this.#set(cluster);
    return cluster;
  }

  #connectFailed({ profile, isDemo }: Pick<Cluster, "profile" | "isDemo">, { code, message }: RequestFailure): void {
    const { name, location } = profile;
    const before = this.#entries.get(name)?.status;
    if (before !== undefined && before.cluster !== "") this.#forgotten.add(before.cluster);
    const state = before?.state === "rejected" || code === "REJECTED" ? "rejected" : "down";
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
