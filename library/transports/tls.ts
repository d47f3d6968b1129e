/**
 * `tls://host:port`: TCP inside TLS 1.3, for everything beyond this machine.
 *
 * Invariant: a link is handed out only when the peer's certificate is what the options ask for.
 * Knows nothing of what is verified and how: that is in `tls-session.ts` and `tls-peer.ts`.
 */
import { createServer, type TLSSocket } from "node:tls";
import { type FailureCode, SwitchyardError } from "../core/errors.ts";
import { bounds } from "./bounds.ts";
import { endpoint, hostPort, shown } from "./location.ts";
import { listening, socketLink, stopListening, whenConnected } from "./socket-link.ts";
import { admission } from "./tls-peer.ts";
import { refusalIn, refusalLine } from "./tls-refusal.ts";
import { dialling, failureOfSession, guardHandshakes, remoteOf, serverSettings } from "./tls-session.ts";
import type { ConnectOptions, Link, Listener, ListenerOptions, Transport } from "./transport.ts";

export function tls(): Transport {
  return { schemes: ["tls"], connect: open, listen };
}

async function open(location: URL, options: ConnectOptions = {}): Promise<Link> {
  const session = dialling(location, endpoint(location), options.tls);
  const socket = session.connect();
  let hasConnected = false;
  socket.once("connect", () => {
    hasConnected = true;
  });
  return whenConnected(socket, location, options, {
    event: "secureConnect",
    linkOf: () =>
      socketLink(socket, remoteOf(socket), {
        security: session.check(socket),
        failureIn: (chunk) => refusalBy(location, refusalIn(chunk)),
      }),
    failureOf: (error) => failureOfSession(location, hasConnected, error),
  });
}

async function listen(
  location: URL,
  accept: (link: Link) => void,
  { tls: tlsOptions, refused }: ListenerOptions = {},
): Promise<Listener> {
  const { host, port } = endpoint(location);
  const { options, expected } = serverSettings(location, tlsOptions);
  const server = createServer(options, (socket) => {
    const remote = remoteOf(socket);
    const security = admission(socket, expected);
    if (typeof security !== "string") accept(socketLink(socket, remote, { security }));
    else {
      turnAway(socket, security);
      refused?.(new SwitchyardError(security, `${remote} may not connect to ${shown(location)}`));
    }
  });
  const endHandshakes = guardHandshakes(server, location, refused);
  await listening(server, location, () => server.listen({ host, port, backlog: bounds.backlog }));
  const bound = server.address();
  const realPort = bound !== null && typeof bound === "object" ? bound.port : port;
  const close = async (): Promise<void> => {
    await stopListening(server);
    endHandshakes();
  };
  return { location: `tls://${hostPort(host, realPort)}`, close };
}

/** Reads on until the peer has hung up: closing over unread bytes would cost it the reason. */
function turnAway(socket: TLSSocket, refusal: FailureCode): void {
  socket.on("error", () => {});
  socket.end(refusalLine(refusal));
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), bounds.turnedAwayMs);
  socket.once("close", () => clearTimeout(timer));
}

function refusalBy(location: URL, code: FailureCode | undefined): SwitchyardError | undefined {
  return code && new SwitchyardError(code, `${shown(location)} turned us away by our certificate`);
}
