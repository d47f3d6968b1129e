/**
 * `ws://host:port/path`: WebSocket, for what lies behind HTTP proxies, and for browsers that are let in.
 *
 * Invariant: one HTTP server for each listener, which answers nothing but WebSocket requests that are admitted.
 * Knows nothing of which requests those are: that is `ws-admission.ts`.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { SwitchyardError } from "../core/errors.ts";
import { bounds } from "./bounds.ts";
import { aborted, errnoOf, failureToConnect } from "./failures.ts";
import { hostAndPort, hostPort, shown } from "./location.ts";
import { listening, stopListening } from "./socket-link.ts";
import type { ConnectOptions, Link, Listener, Transport } from "./transport.ts";
import { isLoopback, refusalHeader, refusalOf, refusals, type WsOptions } from "./ws-admission.ts";
import { wsLink } from "./ws-link.ts";

const defaultPort = 80;

const socketOptions = { perMessageDeflate: false, maxPayload: bounds.receivedMessageBytes } as const;

export function ws(options: WsOptions = {}): Transport {
  return {
    schemes: ["ws"],
    connect: open,
    listen: (location, accept) => listen(location, accept, options),
  };
}

async function open(location: URL, { signal }: ConnectOptions = {}): Promise<Link> {
  const { host, port } = hostAndPort(location, defaultPort);
  const socket = new WebSocket(location, { ...socketOptions, ...maskFor(location) });
  return new Promise((resolve, reject) => {
    const fail = (error: SwitchyardError): void => {
      signal?.removeEventListener("abort", abort);
      reject(error); // the first reason counts
      socket.terminate();
    };
    const abort = (): void => {
      if (signal) fail(aborted(location, signal));
    };
    const onError = (error: Error): void => fail(noUpgrade(location, error));
    socket.on("error", onError);
    socket.once("unexpected-response", (_request, response) => fail(otherAnswer(location, response)));
    socket.once("open", () => {
      signal?.removeEventListener("abort", abort);
      resolve(wsLink(socket, hostPort(host, port))); // here and not later: messages may follow at once
      socket.off("error", onError);
    });
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
  });
}

async function listen(location: URL, accept: (link: Link) => void, options: WsOptions): Promise<Listener> {
  const { host, port } = hostAndPort(location, defaultPort);
  const server = createServer(
    { headersTimeout: bounds.requestHeadersMs, connectionsCheckingInterval: 1_000 },
    (_request, response) => {
      response.writeHead(426, { Upgrade: "websocket", Connection: "close", "Content-Type": "text/plain" });
      response.end("A switchyard node: connect by WebSocket.\n");
    },
  );
  admit(server, location.pathname, accept, options);
  await listening(server, location, () => server.listen({ host, port, backlog: bounds.backlog }));
  const bound = server.address();
  const realPort = bound !== null && typeof bound === "object" ? bound.port : port;
  const path = location.pathname === "/" ? "" : location.pathname;
  const close = async (): Promise<void> => {
    await stopListening(server);
    server.closeAllConnections(); // those that are still HTTP
  };
  return { location: `ws://${hostPort(host, realPort)}${path}`, close };
}

function admit(server: Server, path: string, accept: (link: Link) => void, options: WsOptions): void {
  const upgrader = new WebSocketServer({ ...socketOptions, noServer: true, clientTracking: false });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { remoteAddress = "?", remotePort = 0 } = request.socket;
    const refusal = refusalOf(request, path, options);
    if (refusal !== undefined) refuse(socket, refusal);
    else
      upgrader.handleUpgrade(request, socket, head, (opened) =>
        accept(wsLink(opened, hostPort(remoteAddress, remotePort))),
      );
  });
}

function refuse(socket: Duplex, word: string): void {
  const { status = 400, text = "" } = refusals.get(word) ?? {};
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

/** Something that speaks HTTP, but does not upgrade. */
function otherAnswer(location: URL, response: IncomingMessage): SwitchyardError {
  const refusal = refusals.get(String(response.headers[refusalHeader]));
  if (refusal) return new SwitchyardError(refusal.code, `${shown(location)} (${refusal.text})`);
  const what = `HTTP ${response.statusCode} from ${shown(location)}: a web server, not a switchyard node`;
  return new SwitchyardError("NOT_A_PEER", what);
}

/** Without an error code, or with one of the HTTP parser, there was an answer that makes no sense. */
function noUpgrade(location: URL, error: Error): SwitchyardError {
  const code = errnoOf(error);
  if (code !== "" && !code.startsWith("HPE_")) return failureToConnect(location, error);
  return new SwitchyardError("NOT_A_PEER", `${shown(location)} (${error.message})`, { cause: error });
}

/**
 * Masks keep a hostile sender's bytes from looking like HTTP to a proxy on the way. On loopback there is none, and
 * a mask of zeros is as good; both ends then leave the bytes as they are.
 */
function maskFor(location: URL): { generateMask?: (mask: Buffer) => void } {
  return isLoopback(location.hostname) ? { generateMask: (mask) => mask.fill(0) } : {};
}
