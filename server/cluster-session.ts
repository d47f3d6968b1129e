/**
 * One connection of the editor: a node of its own that joins one cluster, and says how it fares.
 *
 * The node is quiet: it offers nothing and subscribes to nothing until somebody opens a monitor or raises an event.
 * Invariant: every change of `status` is told once, in order; after `close` nothing is told and nothing stays open.
 * Knows nothing of the editor, nor of what monitors keep.
 */
import { randomBytes } from "node:crypto";
import { type Clock, type Connection, Context, type Event, SwitchyardError } from "../library/index.ts";
import { toFailure } from "./failure.ts";
import { Feed } from "./monitors/feed.ts";
import type { ClusterStatus } from "./protocol/clusters.ts";
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

/** Trying again would end the same way. */
const turnedAway: ReadonlySet<string> = new Set(["REJECTED", "VERSION_MISMATCH", "SELF_CONNECTION"]);

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
   * Makes the connection; from then on it comes back by itself when it is lost. Waits as long as one attempt may take,
   * or until `close`.
   * @throws SwitchyardError the library's code when the first attempt fails, `CLOSED`; nothing stays open then
   */
  async open(): Promise<void> {
    this.#become({ state: "connecting" });
    try {
      this.#follow(await this.context.connections.open(this.#status.location));
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

  /** Messages that were numbered by their senders and never came, since the connection was opened. */
  get missing(): number {
    return this.context.stats().missing;
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
    this.#become(
      peer === undefined
        ? { state: "up" }
        : { state: "up", peer: { name: peer.name, id: peer.id, version: peer.version } },
    );
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
    this.#status = { cluster: this.id, name: this.name, location: this.#status.location, ...change };
    if (wasUp !== this.isUp) for (const listener of this.#linkListeners) listener(this.isUp);
    this.#options.changed(this.#status);
  }
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
