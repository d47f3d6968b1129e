/**
 * Opens connections, listens for them, and knows all there are.
 *
 * Invariant: a name is used by one identity at a time; nothing is listened at that is not safe, unless it was asked for
 * in words. What a token is stays in the one object that proves it.
 */
import { Connection } from "./connection.ts";
import { type AccessRule, checkAccessRules } from "./core/access.ts";
import { SwitchyardError } from "./core/errors.ts";
import { NamesInUse } from "./core/identity.ts";
import { limits } from "./core/limits.ts";
import { listenFault } from "./core/listen-policy.ts";
import { Recurring } from "./core/recurring.ts";
import type { Dispatch } from "./dispatch.ts";
import { Gate } from "./gate.ts";
import { checkListenLimits, type ListenLimits, limitsOf } from "./listen-limits.ts";
import type { Node } from "./node.ts";
import type { Peer } from "./peer.ts";
import type { Refusal } from "./peer-link.ts";
import { Token } from "./token.ts";
import type { Listener, TlsOptions, Transport } from "./transports/transport.ts";

interface CommonOptions {
  /** Offer whatever is raised here over the connection. Default true. */
  readonly autoPublish?: boolean;
  /** Subscribe over the connection to whatever has a handler here. Default true. */
  readonly autoSubscribe?: boolean;
  /** For the schemes that speak TLS. */
  readonly tls?: TlsOptions;
  /** What both sides must know; each proves it to the other, and it is never sent. See docs/security.md. */
  readonly token?: string | Uint8Array;
  /** What peers may do; what no rule speaks of is allowed. See docs/security.md. */
  readonly access?: readonly AccessRule[];
}

export interface OpenOptions extends CommonOptions {
  /** Dial again by itself, with back-off, when the link is lost. The first attempt must succeed. Default true. */
  readonly retry?: boolean;
  /** Of one attempt, the handshake included. Default 5000. */
  readonly timeoutMs?: number;
}

export interface ListenOptions extends CommonOptions {
  /** Runs after the handshake and before the connection is used; false or a rejection turns the peer away. */
  readonly accept?: (peer: Peer) => boolean | Promise<boolean>;
  /** WebSocket: web pages that may connect, by origin, and names of this machine that clients may use. */
  readonly origins?: readonly string[];
  readonly hosts?: readonly string[];
  /** Listen although it is not safe; see `INSECURE_LISTEN`. */
  readonly insecure?: boolean;
  readonly limits?: ListenLimits;
}

/** A place where we listen. */
export interface ListeningAt extends Listener {
  /** Listens although it is not safe, because it was told to. */
  readonly isInsecure: boolean;
  /** What is not safe about it, for people. */
  readonly warning?: string;
}

