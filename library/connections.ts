/** Opens connections, listens for them, and knows all there are. */
import { Connection, type Peer } from "./connection.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Node } from "./node.ts";
import type { Link, Listener, TlsOptions, Transport } from "./transports/transport.ts";

export interface OpenOptions {
  /** Offer whatever is raised here over this connection. Default true. */
  readonly autoPublish?: boolean;
  /** Subscribe over this connection to whatever has a handler here. Default true. */
  readonly autoSubscribe?: boolean;
  /** Dial again by itself, with back-off, when the link is lost. The first attempt must succeed. Default true. */
  readonly retry?: boolean;
  /** Of one attempt, the handshake included. Default 5000. */
  readonly timeoutMs?: number;
  readonly tls?: TlsOptions;
  /** The shared secret that both ends must know. */
  readonly token?: string;
}

export interface ListenOptions {
  readonly autoPublish?: boolean;
  readonly autoSubscribe?: boolean;
  /** Runs after the handshake and before the connection is used; false or a rejection turns the peer away. */
  readonly accept?: (peer: Peer) => boolean | Promise<boolean>;
  readonly tls?: TlsOptions;
  /** The shared secret that peers must know. */
  readonly token?: string;
}

export class Connections {
  readonly #node: Node;
  readonly #dispatch: Dispatch;
  readonly #transports = new Map<string, Transport>();
  readonly #connections = new Set<Connection>();
  readonly #listeners = new Set<Listener>();
  readonly #onUp: (connection: Connection) => void;
  #count = 0;

  constructor(node: Node, dispatch: Dispatch, transports: readonly Transport[], onUp: (each: Connection) => void) {
    this.#node = node;
    this.#dispatch = dispatch;
    this.#onUp = onUp;
    for (const transport of transports) {
      for (const scheme of transport.schemes) this.#transports.set(scheme, transport);
    }
  }

  /**
   * Connects to the node that listens at `location`. Resolves when the handshake is done and both know what the other
   * wants, nodes behind routers included.
   *
   * @throws SwitchyardError `BAD_LOCATION`, `UNKNOWN_SCHEME`, `UNREACHABLE`, `NAME_NOT_FOUND`, `NOT_PERMITTED`,
   * `NOT_A_PEER`, `VERSION_MISMATCH`, `REJECTED`, `SELF_CONNECTION`, `TIMED_OUT`, `CLOSED`
   */
  async open(location: string, options: OpenOptions = {}): Promise<Connection> {
    this.#node.checkOpen();
    const { url, transport } = this.#resolve(location);
    const connection = this.#add(location, "out", options, options.retry ?? true, {
      dial: (signal) => transport.connect(url, { signal }),
      refuse: () => Promise.resolve(undefined),
      timeoutMs: options.timeoutMs ?? limits.handshakeMs,
    });
    await connection.open();
    return connection;
  }

  /**
   * Listens at `location`; port 0 takes a free one, which `listener.location` tells.
   *
   * @throws SwitchyardError `BAD_LOCATION`, `UNKNOWN_SCHEME`, `LOCATION_IN_USE`, `NAME_NOT_FOUND`, `NOT_PERMITTED`,
   * `INSECURE_LISTEN`, `CLOSED`
   */
  async listen(location: string, options: ListenOptions = {}): Promise<Listener> {
    this.#node.checkOpen();
    const { url, transport } = this.#resolve(location);
    refuseInsecure(url);
    let where = location;
    const inner = await transport.listen(url, (link) => this.#accept(link, where, options));
    where = inner.location;
    if (this.#node.isClosed) await inner.close();
    this.#node.checkOpen();
    const listener: Listener = {
      location: inner.location,
      close: () => {
        this.#listeners.delete(listener);
        return inner.close();
      },
    };
    this.#listeners.add(listener);
    return listener;
  }

  all(): readonly Connection[] {
    return [...this.#connections];
  }

  /** Where we listen. */
  listening(): readonly string[] {
    return [...this.#listeners].map(({ location }) => location);
  }

  async closeAll(graceMs: number): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    await Promise.all(this.all().map((connection) => connection.close(graceMs)));
  }

  byId(id: number): Connection | undefined {
    return this.all().find((connection) => connection.id === id);
  }

  #accept(link: Link, location: string, options: ListenOptions): void {
    if (this.#node.isClosed) {
      link.destroy(); // it was on its way when we closed
      return;
    }
    const connection = this.#add(location, "in", options, false, {
      dial: () => Promise.reject(new SwitchyardError("INTERNAL", "an accepted connection is not dialled")),
      refuse: (peer) => refusal(peer, options.accept),
      timeoutMs: limits.handshakeMs,
    });
    connection.accept(link);
  }

  #add(
    location: string,
    direction: "out" | "in",
    { autoPublish = true, autoSubscribe = true }: OpenOptions,
    retry: boolean,
    rest: Pick<ConstructorParameters<typeof Connection>[0], "dial" | "refuse" | "timeoutMs">,
  ): Connection {
    const connection = new Connection({
      ...{ node: this.#node, dispatch: this.#dispatch, id: this.#count++ },
      ...{ location, direction, autoPublish, autoSubscribe, retry, ...rest },
      forget: (each) => this.#connections.delete(each),
    });
    this.#connections.add(connection);
    connection.on("up", () => this.#onUp(connection));
    return connection;
  }

  #resolve(location: string): { url: URL; transport: Transport } {
    const url = URL.canParse(location) ? new URL(location) : undefined;
    if (url === undefined) throw new SwitchyardError("BAD_LOCATION", JSON.stringify(location));
    const scheme = url.protocol.slice(0, -1);
    const transport = this.#transports.get(scheme);
    if (transport !== undefined) return { url, transport };
    if (!location.includes("://")) throw new SwitchyardError("BAD_LOCATION", JSON.stringify(location));
    throw new SwitchyardError("UNKNOWN_SCHEME", `${scheme}:// in ${JSON.stringify(location)}`);
  }
}

async function refusal(peer: Peer, accept: ListenOptions["accept"]): Promise<string | undefined> {
  if (accept === undefined) return undefined;
  return (await accept(peer)) ? undefined : `${peer.name} is not let in`;
}

const localHosts = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|)$/;

/** Without tls and a token, only this machine may connect. */
function refuseInsecure({ protocol, hostname, href }: URL): void {
  const isNetwork = protocol === "tcp:" || protocol === "ws:";
  if (isNetwork && !localHosts.test(hostname)) throw new SwitchyardError("INSECURE_LISTEN", href);
}
