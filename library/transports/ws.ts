/**
 * `ws://host:port/path` and `wss://…`: WebSocket, for what lies behind HTTP proxies, and for browsers that are let in.
 *
 * Invariant: one HTTP server for each listener, which answers nothing but WebSocket requests that are admitted; the two
 * schemes differ in the TLS beneath and in nothing else. Knows nothing of which requests are admitted: that is
 * `ws-admission.ts`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import { SwitchyardError } from "../core/errors.ts";
import { bounds } from "./bounds.ts";
import { aborted, errnoOf, failureToConnect } from "./failures.ts";
import { type HostAndPort, hostAndPort, hostPort, shown } from "./location.ts";
import { listening, stopListening } from "./socket-link.ts";
import { type Expectation, rejectTls } from "./tls-options.ts";
import { admission } from "./tls-peer.ts";
import { refusalHeader } from "./tls-refusal.ts";
import { dialling, failureOfSession, guardHandshakes, remoteOf, serverSettings } from "./tls-session.ts";
import type {
  ConnectOptions,
  Link,
  LinkSecurity,
  Listener,
  ListenerOptions,
  TlsOptions,
  Transport,
} from "./transport.ts";
import { isLoopback, refusalNamed, refusalOf, type WsOptions } from "./ws-admission.ts";
import { wsLink } from "./ws-link.ts";

const socketOptions = { perMessageDeflate: false, maxPayload: bounds.receivedMessageBytes } as const;

const httpOptions = { headersTimeout: bounds.requestHeadersMs, connectionsCheckingInterval: 1_000 } as const;

/** @param defaults for listeners whose own options do not say */
export function ws(defaults: WsOptions = {}): Transport {
  return {
    schemes: ["ws", "wss"],
    connect: open,
    listen: (location, accept, options = {}) => listen(location, accept, { ...defaults, ...options }),
  };
}

/** The part of a client that is different with TLS. */
interface Wire {
  readonly options: Pick<ClientOptions, "createConnection">;
  /** When the WebSocket is open. @throws SwitchyardError `CERT_NOT_PINNED` */
  security(): LinkSecurity | undefined;
  failureOf(error: Error): unknown;
}

async function open(location: URL, { signal, tls }: ConnectOptions = {}): Promise<Link> {
  const { host, port } = endpoint(location);
  const wire = isSecure(location) ? tlsWire(location, { host, port }, tls) : plainWire(location, tls);
  const socket = new WebSocket(location, { ...socketOptions, ...maskFor(location), ...wire.options });
  return new Promise((resolve, reject) => {
    const fail = (error: SwitchyardError): void => {
      signal?.removeEventListener("abort", abort);
      reject(error); // the first reason counts
      socket.terminate();
    };
    const abort = (): void => {
      if (signal) fail(aborted(location, signal));
    };
    const onError = (error: Error): void => fail(noUpgrade(location, wire.failureOf(error)));
    socket.on("error", onError);
    socket.once("unexpected-response", (_request, response) => fail(otherAnswer(location, response)));
    socket.once("open", () => {
      try {
        resolve(wsLink(socket, hostPort(host, port), wire.security())); // here and not later: messages may follow at once
      } catch (error) {
        fail(failureToConnect(location, error));
        return;
      }
      signal?.removeEventListener("abort", abort);
      socket.off("error", onError);
    });
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
  });
}

function plainWire(location: URL, tls: TlsOptions | undefined): Wire {
  rejectTls(location, tls);
  return { options: {}, security: () => undefined, failureOf: (error) => error };
}

function tlsWire(location: URL, to: HostAndPort, tls: TlsOptions | undefined): Wire {
  const session = dialling(location, to, tls);
  let socket: TLSSocket | undefined;
  let hasConnected = false;
  const createConnection = (): TLSSocket => {
    socket = session.connect();
    socket.once("connect", () => {
      hasConnected = true;
    });
    return socket;
  };
  return {
    options: { createConnection },
    security: () => socket && session.check(socket),
    failureOf: (error) => failureOfSession(location, hasConnected, error),
  };
}

async function listen(location: URL, accept: (link: Link) => void, options: ListenerOptions): Promise<Listener> {
  const { host, port } = endpoint(location);
  const { server, expected, endHandshakes } = isSecure(location)
    ? tlsServer(location, options)
    : plainServer(location, options);
  admit(server, { location, accept, options, expected });
  await listening(server, location, () => server.listen({ host, port, backlog: bounds.backlog }));
  const bound = server.address();
  const realPort = bound !== null && typeof bound === "object" ? bound.port : port;
  const path = location.pathname === "/" ? "" : location.pathname;
  const close = async (): Promise<void> => {
    await stopListening(server);
    endHandshakes();
    server.closeAllConnections(); // those that are still HTTP
  };
  return { location: `${location.protocol}//${hostPort(host, realPort)}${path}`, close };
}

