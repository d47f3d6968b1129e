/**
 * One connection of the editor: a node of its own that joins one cluster, and says how it fares.
 *
 * The node is quiet: it offers nothing and subscribes to nothing until somebody opens a monitor or raises an event.
 * Invariant: every change of `status` is told once, in order; after `close` nothing is told and nothing stays open.
 * Knows nothing of the editor, nor of what monitors keep.
 */
import { randomBytes } from "node:crypto";
import {
  type Clock,
  type Connection,
  Context,
  type Event,
  type OpenOptions,
  type Peer,
  SwitchyardError,
} from "../library/index.ts";
import { toFailure } from "./failure.ts";
import { Feed } from "./monitors/feed.ts";
import type { ClusterStatus, ConnectParams, PeerInfo } from "./protocol/clusters.ts";
import { readTls } from "./tls-files.ts";
import { mostTopics } from "./topology/build-topology.ts";
import { TopologyWatch } from "./topology/topology-watch.ts";

export interface ClusterOptions {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly clock: Clock;
  readonly changed: (status: ClusterStatus) => void;
  readonly topologyChanged: (version: number) => void;
  /** Trouble that is nobody's request: for the log. */
  readonly trouble: (error: Error) => void;
}

/** How to be let in, and whom to believe. Not kept here: what holds the token is the library's connection. */
export type ClusterAccess = Pick<ConnectParams, "tls" | "token" | "skipVerify">;

/** The peer said no: trying again would end the same way. */
const turnedAway: ReadonlySet<string> = new Set([
  ...["REJECTED", "VERSION_MISMATCH", "SELF_CONNECTION", "NAME_TAKEN", "FORBIDDEN"],
  ...["TOKEN_REQUIRED", "WRONG_TOKEN", "CERT_REQUIRED"],
]);

type Trouble = Pick<ClusterStatus, "problem" | "code">;

export class ClusterSession {
  readonly id: string;
  readonly name: string;
  readonly context: Context;
  readonly feed: Feed;
  readonly topology: TopologyWatch;

  readonly #options: ClusterOptions;
  readonly #linkListeners = new Set<(isUp: boolean) => void>();
  #status: ClusterStatus;
  #isUnverified = false;
  #isClosed = false;

  constructor(options: ClusterOptions) {
    const { id, name, location, clock } = options;
    this.id = id;
    this.name = name;
    this.#options = options;
    this.#status = { cluster: id, name, location, state: "connecting" };
    this.context = new Context({ name: `workbench-${randomBytes(2).toString("hex")}` });
    this.context.on("error", options.trouble);
    this.feed = new Feed(this.context, clock);
    this.topology = new TopologyWatch({
      cluster: id,
      selfId: this.context.id,
      clock,
      ask: async () => (this.isUp ? this.context.cluster.nodes({ topicLimit: mostTopics }) : []),
      changed: options.topologyChanged,
    });
  }

  get status(): ClusterStatus {
    return this.#status;
  }

  get isUp(): boolean {
    return this.#status.state === "up";
  }

  /**
   * Makes the connection; from then on it comes back by itself when it is lost, unless its peer is not verified: whom
   * it would meet the next time, nobody has agreed to. Waits as long as one attempt may take, or until `close`.
   * @throws SwitchyardError the library's code when the first attempt fails, `BAD_CERTIFICATE` for a file that cannot be
   * read, `CLOSED`; nothing stays open then
   */
  async open(access: ClusterAccess = {}): Promise<void> {
    this.#isUnverified = access.skipVerify === true;
    this.#become({ state: "connecting" });
    try {
      const options = await openOptions(access);
      this.#follow(await this.context.connections.open(this.#status.location, options));
    } catch (error) {
      if (this.#isClosed) throw new SwitchyardError("CLOSED", `connecting to ${this.#status.location}`);
      this.#ended(error);
      await this.#release();
      throw error;
    }
  }

  /** Calls `listener` whenever the link comes up or is lost, until the function returned is called. */
  onLink(listener: (isUp: boolean) => void): () => void {
    this.#linkListeners.add(listener);
    return () => this.#linkListeners.delete(listener);
  }

  /** Raises an event. Returns to how many direct peers it went. */
  raise(topic: string, made: Event): number {
    const connections = this.context.connections.all();
    const before = connections.map(framesOf);
    this.context.events.raise(topic, made);
    return connections.filter((connection, place) => framesOf(connection) !== before[place]).length;
  }

  /** Closing twice is harmless. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#become({ state: "down" });
    await this.#release();
  }

  #follow(connection: Connection): void {
    connection.on("up", () => this.#cameUp(connection));
    connection.on("down", (error, retryInMs) => {
      if (retryInMs === undefined) return; // `closed` follows and says why
      this.#become({
        state: "retrying",
        attempt: connection.attempts,
        retryInMs: Math.round(retryInMs),
        ...troubleOf(error),
      });
    });
    connection.on("closed", (error) => this.#ended(error));
    this.#cameUp(connection);
  }

  #cameUp({ peer }: Connection): void {
    this.#become({ state: "up", ...(peer !== undefined && { peer: peerInfo(peer) }) });
    this.topology.lookAgain();
  }

  /** No further attempt will be made. */
  #ended(error: unknown): void {
    const trouble = troubleOf(error);
    this.#become({ state: turnedAway.has(trouble.code ?? "") ? "rejected" : "down", ...trouble });
  }

  async #release(): Promise<void> {
    this.#isClosed = true;
    this.topology.close();
    this.#linkListeners.clear();
    await this.context.close();
  }

  #become(change: Pick<ClusterStatus, "state"> & Partial<ClusterStatus>): void {
    if (this.#isClosed) return;
    const wasUp = this.isUp;
    const { location } = this.#status;
    const isOpen = change.state === "connecting" || change.state === "up";
    const warning = this.#isUnverified && isOpen ? ({ isUnverified: true } as const) : {};
    this.#status = { cluster: this.id, name: this.name, location, ...change, ...warning };
    if (wasUp !== this.isUp) for (const listener of this.#linkListeners) listener(this.isUp);
    this.#options.changed(this.#status);
  }
}

/** @throws SwitchyardError `BAD_CERTIFICATE`, `BAD_ARGUMENT` */
async function openOptions({ tls: settings, token, skipVerify = false }: ClusterAccess): Promise<OpenOptions> {
  const tls = await readTls(settings, skipVerify);
  return {
    ...(tls !== undefined && { tls }),
    ...(token !== undefined && { token }),
    retry: !skipVerify,
  };
}

function peerInfo({ name, id, version, isEncrypted, identity }: Peer): PeerInfo {
  return { name, id, version, isEncrypted, ...(identity !== undefined && { identity }) };
}

/** All that was ever handed to a connection. */
function framesOf(connection: Connection): number {
  const { sentMessages, queuedMessages, droppedMessages } = connection.stats();
  return sentMessages + queuedMessages + droppedMessages;
}

function troubleOf(error: unknown): Trouble {
  if (error === undefined) return {};
  const { code, message } = toFailure(error);
  return { problem: message, code };
}
