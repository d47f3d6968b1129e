/** A context is one node: it puts the parts together, and takes them down again. */
import { type Chance, type Clock, systemChance, systemClock } from "./clock.ts";
import { Cluster } from "./cluster.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { SwitchyardError } from "./core/errors.ts";
import { isNodeName } from "./core/handshake.ts";
import { limits } from "./core/limits.ts";
import { Dispatch } from "./dispatch.ts";
import { Emitter } from "./emitter.ts";
import { Events } from "./events.ts";
import { Logs } from "./logs.ts";
import { Node } from "./node.ts";
import type { OverflowPolicy } from "./outbox.ts";
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
  /** Tell the cluster about ourselves when asked. Default true. */
  readonly introspection?: boolean;
  /** Messages and bytes that may wait for one peer. Default 8192 and 64 MiB. */
  readonly queueMessages?: number;
  readonly queueBytes?: number;
  /** What happens to events when a peer's queue is full. Default `drop-oldest`. */
  readonly onOverflow?: OverflowPolicy;
}

export interface ContextStats {
  /** Messages raised here, handed to handlers here, passed on, and dropped because a peer was slow. */
  readonly raised: number;
  readonly delivered: number;
  readonly forwarded: number;
  readonly dropped: number;
  /** Messages that senders numbered and that never came, and repeats that were held back. */
  readonly missing: number;
  readonly repeated: number;
  /** Streams that were forgotten because there were too many. */
  readonly streamsForgotten: number;
}

interface ContextEvents {
  /** What went wrong where nobody waits for the answer. */
  error(error: SwitchyardError): void;
  /** A connection came up, opened or accepted. */
  peer(connection: Connection): void;
}

export class Context {
  readonly connections: Connections;
  readonly topics: Topics;
  readonly events: Events;
  readonly logs: Logs;
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
      queueMessages: options.queueMessages ?? limits.queueMessages,
      queueBytes: options.queueBytes ?? limits.queueBytes,
      onOverflow: options.onOverflow ?? "drop-oldest",
      onFailure: (error) => this.#failed(error),
    });
    this.cluster = new Cluster(this.#node, () => this.connections, options.introspection ?? true);
    const dispatch = new Dispatch(this.#node, this.cluster);
    const transports = options.transports ?? [tcp(), tls(), ipc(), inproc(), ws()];
    this.connections = new Connections(this.#node, dispatch, transports, (each) => this.#emitter.emit("peer", each));
    this.topics = new Topics(this.#node);
    this.events = new Events(this.#node);
    this.logs = new Logs(this.#node);
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
    const { streams, dropped } = this.#node.messages;
    const sum = { raised: 0, delivered: 0, forwarded: 0, missing: 0, repeated: 0 };
    for (const stream of streams) {
      sum.raised += stream.raised;
      sum.delivered += stream.delivered;
      sum.forwarded += stream.forwarded;
      sum.missing += stream.missing;
      sum.repeated += stream.repeated;
    }
    return { ...sum, dropped, streamsForgotten: streams.forgotten };
  }

  /**
   * Sends what waits to peers that read, says goodbye, and closes everything; nothing is left that keeps the process.
   * @param options.graceMs how long a slow peer is waited for; default 2000
   */
  close({ graceMs = 2_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    this.#node.isClosed = true;
    this.#node.messages.departures.flush();
    await this.connections.closeAll(graceMs);
  }

  #failed(error: SwitchyardError): void {
    this.#lastError = error;
    this.#emitter.emit("error", error);
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
