/**
 * A link over one WebSocket.
 *
 * Invariant: each `send` is one binary message, or several when it is larger than one may be; a text message breaks
 * the protocol. Knows nothing of the HTTP that comes before.
 */
import { WebSocket } from "ws";
import { SwitchyardError } from "../core/errors.ts";
import { bounds } from "./bounds.ts";
import { EventGate } from "./event-gate.ts";
import { errnoOf, peerLost } from "./failures.ts";
import type { Link, LinkEvents, LinkSecurity } from "./transport.ts";

const binary = { binary: true, compress: false } as const;

/** Close codes of good order: normal, going away, none given. */
const inOrder: readonly number[] = [1000, 1001, 1005];

const unsupportedData = 1003;

class WsLink implements Link {
  readonly remote: string;
  readonly security?: LinkSecurity;
  readonly #socket: WebSocket;
  readonly #gate = new EventGate();
  #owesDrained = false;
  #isPaused = false;
  #isEnding = false; // closed here, or broken by the peer
  #isDestroyed = false;
  #failure: SwitchyardError | undefined;

  constructor(socket: WebSocket, remote: string, security: LinkSecurity | undefined) {
    this.remote = remote;
    if (security !== undefined) this.security = security;
    this.#socket = socket;
    socket.pause(); // until somebody listens
    // A message is a part of Node's chunk that nobody else sees, or a copy: the receiver's own.
    socket.on("message", (message: Buffer, isBinary) => {
      if (!isBinary) this.#break(new SwitchyardError("BAD_FRAME", `a text message from ${remote}`));
      else if (message.length > 0) this.#gate.received(message);
    });
    socket.on("error", (error) => this.#break(brokenBy(error, remote)));
    socket.on("close", (code) => this.#gate.closed(this.#failure ?? this.#failureOf(code)));
  }

  start(events: LinkEvents): void {
    this.#gate.start(events);
    if (!this.#isPaused) this.#socket.resume();
  }

  send(bytes: Uint8Array): boolean {
    if (bytes.length <= bounds.messageBytes) return this.#sendMessage(bytes);
    let isFree = true;
    for (let at = 0; at < bytes.length; at += bounds.messageBytes) {
      isFree = this.#sendMessage(bytes.subarray(at, at + bounds.messageBytes));
    }
    return isFree;
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

  /** Takes as long as the peer takes to read what is queued and to answer, but not beyond 30 s: then it is lost. */
  close(): void {
    this.#isEnding = true;
    this.#gate.mute();
    this.#socket.close(1000);
    this.#socket.resume(); // the peer's answer is behind what it sent before
  }

  destroy(): void {
    this.#isEnding = true;
    this.#isDestroyed = true;
    this.#gate.mute();
    this.#socket.terminate();
  }

  #sendMessage(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (this.#isEnding || socket.readyState !== WebSocket.OPEN) return false;
    if (socket.bufferedAmount + bytes.length < bounds.congestedBytes) {
      socket.send(bytes, binary);
      return true;
    }
    this.#owesDrained = true;
    socket.send(bytes, binary, this.#handedOver);
    return false;
  }

  /** After the last congested message, only what went uncongested can be left: less than the bound. */
  readonly #handedOver = (): void => {
    if (!this.#owesDrained || this.#socket.bufferedAmount >= bounds.congestedBytes) return;
    this.#owesDrained = false;
    this.#gate.drained();
  };

  /** The peer gets the code if it can be written at once; we do not wait for one that breaks the rules. */
  #break(failure: SwitchyardError): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#failure = failure;
    this.#gate.mute();
    this.#socket.close(unsupportedData);
    setImmediate(() => this.#socket.terminate());
  }

  #failureOf(code: number): SwitchyardError | undefined {
    if (this.#isDestroyed || inOrder.includes(code)) return undefined;
    return peerLost(this.remote, undefined, `WebSocket code ${code}`);
  }
}

export function wsLink(socket: WebSocket, remote: string, security: LinkSecurity | undefined): Link {
  return new WsLink(socket, remote, security);
}

function brokenBy(error: Error, remote: string): SwitchyardError {
  const code = errnoOf(error);
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH")
    return new SwitchyardError("TOO_LARGE", `a message from ${remote}`, { cause: error });
  if (code.startsWith("WS_ERR_"))
    return new SwitchyardError("BAD_FRAME", `from ${remote} (${error.message})`, { cause: error });
  return peerLost(remote, error);
}