/** The part of a listener that is different with TLS. */
interface HttpServer {
  readonly server: Server;
  readonly expected: Expectation;
  readonly endHandshakes: () => void;
}

function plainServer(location: URL, { tls }: ListenerOptions): HttpServer {
  rejectTls(location, tls);
  const expected = { isCertificateRequired: false, pins: undefined };
  return { server: createServer(httpOptions, answerPlainRequest), expected, endHandshakes: () => {} };
}

function tlsServer(location: URL, { tls, refused }: ListenerOptions): HttpServer {
  const { options, expected } = serverSettings(location, tls);
  const server = createTlsServer({ ...options, ...httpOptions }, answerPlainRequest);
  return { server, expected, endHandshakes: guardHandshakes(server, location, refused) };
}

function answerPlainRequest(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Upgrade: "websocket", Connection: "close", "Content-Type": "text/plain" });
  response.end("A switchyard node: connect by WebSocket.\n");
}

interface Admission {
  readonly location: URL;
  readonly accept: (link: Link) => void;
  readonly options: ListenerOptions;
  readonly expected: Expectation;
}

function admit(server: Server, { location, accept, options, expected }: Admission): void {
  const upgrader = new WebSocketServer({ ...socketOptions, noServer: true, clientTracking: false });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const remote = remoteOf(request.socket);
    const security = request.socket instanceof TLSSocket ? admission(request.socket, expected) : undefined;
    const refusal = typeof security === "string" ? security : refusalOf(request, location.pathname, options);
    if (refusal === undefined && typeof security !== "string") {
      upgrader.handleUpgrade(request, socket, head, (opened) => accept(wsLink(opened, remote, security)));
    } else if (refusal !== undefined) {
      refuse(socket, refusal);
      options.refused?.(turnedAway(location, remote, refusal));
    }
  });
}

function refuse(socket: Duplex, word: string): void {
  const { status = 400, text = "" } = refusalNamed(word) ?? {};
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    `${refusalHeader}: ${word}`,
    "Content-Type: text/plain",
    "Connection: close",
  ];
  socket.on("error", () => {});
  socket.once("finish", () => socket.destroy());
  socket.end(`${lines.join("\r\n")}\r\n\r\n${text}\n`);
}

function turnedAway(location: URL, remote: string, word: string): SwitchyardError {
  const { code = "REJECTED", text = word } = refusalNamed(word) ?? {};
  return new SwitchyardError(code, `${remote} may not connect to ${shown(location)} (${text})`);
}

function isSecure(location: URL): boolean {
  return location.protocol === "wss:";
}

function endpoint(location: URL): HostAndPort {
  return hostAndPort(location, isSecure(location) ? 443 : 80);
}

/** Something that speaks HTTP, but does not upgrade. */
function otherAnswer(location: URL, response: IncomingMessage): SwitchyardError {
  const refusal = refusalNamed(String(response.headers[refusalHeader]));
  if (refusal) return new SwitchyardError(refusal.code, `${shown(location)} (${refusal.text})`);
  const what = `HTTP ${response.statusCode} from ${shown(location)}: a web server, not a switchyard node`;
  return new SwitchyardError("NOT_A_PEER", what);
}

/** Without an error code, or with one of the HTTP parser, there was an answer that makes no sense. */
function noUpgrade(location: URL, error: unknown): SwitchyardError {
  const code = errnoOf(error);
  if (error instanceof SwitchyardError || (code !== "" && !code.startsWith("HPE_"))) {
    return failureToConnect(location, error);
  }
  const why = error instanceof Error ? error.message : "";
  return new SwitchyardError("NOT_A_PEER", `${shown(location)} (${why})`, { cause: error });
}

/**
 * Masks keep a hostile sender's bytes from looking like HTTP to a proxy on the way. On loopback there is none, and
 * a mask of zeros is as good; both ends then leave the bytes as they are.
 */
function maskFor(location: URL): { generateMask?: (mask: Buffer) => void } {
  return isLoopback(location.hostname) ? { generateMask: (mask) => mask.fill(0) } : {};
}
