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
import type { ConnectOptions, Link, LinkEvents } from "./transport.ts";

/** For `net.connect` and `net.createServer`: `write` says false from this many bytes on. */
export const socketOptions = { highWaterMark: bounds.congestedBytes, noDelay: true } as const;

class SocketLink implements Link {
  readonly remote: string;
  readonly #socket: Socket;
  readonly #gate = new EventGate();
  #isPaused = false;
  #isEnding = false; // closed here, or ended by the peer: nothing can be sent
  #failure: SwitchyardError | undefined;

  constructor(socket: Socket, remote: string) {
    this.remote = remote;
    this.#socket = socket;
    socket.on("drain", () => this.#gate.drained());
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
    this.#socket.on("data", (chunk: Buffer) => this.#gate.received(chunk));
    if (!this.#isPaused) this.#socket.resume();
  }

  send(bytes: Uint8Array): boolean {
    return !this.#isEnding && this.#socket.write(bytes);
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
}

export function socketLink(socket: Socket, remote: string): Link {
  return new SocketLink(socket, remote);
}

/** Makes a link of a socket once it is connected. A failure or the signal closes it instead. */
export function whenConnected(
  socket: Socket,
  location: URL,
  { signal }: ConnectOptions,
  remoteOf: (socket: Socket) => string,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal?.removeEventListener("abort", abort);
      socket.off("connect", succeed);
    };
    const succeed = (): void => {
      settle();
      resolve(socketLink(socket, remoteOf(socket))); // here and not later: it handles the next error
      socket.off("error", fail);
    };
    const fail = (cause: unknown): void => {
      settle();
      reject(failureToConnect(location, cause));
    };
    const abort = (): void => {
      settle();
      socket.destroy();
      if (signal) reject(aborted(location, signal));
    };
    socket.once("connect", succeed);
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
