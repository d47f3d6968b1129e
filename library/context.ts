/** A context is one node: it puts the parts together, and takes them down again. */
import { type Chance, type Clock, systemChance, systemClock } from "./clock.ts";
import { Cluster } from "./cluster.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import type { Drop } from "./core/drop-ledger.ts";
import { SwitchyardError } from "./core/errors.ts";
import { isNodeName } from "./core/handshake.ts";
import { limits } from "./core/limits.ts";
import { Dispatch } from "./dispatch.ts";
import { Emitter } from "./emitter.ts";
import { Events } from "./events.ts";
import { Files } from "./files.ts";
import type { Gap } from "./gaps.ts";
import { Logs } from "./logs.ts";
import { Node } from "./node.ts";
import type { OverflowPolicy } from "./outbox.ts";
import { type Processes, systemProcesses } from "./processes.ts";
import type { Storage } from "./storage/storage.ts";
import { type AuthorityConflict, Stores } from "./stores.ts";
import { addCounts, type StreamCounts } from "./streams.ts";
import { Topics } from "./topics.ts";
import { inproc } from "./transports/inproc.ts";
import { ipc } from "./transports/ipc.ts";
import { tcp } from "./transports/tcp.ts";
import { tls } from "./transports/tls.ts";
import type { Transport } from "./transports/transport.ts";
import { ws } from "./transports/ws.ts";

export interface ContextOptions {
  /** Hierarchical, like a DNS name; the node subscribes to `.node.<name>`. Default `node-` and 8 hex digits. */
  readonly name?: string;
  /** Default: tcp, tls, ipc, inproc, ws. */
  readonly transports?: readonly Transport[];
  readonly clock?: Clock;
  readonly chance?: Chance;
  /** How it is known that other processes of this machine have ended. Default: by `/proc`, where there is one. */
  readonly processes?: Processes;
  /** Tell the cluster about ourselves when asked. Default true. */
  readonly introspection?: boolean;
  /** Messages and bytes that may wait for one peer. Default 8192 and 64 MiB. */
  readonly queueMessages?: number;
  readonly queueBytes?: number;
  /** What happens to events when a peer's queue is full. Default `drop-oldest`. */
  readonly onOverflow?: OverflowPolicy;
  /** Bytes of logs and files that may be sent and not acknowledged; beyond them a write fails. Default 64 MiB. */
  readonly spoolBytes?: number;
  /** Where persistent stores keep their tables. Default: LevelDB, in the folder that each is given. */
  readonly storage?: Storage;
}

export interface ContextStats {
  /** Messages raised here, handed to handlers here, passed on, and dropped on their way to a peer. */
  readonly raised: number;
  readonly delivered: number;
  readonly forwarded: number;
  readonly dropped: number;
  /** What `dropped` consists of: by peer, topic and reason. */
  readonly drops: readonly Drop[];
  /** Messages that senders numbered and that never came; each was told as `gap`. */
  readonly missing: number;
  /** Repeats that were held back, and messages that came after they had been given up. */
  readonly repeated: number;
  readonly late: number;
  /** Of logs and files: what some subscriber has not acknowledged yet. */
  readonly unacknowledged: { readonly messages: number; readonly bytes: number };
  /** Messages that peers passed on though they may not, or that were not what they seemed: nobody got them. */
  readonly refused: number;
  /** Streams that were forgotten because there were too many. */
  readonly streamsForgotten: number;
  /** Answers to our surveys that came after their end, and further ones of nodes that had answered. */
  readonly answersLate: number;
  readonly answersRepeated: number;
  /** Answers that nobody asked for, that name somebody else, or that are beyond the limits. */
  readonly answersRefused: number;
  /** Answers given or passed on here that found no way back, or no room on it. */
  readonly answersDropped: number;
}

interface ContextEvents {
  /** What went wrong where nobody waits for the answer. */
  error(error: SwitchyardError): void;
  /** A connection came up, opened or accepted. */
  peer(connection: Connection): void;
  /** Messages of a topic that we subscribe to are lost, as far as we can know. */
  gap(gap: Gap): void;
  /** Another node is authoritative for a store of which we are; told once for each. */
  "authority-conflict"(conflict: AuthorityConflict): void;
}

export class Context {
  readonly connections: Connections;
  readonly topics: Topics;
  readonly events: Events;
  readonly logs: Logs;
  readonly files: Files;
  readonly stores: Stores;
  readonly cluster: Cluster;

