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
}

export interface Transport {
  /** The URL schemes it serves, without the colon. */
  readonly schemes: readonly string[];
  /**
   * Opens a link.
   * @throws SwitchyardError `BAD_LOCATION`, `UNREACHABLE`, `NAME_NOT_FOUND`, `NOT_PERMITTED`, `TIMED_OUT` (aborted)
   */
  connect(location: URL, options?: ConnectOptions): Promise<Link>;
  /**
   * Listens; each accepted link is handed to `accept`, which calls its `start`.
   * @throws SwitchyardError `BAD_LOCATION`, `LOCATION_IN_USE`, `NAME_NOT_FOUND`, `NOT_PERMITTED`
   */
  listen(location: URL, accept: (link: Link) => void): Promise<Listener>;
}
