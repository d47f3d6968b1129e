/**
 * `tcp://host:port`: plain TCP, for this machine and trusted networks.
 *
 * Invariant: each link is one socket, without delay for small writes.
 * Knows nothing of which addresses are safe to listen at: that is decided above.
 */
import { connect, createServer, type Socket } from "node:net";
import { bounds } from "./bounds.ts";
import { endpoint, type HostAndPort, hostPort } from "./location.ts";
import { listening, socketLink, socketOptions, stopListening, whenConnected } from "./socket-link.ts";
import { rejectTls } from "./tls-options.ts";
import type { ConnectOptions, Link, Listener, ListenerOptions, Transport } from "./transport.ts";

export function tcp(): Transport {
  return { schemes: ["tcp"], connect: open, listen };
}

async function open(location: URL, options: ConnectOptions = {}): Promise<Link> {
  rejectTls(location, options.tls);
  const socket = connect(withSocketOptions(endpoint(location)));
  return whenConnected(socket, location, options, { linkOf: () => socketLink(socket, remoteOf(socket)) });
}

async function listen(location: URL, accept: (link: Link) => void, options: ListenerOptions = {}): Promise<Listener> {
  rejectTls(location, options.tls);
  const { host, port } = endpoint(location);
  const server = createServer(socketOptions, (socket) => accept(socketLink(socket, remoteOf(socket))));
  await listening(server, location, () => server.listen({ host, port, backlog: bounds.backlog }));
  const bound = server.address();
  const realPort = bound !== null && typeof bound === "object" ? bound.port : port;
  return { location: `tcp://${hostPort(host, realPort)}`, close: () => stopListening(server) };
}

/** Node passes the mark on to its stream; its types do not say so for `connect`. */
function withSocketOptions(endpoint: HostAndPort): HostAndPort & typeof socketOptions {
  return { ...endpoint, ...socketOptions };
}

function remoteOf(socket: Socket): string {
  return hostPort(socket.remoteAddress ?? "?", socket.remotePort ?? 0);
}