  readonly #node: Node;
  readonly #emitter: Emitter<ContextEvents>;
  #lastError: SwitchyardError | undefined;
  #closing: Promise<void> | undefined;

  /** @throws SwitchyardError `BAD_NAME` */
  constructor(options: ContextOptions = {}) {
    const chance = options.chance ?? systemChance;
    const id = hex(chance.bytes(16));
    const name = options.name ?? `node-${id.slice(0, 8)}`;
    if (!isNodeName(name)) throw new SwitchyardError("BAD_NAME", JSON.stringify(name));
    this.#emitter = new Emitter((cause) =>
      this.#failed(new SwitchyardError("HANDLER_FAILED", `listener of ${name}`, { cause })),
    );
    this.#node = new Node({
      origin: { name, id },
      clock: options.clock ?? systemClock,
      chance,
      processes: options.processes ?? systemProcesses,
      queueMessages: options.queueMessages ?? limits.queueMessages,
      queueBytes: options.queueBytes ?? limits.queueBytes,
      onOverflow: options.onOverflow ?? "drop-oldest",
      spoolBytes: options.spoolBytes ?? limits.spoolBytes,
      onGap: (gap) => this.#emitter.emit("gap", gap),
      onFailure: (error) => this.#failed(error),
    });
    this.cluster = new Cluster(
      this.#node,
      () => this.connections,
      () => this.stores,
      options.introspection ?? true,
    );
    const dispatch = new Dispatch(this.#node, this.cluster);
    const transports = options.transports ?? [tcp(), tls(), ipc(), inproc(), ws()];
    this.connections = new Connections(this.#node, dispatch, transports, (each) => this.#emitter.emit("peer", each));
    this.topics = new Topics(this.#node);
    this.events = new Events(this.#node);
    this.logs = new Logs(this.#node);
    this.files = new Files(this.#node);
    this.stores = new Stores(this.#node, options.storage, (conflict) =>
      this.#emitter.emit("authority-conflict", conflict),
    );
  }

  get name(): string {
    return this.#node.origin.name;
  }

  /** This node life: 32 hex digits. */
  get id(): string {
    return this.#node.origin.id;
  }

  /** The last failure that was told as `error`. */
  get lastError(): SwitchyardError | undefined {
    return this.#lastError;
  }

  on<Name extends keyof ContextEvents>(name: Name, listener: ContextEvents[Name]): this {
    this.#emitter.on(name, listener);
    return this;
  }

  off<Name extends keyof ContextEvents>(name: Name, listener: ContextEvents[Name]): this {
    this.#emitter.off(name, listener);
    return this;
  }

  /** Resolves when no peer has more waiting than it should: at once, mostly. */
  drained(): Promise<void> {
    return this.#node.whenDrained();
  }

  stats(): ContextStats {
    const { messages, resends, surveys } = this.#node;
    const { streams, drops } = messages;
    const sum: StreamCounts = { ...streams.past };
    for (const stream of streams) addCounts(sum, stream);
    return {
      ...sum,
      dropped: drops.total,
      drops: drops.entries(),
      refused: this.#node.refusedMessages,
      unacknowledged: { messages: resends.messages, bytes: resends.bytes },
      streamsForgotten: streams.forgotten,
      ...surveys.counts(),
    };
  }

  /**
   * Sends what waits to peers that read, says goodbye, and closes everything; nothing is left that keeps the process.
   * What could not be delivered is told as `error` with `UNDELIVERED`, and is in `stats().drops`.
   * @param options.graceMs how long a slow peer is waited for; default 2000
   */
  close({ graceMs = 2_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    const node = this.#node;
    const startMs = node.clock.nowMs();
    if (this.stores.isAnyOpen) await this.stores.closeAll(graceMs);
    node.close();
    node.messages.departures.flush();
    await node.whenAcknowledged(graceMs);
    node.stop();
    const droppedBefore = node.messages.drops.total;
    await this.connections.closeAll(Math.max(graceMs - (node.clock.nowMs() - startMs), 0));
    node.resends.stop();
    const undelivered = node.messages.drops.total - droppedBefore;
    if (undelivered === 0) return;
    this.#failed(new SwitchyardError("UNDELIVERED", `${undelivered} messages when ${this.name} closed`));
  }

  #failed(error: SwitchyardError): void {
    this.#lastError = error;
    this.#emitter.emit("error", error);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
