/**
 * A connection: the equal, two-way relation with a peer, over one link after the other.
 *
 * Invariant: `up` and `down` alternate; `closed` comes last, once. One that we opened dials again when its link is lost,
 * unless it was opened with `retry: false` or the peer turned us away.
 */
import { type AccessRule, accessOf } from "./core/access.ts";
import { Backoff } from "./core/backoff.ts";
import { SwitchyardError } from "./core/errors.ts";
import type { ConnectionId } from "./core/interest.ts";
import type { Credentials } from "./core/proof.ts";
import type { Dispatch } from "./dispatch.ts";
import { Emitter } from "./emitter.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Node } from "./node.ts";
import { type Peer, peerOf } from "./peer.ts";
import { PeerLink, type Refusal } from "./peer-link.ts";
import type { Link } from "./transports/transport.ts";

export type ConnectionState = "connecting" | "up" | "down" | "closed";

export interface ConnectionStats {
  readonly receivedMessages: number;
  readonly receivedBytes: number;
  readonly sentMessages: number;
  readonly sentBytes: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly droppedMessages: number;
  /** Messages that the peer passed on though it may not, or that were not what they seemed: nobody got them. */
  readonly refusedMessages: number;
}

interface ConnectionEvents {
  up(): void;
  /** The link is lost; `retryInMs` tells when it is tried again, if it is. */
  down(error: SwitchyardError | undefined, retryInMs: number | undefined): void;
  closed(error?: SwitchyardError): void;
}

export interface ConnectionOptions {
  readonly node: Node;
  readonly dispatch: Dispatch;
  readonly id: ConnectionId;
  readonly location: string;
  readonly direction: "out" | "in";
  readonly autoPublish: boolean;
  readonly autoSubscribe: boolean;
  readonly retry: boolean;
  /** How long one attempt may take, the handshake included. */
  readonly timeoutMs: number;
  /** How long the handshake alone may take. */
  readonly handshakeMs: number;
  readonly credentials: Credentials | undefined;
  /** What the peer may do. */
  readonly access: readonly AccessRule[];
  /** Opens the next link; only for connections that we open. */
  dial(signal: AbortSignal): Promise<Link>;
  /** A reason to turn away a peer that has proven what it must. */
  refuse(peer: Peer): Promise<Refusal | undefined>;
  /** The link with that peer is gone. */
  parted(peer: Peer): void;
  /** It is closed for good. */
  forget(connection: Connection): void;
}

/** After these another attempt would end the same way. */
const finalCodes = new Set([
  ...["REJECTED", "VERSION_MISMATCH", "SELF_CONNECTION"],
  ...["TOKEN_REQUIRED", "WRONG_TOKEN", "NAME_TAKEN", "FORBIDDEN", "TLS_VERSION", "BAD_CERTIFICATE"],
  ...["CERT_REQUIRED", "CERT_WRONG_NAME", "CERT_UNTRUSTED", "CERT_SELF_SIGNED", "CERT_NOT_PINNED"],
]);

export class Connection {
  readonly id: ConnectionId;
  readonly location: string;
  readonly direction: "out" | "in";
  /** Topics offered over it explicitly; see `topics.publish`. */
  readonly published = new Set<string>();
  /** Since when it is in its state, in ms since 1970. */
  sinceMs: number;

