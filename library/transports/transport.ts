/**
 * What a transport is: the one interface between the library and whatever carries its bytes.
 *
 * A transport knows nothing of frames, topics or handshakes. It is passed at most one link's worth of trust:
 * whatever it delivers is checked above.
 */
import type { SwitchyardError } from "../core/errors.ts";

/** An ordered, reliable, two-way stream of bytes. */
export interface Link {
  /** Who is at the other end as the transport sees it, for people: `127.0.0.1:5321`, a path, a name. */
  readonly remote: string;
  /** What protects its bytes on the way; absent where nothing does. */
  readonly security?: LinkSecurity;
  /** Called once, before anything can arrive; what arrived earlier is held back until then. */
  start(events: LinkEvents): void;
  /**
   * Queues bytes, in order. The link owns them from now on and the caller never changes them again.
   * False means congested: what is given is still taken, but send no more until `drained`.
   */
  send(bytes: Uint8Array): boolean;
  /** Stops and restarts delivery from the other end. A few chunks under way may still arrive after `pause`. */
  pause(): void;
  resume(): void;
  /** Flushes what is queued, then closes. Closing twice is harmless. `closed` follows. */
  close(): void;
  /** Closes at once, whatever is still queued. Harmless after `close`. `closed` follows. */
  destroy(): void;
}

/** How a TLS link is protected, once it is open. */
export interface LinkSecurity {
  /** What the peer's certificate says, which has been verified; absent where it showed none. */
  readonly certificate?: PeerCertificate;
  /** 32 bytes that the two ends of this TLS session share and nobody else has: the exporter of RFC 5705. */
  readonly binding?: Uint8Array;
}

export interface PeerCertificate {
  readonly subject: string;
  /** Host names, addresses and URIs it is made out to. */
  readonly names: readonly string[];
  /** SHA-256 of the whole certificate: 64 lower-case hex digits. */
  readonly fingerprint: string;
}

/** Certificates and keys are PEM text, or its bytes. */
export interface TlsOptions {
  /**
   * Who may sign the peer's certificate. Connecting, the well-known authorities by default; listening, nobody is asked
   * for one by default, and one that is shown must be signed by these.
   */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  readonly passphrase?: string;
  /** Default `TLSv1.3`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /** Connecting: the name that the certificate must be made out to, where it is not the host of the location. */
  readonly serverName?: string;
  /** Only peers with one of these certificates: fingerprints as in `PeerCertificate`, colons allowed. */
  readonly pins?: readonly string[];
  /** Listening: turn away who shows no certificate that `ca` signed. */
  readonly requireClientCert?: boolean;
  /** Connecting: believe any certificate. The connection is open to whoever sits in between. */
  readonly insecureSkipVerify?: boolean;
}

export interface LinkEvents {
  /**
   * Bytes arrived, in order, cut anywhere. The receiver owns the chunk: it may keep it, and alter it in place,
   * without anybody else seeing that.
   */
  received(chunk: Uint8Array): void;
  /** Everything queued was handed over; sending may go on. Follows each `send` that returned false. */
  drained(): void;
  /** Exactly once, last of all. Without an error: closed in good order by either side. */
  closed(error?: SwitchyardError): void;
}

export interface Listener {
  /** Where it really listens: port 0 replaced by the port that was assigned. */
  readonly location: string;
  /** Stops listening. Links that were accepted stay open. Resolves when the location is free again. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Gives up and closes whatever was begun. */
  readonly signal?: AbortSignal;
  /** For the schemes that speak TLS; a mistake for the others. */
  readonly tls?: TlsOptions;
}

export interface ListenerOptions {
  /** For the schemes that speak TLS; they cannot listen without a certificate and key. */
  readonly tls?: TlsOptions;
  /** WebSocket: web pages that may connect, by origin. None by default. */
  readonly origins?: readonly string[];
  /** WebSocket: names of this machine, without port, that clients may use besides `localhost` and loopback addresses. */
  readonly hosts?: readonly string[];
  /** Told of each client that was turned away before there was a link, and why. Somebody hostile can make it many. */
  readonly refused?: (error: SwitchyardError) => void;
}

export interface Transport {
  /** The URL schemes it serves, without the colon. */
  readonly schemes: readonly string[];
  /**
   * Opens a link.
   * @throws SwitchyardError `BAD_LOCATION`, `UNREACHABLE`, `NAME_NOT_FOUND`, `NOT_PERMITTED`, `TIMED_OUT` (aborted),
   * `BAD_ARGUMENT`; with TLS `BAD_CERTIFICATE`, `NOT_TLS`, `TLS_VERSION`, `TLS_FAILED`, `CERT_EXPIRED`,
   * `CERT_NOT_YET_VALID`, `CERT_WRONG_NAME`, `CERT_UNTRUSTED`, `CERT_SELF_SIGNED`, `CERT_NOT_PINNED`. A listener that
   * does not take our certificate may say so only later: then the link is closed with `CERT_REQUIRED`, `CERT_EXPIRED`,
   * `CERT_NOT_YET_VALID`, `CERT_UNTRUSTED`, `CERT_SELF_SIGNED` or `CERT_NOT_PINNED`.
   */
  connect(location: URL, options?: ConnectOptions): Promise<Link>;
  /**
   * Listens; each accepted link is handed to `accept`, which calls its `start`.
   * @throws SwitchyardError `BAD_LOCATION`, `LOCATION_IN_USE`, `NAME_NOT_FOUND`, `NOT_PERMITTED`, `BAD_ARGUMENT`,
   * `BAD_CERTIFICATE`, `INSECURE_PATH`
   */
  listen(location: URL, accept: (link: Link) => void, options?: ListenerOptions): Promise<Listener>;
}