export class Connections {
  readonly #node: Node;
  readonly #dispatch: Dispatch;
  readonly #transports = new Map<string, Transport>();
  readonly #connections = new Set<Connection>();
  readonly #listeners = new Set<ListeningAt>();
  readonly #names = new NamesInUse();
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
   * `NOT_A_PEER`, `VERSION_MISMATCH`, `REJECTED`, `SELF_CONNECTION`, `TOKEN_REQUIRED`, `WRONG_TOKEN`, `NAME_TAKEN`,
   * `BAD_TOKEN`, `BAD_ARGUMENT`, `BAD_PATTERN`, `TOO_MANY`, `TIMED_OUT`, `CLOSED`
   */
  async open(location: string, options: OpenOptions = {}): Promise<Connection> {
    this.#node.checkOpen();
    const { url, transport } = this.#resolve(location);
    const credentials = credentialsOf(options);
    const { tls } = options;
    const connection = this.#add(location, "out", options, options.retry ?? true, {
      dial: (signal) => transport.connect(url, { signal, ...(tls !== undefined && { tls }) }),
      refuse: (peer, holder) => Promise.resolve(this.#nameRefusal(peer, holder)),
      timeoutMs: options.timeoutMs ?? limits.handshakeMs,
      handshakeMs: limits.handshakeMs,
      credentials,
    });
    await connection.open();
    return connection;
  }

  /**
   * Listens at `location`; port 0 takes a free one, which `listener.location` tells.
   *
   * @throws SwitchyardError `BAD_LOCATION`, `UNKNOWN_SCHEME`, `LOCATION_IN_USE`, `NAME_NOT_FOUND`, `NOT_PERMITTED`,
   * `INSECURE_LISTEN`, `BAD_TOKEN`, `BAD_ARGUMENT`, `BAD_PATTERN`, `TOO_MANY`, `CLOSED`
   */
  async listen(location: string, options: ListenOptions = {}): Promise<ListeningAt> {
    this.#node.checkOpen();
    const { url, transport } = this.#resolve(location);
    const credentials = credentialsOf(options);
    checkListenLimits(options.limits);
    const warning = faultOf(url, options);
    if (warning !== undefined && options.insecure !== true) {
      throw new SwitchyardError("INSECURE_LISTEN", `${location} (${warning})`);
    }
    const gate = this.#gateOf(url, options, credentials);
    gate.location = location;
    const { tls, origins, hosts } = options;
    const inner = await transport.listen(url, (link) => gate.enter(link), {
      ...(tls !== undefined && { tls }),
      ...(origins !== undefined && { origins }),
      ...(hosts !== undefined && { hosts }),
      refused: this.#refusals(),
    });
    gate.location = inner.location;
    if (this.#node.isClosed) {
      gate.close();
      await inner.close();
    }
    this.#node.checkOpen();
    return this.#listening(inner, gate, warning);
  }

  /** Clients that are turned away before there is a link: told of once in a while. */
  #refusals(): (error: SwitchyardError) => void {
    const recurring = new Recurring();
    return (error) => {
      if (recurring.happened(this.#node.clock.nowMs()) > 0) this.#node.fail(error);
    };
  }

  #listening(inner: Listener, gate: Gate, warning: string | undefined): ListeningAt {
    const listener: ListeningAt = {
      location: inner.location,
      isInsecure: warning !== undefined,
      ...(warning !== undefined && { warning }),
      close: () => {
        this.#listeners.delete(listener);
        gate.close();
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

  /** Those of `listening` that are not safe. */
  insecure(): readonly string[] {
    return [...this.#listeners].filter(({ isInsecure }) => isInsecure).map(({ location }) => location);
  }

  async closeAll(graceMs: number): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    await Promise.all(this.all().map((connection) => connection.close(graceMs)));
  }

  byId(id: number): Connection | undefined {
    return this.all().find((connection) => connection.id === id);
  }

  #gateOf(url: URL, options: ListenOptions, credentials: Token | undefined): Gate {
    const bounds = limitsOf(options.limits);
    const gate: Gate = new Gate({
      ...{ node: this.#node, hasAddresses: networked.has(url.protocol), ...bounds },
      connect: () =>
        this.#add(gate.location, "in", options, false, {
          dial: () => Promise.reject(new SwitchyardError("INTERNAL", "an accepted connection is not dialled")),
          refuse: (peer, holder) => this.#refusal(peer, options.accept, holder),
          timeoutMs: limits.handshakeMs,
          handshakeMs: bounds.handshakeMs,
          credentials,
        }),
    });
    return gate;
  }

  /** The name is claimed before `accept` is asked, and given back when the link ends. */
  async #refusal(peer: Peer, accept: ListenOptions["accept"], holder: unknown): Promise<Refusal | undefined> {
    const taken = this.#nameRefusal(peer, holder);
    if (taken !== undefined || accept === undefined) return taken;
    return (await accept(peer)) ? undefined : { code: "REJECTED", reason: `${peer.name} is not let in` };
  }

  #nameRefusal({ name, identity }: Peer, holder: unknown): Refusal | undefined {
    if (this.#names.claim(name, identity, holder)) return undefined;
    return { code: "NAME_TAKEN", reason: `another node is connected as ${name}` };
  }

  #add(
    location: string,
    direction: "out" | "in",
    { autoPublish = true, autoSubscribe = true, access = [] }: CommonOptions,
    retry: boolean,
    { refuse, ...rest }: Terms,
  ): Connection {
    const connection: Connection = new Connection({
      ...{ node: this.#node, dispatch: this.#dispatch, id: this.#count++ },
      ...{ location, direction, autoPublish, autoSubscribe, retry, access, ...rest },
      refuse: (peer) => refuse(peer, connection),
      parted: ({ name }) => this.#names.release(name, connection),
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

/** What differs between connections that we open and those that we accept. */
interface Terms
  extends Pick<ConstructorParameters<typeof Connection>[0], "dial" | "timeoutMs" | "handshakeMs" | "credentials"> {
  readonly refuse: (peer: Peer, holder: unknown) => Promise<Refusal | undefined>;
}

/** Schemes whose links come from an address that says something. */
const networked: ReadonlySet<string> = new Set(["tcp:", "tls:", "ws:", "wss:"]);

/** Checks what has to do with trust. @throws SwitchyardError `BAD_TOKEN`, `BAD_ARGUMENT`, `BAD_PATTERN`, `TOO_MANY` */
function credentialsOf({ token, access = [] }: CommonOptions): Token | undefined {
  checkAccessRules(access);
  return token === undefined ? undefined : new Token(token);
}

/** What is not safe about listening there. */
function faultOf({ protocol, hostname }: URL, { token, tls, origins, hosts }: ListenOptions): string | undefined {
  return listenFault({
    scheme: protocol.slice(0, -1),
    host: hostname,
    hasToken: token !== undefined,
    requiresClientCert: tls?.requireClientCert === true && (tls.ca ?? tls.pins) !== undefined, // not anybody's
    admitsPages: (origins ?? []).length > 0 || (hosts ?? []).length > 0,
  });
}