  readonly #options: ConnectionOptions;
  readonly #emitter: Emitter<ConnectionEvents>;
  readonly #backoff = new Backoff();
  /** Counts of the links that are gone. */
  #past: ConnectionStats = noStats;
  #droppedMessages = 0;
  #state: ConnectionState = "connecting";
  #peer: Peer | undefined;
  /** Whom the present link met, up or not. */
  #met: Peer | undefined;
  #peerLink: PeerLink | undefined;
  #neighbour: Neighbour | undefined;
  /** The last neighbour, while its link is lost and tried again. */
  #resting: Neighbour | undefined;
  #abort: AbortController | undefined;
  #cancelRetry: () => void = () => {};
  #whenClosed: (() => void)[] = [];
  #attempt: { resolve(): void; reject(error: SwitchyardError): void } | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.id = options.id;
    this.location = options.location;
    this.direction = options.direction;
    this.sinceMs = options.node.clock.wallMs();
    this.#emitter = new Emitter((failure) =>
      options.node.fail(new SwitchyardError("HANDLER_FAILED", `listener of ${this.location}`, { cause: failure })),
    );
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The node at the other end: the present one while up, the last one afterwards. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** How often in a row it has been tried in vain. */
  get attempts(): number {
    return this.#backoff.attempts;
  }

  /** Present while up. */
  get neighbour(): Neighbour | undefined {
    return this.#neighbour;
  }

  on<Name extends keyof ConnectionEvents>(name: Name, listener: ConnectionEvents[Name]): this {
    this.#emitter.on(name, listener);
    return this;
  }

  off<Name extends keyof ConnectionEvents>(name: Name, listener: ConnectionEvents[Name]): this {
    this.#emitter.off(name, listener);
    return this;
  }

  /** Since the connection was opened, over all its links. */
  stats(): ConnectionStats {
    const outbox = this.#peerLink?.outbox ?? this.#resting?.outbox;
    return {
      receivedMessages: this.#past.receivedMessages + (this.#neighbour?.receivedMessages ?? 0),
      receivedBytes: this.#past.receivedBytes + (this.#neighbour?.receivedBytes ?? 0),
      sentMessages: this.#past.sentMessages + (outbox?.sentMessages ?? 0),
      sentBytes: this.#past.sentBytes + (outbox?.sentBytes ?? 0),
      queuedMessages: outbox?.queuedMessages ?? 0,
      queuedBytes: outbox?.queuedBytes ?? 0,
      droppedMessages: this.#droppedMessages,
      refusedMessages: this.#past.refusedMessages + (this.#neighbour?.refusedMessages ?? 0),
    };
  }

  /**
   * Resolves when our interest has reached every router behind this connection, so that whatever is raised there from
   * then on arrives.
   * @throws SwitchyardError `CLOSED` while it is not up
   */
  async settled(): Promise<void> {
    if (this.#neighbour === undefined) throw new SwitchyardError("CLOSED", `${this.location} is ${this.#state}`);
    await this.#options.node.barriers.settle(this.#neighbour);
  }

  /** Sends what waits, says goodbye, and closes for good. Resolves when it is closed; closing twice is harmless. */
  async close(graceMs = 2_000): Promise<void> {
    if (this.#state === "closed") return;
    this.#cancelRetry();
    this.#abort?.abort();
    const closed = new Promise<void>((resolve) => this.#whenClosed.push(resolve));
    if (this.#peerLink === undefined) this.#end(undefined);
    else this.#peerLink.close(graceMs);
    await closed;
  }

  /**
   * The first attempt to reach the peer. Resolves when the peer knows what we want.
   * @throws SwitchyardError what made it fail; the connection is closed then
   */
  async open(): Promise<void> {
    try {
      await this.#dial();
    } catch (error) {
      this.#end(error as SwitchyardError);
      throw error;
    }
    await this.#known();
  }

  /** A peer that does not say so is not waited for longer than for its handshake. */
  async #known(): Promise<void> {
    const { node, timeoutMs } = this.#options;
    if (this.#neighbour === undefined) return;
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = node.clock.after(timeoutMs, resolve);
    });
    await Promise.race([node.barriers.ask([this.#neighbour]), late]);
    cancel();
  }

  /** A link that the peer opened. */
  accept(link: Link): void {
    this.#start(link);
  }

  /** Cuts off a link whose handshake is under way, without a word. */
  abandon(): void {
    this.#peerLink?.abandon();
  }

  async #dial(): Promise<void> {
    const { node, timeoutMs } = this.#options;
    const abort = new AbortController();
    this.#abort = abort;
    const cancelTimer = node.clock.after(timeoutMs, () => abort.abort());
    try {
      const link = await this.#options.dial(abort.signal);
      if (abort.signal.aborted) throw this.#tooLate(link);
      await new Promise<void>((resolve, reject) => {
        this.#attempt = { resolve, reject };
        const end = () => this.#peerLink?.fail("TIMED_OUT", `handshake with ${this.location} after ${timeoutMs} ms`);
        abort.signal.addEventListener("abort", end, { once: true });
        this.#start(link);
      });
    } finally {
      cancelTimer();
      this.#abort = undefined;
      this.#attempt = undefined;
    }
  }

  /** The link came when nobody waited for it any more. */
  #tooLate(link: Link): SwitchyardError {
    link.destroy();
    if (this.#state === "closed") return new SwitchyardError("CLOSED", this.location);
    return new SwitchyardError("TIMED_OUT", `connecting to ${this.location} after ${this.#options.timeoutMs} ms`);
  }

  #start(link: Link): void {
    const { node, dispatch, id, location, autoPublish, autoSubscribe, credentials, handshakeMs } = this.#options;
    this.#peerLink = new PeerLink({
      ...{ node, dispatch, id, link, autoPublish, autoSubscribe, credentials, handshakeMs },
      role: this.direction === "out" ? "opener" : "listener",
      where: this.direction === "out" ? location : link.remote,
      published: this.published,
      refuse: (hello) => this.#refuse(peerOf(hello, link)),
      accessOf: (hello) => accessOf(this.#options.access, peerOf(hello, link)),
      up: (hello, neighbour) => this.#up(peerOf(hello, link), neighbour),
      lost: (neighbour, error) => this.#lost(neighbour, error),
      dropped: () => {
        this.#droppedMessages += 1;
      },
      ended: (error) => this.#ended(error),
    });
  }

  #refuse(peer: Peer): Promise<Refusal | undefined> {
    this.#met = peer;
    return this.#options.refuse(peer);
  }

  #up(peer: Peer, neighbour: Neighbour): void {
    this.#peer = peer;
    this.#neighbour = neighbour;
    this.#backoff.reset();
    this.#options.node.opened(neighbour, this.#resting);
    this.#resting = undefined;
    this.#become("up");
    this.#attempt?.resolve();
    this.#emitter.emit("up");
  }

  /** True: what is for the peer is kept until it is back. */
  #lost(neighbour: Neighbour, error: SwitchyardError | undefined): boolean {
    if (!this.#mayRetry(error)) return false;
    this.#resting = neighbour;
    return true;
  }

  #ended(error: SwitchyardError | undefined): void {
    const wasUp = this.#state === "up";
    this.#remember();
    this.#peerLink = undefined;
    this.#neighbour = undefined;
    if (this.#met !== undefined) this.#options.parted(this.#met);
    this.#met = undefined;
    if (this.#attempt !== undefined) {
      this.#attempt.reject(error ?? new SwitchyardError("PEER_LOST", `${this.location} closed`));
      return; // whoever dialled decides
    }
    if (error !== undefined) this.#options.node.fail(error);
    if (this.#mayRetry(error)) this.#retry(error, wasUp);
    else this.#end(error, wasUp);
  }

  #mayRetry(error: SwitchyardError | undefined): boolean {
    if (this.direction === "in" || !this.#options.retry || this.#whenClosed.length > 0) return false;
    return error === undefined || !finalCodes.has(error.code);
  }

  #retry(error: SwitchyardError | undefined, wasUp: boolean): void {
    const { clock, chance } = this.#options.node;
    const delayMs = this.#backoff.nextDelayMs(chance.next());
    if (wasUp) this.#become("down");
    this.#cancelRetry = clock.after(delayMs, () => {
      this.#become("connecting");
      this.#dial().catch((failure: SwitchyardError) => this.#retryAgain(failure));
    });
    this.#emitter.emit("down", error, delayMs);
  }

  #retryAgain(failure: SwitchyardError): void {
    if (this.#state === "closed") return;
    if (this.#mayRetry(failure)) this.#retry(failure, true);
    else this.#end(failure);
  }

  #end(error: SwitchyardError | undefined, wasUp = false): void {
    if (this.#state === "closed") return;
    this.#become("closed");
    this.#options.forget(this);
    if (this.#resting !== undefined) this.#options.node.forgotten(this.#resting);
    this.#resting = undefined;
    if (wasUp) this.#emitter.emit("down", error, undefined);
    if (error === undefined) this.#emitter.emit("closed");
    else this.#emitter.emit("closed", error);
    for (const resolve of this.#whenClosed) resolve();
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.sinceMs = this.#options.node.clock.wallMs();
  }

  #remember(): void {
    this.#past = { ...this.stats(), queuedMessages: 0, queuedBytes: 0 };
  }
}

const noStats: ConnectionStats = {
  receivedMessages: 0,
  receivedBytes: 0,
  sentMessages: 0,
  sentBytes: 0,
  queuedMessages: 0,
  queuedBytes: 0,
  droppedMessages: 0,
  refusedMessages: 0,
};
