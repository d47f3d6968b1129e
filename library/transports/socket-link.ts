/**
 * A link over a `net.Socket`, and how such sockets are opened and accepted: what tcp and ipc share.
 *
 * Invariant: bytes go through untouched and uncopied, one write for each `send`, Node's own chunk for each
 * `received`; and from the moment there is a socket, no error event of it is unhandled.
 * Knows nothing of URLs beyond naming them in failures.
 */
import type { Server, Socket } from "node:net";
import type { SwitchyardError } from "../core/errors.ts";
import { bounds } from "./bounds.ts";
import { EventGate } from "./event-gate.ts";
import { aborted, failureToConnect, failureToListen, peerLost } from "./failures.ts";
import type { ConnectOptions, Link, LinkEvents, LinkSecurity } from "./transport.ts";

/** For `net.connect` and `net.createServer`: `write` says false from this many bytes on. */
export const socketOptions = { highWaterMark: bounds.congestedBytes, noDelay: true } as const;

/** What a link over TLS has besides. */
export interface SocketLinkOptions {
  readonly security?: LinkSecurity;
  /** What the first chunk says, if it is not for whoever started the link but tells why there is none. */
  readonly failureIn?: (chunk: Uint8Array) => SwitchyardError | undefined;
}

class SocketLink implements Link {
  readonly remote: string;
  readonly security?: LinkSecurity;
  readonly #socket: Socket;
  readonly #gate = new EventGate();
  #isPaused = false;
  #isEnding = false; // closed here, or ended by the peer: nothing can be sent
  #owesDrained = false;
  #failure: SwitchyardError | undefined;
  #failureIn: SocketLinkOptions["failureIn"];

  constructor(socket: Socket, remote: string, { security, failureIn }: SocketLinkOptions) {
    this.remote = remote;
    if (security !== undefined) this.security = security;
    this.#failureIn = failureIn;
    this.#socket = socket;
    socket.on("drain", () => this.#drained());
    // Node answers the peer's end with ours, after what is queued; `close` follows.
    socket.on("end", () => {
      this.#isEnding = true;
    });
    socket.on("error", (error) => {
      this.#failure ??= peerLost(remote, error);
    });
    socket.on("close", () => this.#gate.closed(this.#failure));
  }

  start(events: LinkEvents): void {
    this.#gate.start(events);
    this.#socket.on("data", (chunk: Buffer) => this.#received(chunk));
    if (!this.#isPaused) this.#socket.resume();
  }

  /** Node's own verdict has another bound for a socket that a TLS server made. */
  send(bytes: Uint8Array): boolean {
    if (this.#isEnding) return false;
    if (this.#socket.write(bytes) || this.#socket.writableLength < bounds.congestedBytes) return true;
    this.#owesDrained = true;
    return false;
  }

  pause(): void {
    if (this.#isEnding) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#gate.isStarted) this.#socket.resume();
  }

  /** Takes as long as the peer takes to read what is queued and to end its half: forever, if it never does. */
  close(): void {
    this.#isEnding = true;
    this.#gate.mute();
    this.#socket.end();
    this.#socket.resume(); // the peer's end is behind what it sent before
  }

  destroy(): void {
    this.#isEnding = true;
    this.#gate.mute();
    this.#socket.destroy();
  }

  #received(chunk: Buffer): void {
    const failure = this.#failureIn?.(chunk);
    this.#failureIn = undefined;
    if (failure === undefined) this.#gate.received(chunk);
    else {
      this.#failure = failure;
      this.close();
    }
  }

  #drained(): void {
    if (!this.#owesDrained) return;
    this.#owesDrained = false;
    this.#gate.drained();
  }
}

export function socketLink(socket: Socket, remote: string, options: SocketLinkOptions = {}): Link {
  return new SocketLink(socket, remote, options);
}

export interface Connecting {
  /** When it is connected; `connect` by default. */
  readonly event?: "connect" | "secureConnect";
  /** Makes the link of it, or throws what is wrong with the peer. */
  readonly linkOf: () => Link;
  /** The cause of a failure, seen by who knows more of it than the socket does. */
  readonly failureOf?: (error: unknown) => unknown;
}

/** Makes a link of a socket once it is connected. A failure or the signal closes it instead. */
export function whenConnected(
  socket: Socket,
  location: URL,
  { signal }: ConnectOptions,
  { event = "connect", linkOf, failureOf = (error) => error }: Connecting,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal?.removeEventListener("abort", abort);
      socket.off(event, succeed);
    };
    const succeed = (): void => {
      try {
        resolve(linkOf()); // here and not later: it handles the next error
      } catch (error) {
        fail(error);
        socket.destroy();
        return;
      }
      settle();
      socket.off("error", fail);
    };
    const fail = (cause: unknown): void => {
      settle();
      reject(failureToConnect(location, failureOf(cause)));
    };
    const abort = (): void => {
      settle();
      socket.destroy();
      if (signal) reject(aborted(location, signal));
    };
    socket.once(event, succeed);
    socket.on("error", fail);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
  });
}

/** Starts listening by `listen`, and waits until it does. */
export function listening(server: Server, location: URL, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(failureToListen(location, cause));
    server.once("error", fail);
    server.once("listening", () => {
      server.off("error", fail);
      server.on("error", () => {}); // one connection could not be accepted, for want of file descriptors; it listens on
      resolve();
    });
    listen();
  });
}

/** Stops listening. Does not wait for the links, as the server's own callback does. */
export function stopListening(server: Server): Promise<void> {
  server.close();
  return new Promise((resolve) => setImmediate(resolve));
}
